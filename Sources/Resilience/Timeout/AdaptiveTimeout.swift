import MeshBase

/// How attempts' limits follow what a target takes: keys `adaptive`, `factor`, `floor`, `ceiling` under `timeouts`.
public struct AdaptiveTimeoutPolicy: Sendable, Equatable {
    /// So many times p95, 1...10.
    public let factor: Double
    /// Of the limit that is declared, no less than so much, 0.01...1.
    public let floor: Double
    /// And no more; 1...10.
    public let ceiling: Double

    /// Settings out of range become the nearest that are sound.
    public init(factor: Double = 1.5, floor: Double = 0.5, ceiling: Double) {
        self.factor = factor > 1 ? min(factor, 10) : 1
        self.floor = floor > 0.01 ? min(floor, 1) : 0.01
        self.ceiling = ceiling > 1 ? min(ceiling, 10) : 1
    }

    /// Never above what is declared, and so never above what the hierarchy was checked with.
    public static let local = AdaptiveTimeoutPolicy(ceiling: 1)
    /// Up to three times of it.
    public static let seed = AdaptiveTimeoutPolicy(ceiling: 3)

    /// What of the written settings cannot be meant, by key.
    public static func problems(
        factor: Double?, floor: Double?, ceiling: Double?
    ) -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        if let factor, !(1...10).contains(factor) { problems.append(("timeouts.factor", "not between 1 and 10")) }
        if let floor, !(0.01...1).contains(floor) { problems.append(("timeouts.floor", "not between 0.01 and 1")) }
        if let ceiling, !(1...10).contains(ceiling) { problems.append(("timeouts.ceiling", "not between 1 and 10")) }
        return problems
    }
}

/// The limit of an attempt at one target, by what the target took of late: p95 of the last 100 answers x 1.5.
public struct AdaptiveTimeout: Sendable {
    /// A change of more than a fifth, which is worth telling.
    public struct Change: Sendable, Equatable {
        /// The limit before.
        public let from: TimeAmount
        /// The limit from now on.
        public let to: TimeAmount
    }

    /// What is declared.
    public let base: TimeAmount
    /// What is in force.
    public private(set) var limit: TimeAmount
    private var told: TimeAmount

    /// - Parameter base: as declared; in force until 10 answers have come.
    public init(base: TimeAmount) {
        self.base = base
        limit = base
        told = base
    }

    /// To be called when `DurationRing.record` says that its quantiles are new.
    ///
    /// - Returns: the change since the last one that was told, if it is above a fifth.
    public mutating func update(_ durations: borrowing DurationRing, _ policy: AdaptiveTimeoutPolicy) -> Change? {
        guard durations.isReady else { return nil }
        limit = min(max(durations.p95 * policy.factor, base * policy.floor), base * policy.ceiling)
        let change = limit < told ? told - limit : limit - told
        guard change * 5 > told else { return nil }
        defer { told = limit }
        return Change(from: told, to: limit)
    }

    /// Why the limit is what it is.
    public func explain(_ durations: borrowing DurationRing) -> Explanation {
        let milliseconds = ShortNumber.text(limit.milliseconds, places: 1)
        return Explanation(
            durations.isReady
                ? "\(milliseconds) ms, from p95 \(ShortNumber.text(durations.p95.milliseconds, places: 1)) ms of "
                    + "\(durations.count)"
                : "\(milliseconds) ms as declared, \(durations.count) durations known",
            [
                .init("limit_ms", limit.milliseconds), .init("base_ms", base.milliseconds),
                .init("p95_ms", durations.p95.milliseconds), .init("durations", Double(durations.count)),
            ])
    }
}
