/// A limit by the errors of the last 20 calls: above a fifth half of the base, so that less is risked on a target that
/// fails; below a twentieth twice of it; else the base. Undefined, and so the base, until there were 20.
struct ErrorsLimit: Sendable, Equatable {
    /// Calls that are looked back at.
    static let window = 20
    /// The last calls, errors set; the newest lowest.
    private var errors: UInt32 = 0
    private(set) var count = 0

    mutating func ended(_ sample: ConcurrencyLimit.Sample) {
        let isError: Bool
        switch sample {
        case .answered: isError = false
        case .dropped, .failed: isError = true
        case .nothing: return
        }
        errors = (errors << 1 | (isError ? 1 : 0)) & ((1 << Self.window) - 1)
        count = min(count + 1, Self.window)
    }

    /// Of the calls looked back at, 0...1.
    var share: Double { count == 0 ? 0 : Double(errors.nonzeroBitCount) / Double(count) }

    func limit(_ policy: LimitPolicy) -> Int {
        guard count == Self.window else { return policy.base }
        // Of 20 calls, four are a fifth and one is a twentieth.
        switch errors.nonzeroBitCount {
        case 5...: return max(policy.bounds.lowerBound, policy.base / 2)
        case 0: return min(policy.bounds.upperBound, policy.base * 2)
        default: return policy.base
        }
    }
}
