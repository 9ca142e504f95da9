import MeshBase

extension LoadShedder {
    /// Why a class was refused beside so much work in hand.
    public func explain(_ priority: Priority, inWork: Int) -> Explanation {
        let share = Double(inWork) / Double(capacity)
        let bound =
            switch priority {
            case .critical: Int.max
            case .high: highBound
            case .normal: normalBound
            case .low: lowBound
            }
        let threshold = bound == .max ? 1 : Double(bound) / Double(capacity)
        return Explanation(
            "\(inWork) of \(capacity) in work, \(priority.name) is refused from \(ShortNumber.text(threshold)) on",
            [.init("load", share), .init("threshold", threshold), .init("in_work", Double(inWork))])
    }
}
