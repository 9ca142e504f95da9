import MeshBase

/// A limit by a quarter at a time: it expands where more than 80 % of it are in use and more than 95 % of the calls
/// succeed within the objective, as more would then be taken well; it contracts where less than 30 % are in use and it
/// has not moved for long. Between two changes lies the cool-down.
struct StepLimit: Sendable, Equatable {
    private var changedAt: Instant
    private var good: UInt32 = 0
    private var total: UInt32 = 0
    /// At the last look.
    private(set) var utilisation = 0.0

    /// Less than so many calls say nothing about their share of success; they are kept for the next look.
    static let volume = 20

    init(now: Instant) { changedAt = now }

    mutating func ended(_ sample: ConcurrencyLimit.Sample, objective: TimeAmount?) {
        switch sample {
        case .answered(let took):
            if objective.map({ took <= $0 }) ?? true { good &+= 1 }
        case .dropped, .failed: break
        case .nothing: return
        }
        total &+= 1
    }

    mutating func look(limit: Int, utilisation: Double, _ policy: LimitPolicy, now: Instant) -> Int {
        self.utilisation = utilisation
        // 20 good of every 19 total: no rounding, no division.
        let isWell = total >= Self.volume && UInt64(good) * 20 > UInt64(total) * 19
        if total >= Self.volume {
            good = 0
            total = 0
        }
        let since = now - changedAt
        guard since >= policy.coolDown else { return limit }
        let step = max(1, limit / 4)
        let next: Int
        if utilisation > 0.8, isWell {
            next = min(limit + step, policy.bounds.upperBound)
        } else if utilisation < 0.3, since >= policy.contractAfter {
            next = max(limit - step, policy.bounds.lowerBound)
        } else {
            return limit
        }
        if next != limit { changedAt = now }
        return next
    }
}
