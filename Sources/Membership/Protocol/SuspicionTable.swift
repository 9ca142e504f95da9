/// The suspicions under way at one observer: mostly none or a few, which are looked through from end to end.
struct SuspicionTable {
    private var few: [(id: MemberID, suspicion: Suspicion)] = []
    /// Those beyond.
    private var many: [MemberID: Suspicion] = [:]
    private static let mostFew = 8

    var isEmpty: Bool { few.isEmpty && many.isEmpty }

    /// Whether an accusation of the member by this one would shorten a suspicion.
    func isOpen(_ id: MemberID, to accuser: MemberID) -> Bool {
        for index in 0..<few.count where few[index].id == id { return few[index].suspicion.isOpen(to: accuser) }
        return many.isEmpty ? false : many[id]?.isOpen(to: accuser) ?? false
    }

    subscript(id: MemberID) -> Suspicion? {
        get {
            for index in 0..<few.count where few[index].id == id { return few[index].suspicion }
            return many.isEmpty ? nil : many[id]
        }
        set {
            for index in 0..<few.count where few[index].id == id {
                if let newValue {
                    few[index].suspicion = newValue
                } else {
                    few.swapAt(index, few.count - 1)
                    few.removeLast()
                }
                return
            }
            if let newValue, few.count < Self.mostFew, many.isEmpty || many[id] == nil {
                few.append((id, newValue))
            } else if newValue != nil || !many.isEmpty {
                many[id] = newValue
            }
        }
    }

    mutating func remove(_ id: MemberID) -> Suspicion? {
        guard !isEmpty, let suspicion = self[id] else { return nil }
        self[id] = nil
        return suspicion
    }

    /// The members that are suspected, by their numbers.
    var members: [MemberID] { (few.map(\.id) + many.keys).sorted { $0.rawValue < $1.rawValue } }
}
