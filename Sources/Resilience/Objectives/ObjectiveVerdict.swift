import MeshBase

/// How a window stands against the objectives.
public struct ObjectiveVerdict: Sendable, Equatable {
    /// One objective.
    public struct Finding: Sendable, Equatable {
        /// Which one.
        public let objective: ObjectiveKind
        /// Seconds, share, or answers a second.
        public let current: Double
        /// In the unit of `current`.
        public let target: Double
        /// 1 - target/current, of throughput 1 - current/target; 0 where it is met, at most 1.
        public let severity: Double
        /// What it asks for: minor below 0.5, moderate below 0.8 (twice the target), critical from there (five times).
        public let level: DegradationLevel
    }

    /// Of each objective that was judged.
    public let findings: [Finding]
    /// Answers in the window.
    public let answers: UInt64

    /// The gravest.
    public var worst: Finding? { findings.max { ($0.level, $0.severity) < ($1.level, $1.severity) } }
    /// What is asked for; normal where all is met, and where there was too little to judge.
    public var level: DegradationLevel { worst?.level ?? .normal }
    /// Of the gravest; 0 where all is met.
    public var severity: Double { worst?.severity ?? 0 }
    /// Whether nothing is asked for.
    public var isMet: Bool { level == .normal }

    /// `p99 0.104, target 0.05: severity 0.52`, of the gravest.
    public func explanation() -> Explanation {
        guard let worst, !isMet else {
            return Explanation(
                findings.isEmpty ? "too little to judge: \(answers) answers" : "all objectives are met",
                [.init("answers", Double(answers))])
        }
        return Explanation(
            "\(worst.objective.name) \(worst.current), target \(worst.target): severity \(worst.severity)",
            findings.map { .init("\($0.objective.name)", $0.current) } + [.init("severity", worst.severity)])
    }

    /// Judges a window.
    init(_ window: ObjectiveWindow, _ policy: ObjectivesPolicy, now: Instant) {
        let (counts, p99, span) = window.sum(now: now)
        answers = counts.answered
        var findings: [Finding] = []
        if counts.answered >= UInt64(policy.minimum) {
            if let target = policy.p99 { findings.append(Self.slow(counts, p99, target)) }
            if let target = policy.errorRate {
                let rate = Double(counts.failed) / Double(counts.answered)
                findings.append(Self.above(.errorRate, rate, target))
            }
        }
        // What was not asked for cannot be missed, nor before there was time to do it in.
        let seconds = span.seconds
        if let target = policy.throughput, window.isFull(now: now), seconds > 0,
            counts.offered >= UInt64(policy.minimum), Double(counts.offered) / seconds >= target
        {
            findings.append(Self.below(.throughput, Double(counts.answered - counts.failed) / seconds, target))
        }
        self.findings = findings
    }

    private static func slow(_ counts: ObjectiveWindow.Counts, _ p99: TimeAmount, _ target: TimeAmount) -> Finding {
        // By nearest rank: p99 is above the target exactly where more than one in a hundred is.
        let allowed = counts.answered / 100
        let level: DegradationLevel =
            counts.fiveTimes > allowed
            ? .critical
            : counts.twice > allowed
                ? .moderate
                : counts.slow > allowed ? .minor : .normal
        // The figure comes from buckets; where they say otherwise than the counts, the counts hold.
        let current: TimeAmount
        switch level {
        case .normal: current = min(p99, target)
        case .minor: current = min(max(p99, target + .nanoseconds(1)), target * 2 - .nanoseconds(1))
        case .moderate: current = min(max(p99, target * 2), target * 5 - .nanoseconds(1))
        case .critical, .emergency: current = max(p99, target * 5)
        }
        return Finding(
            objective: .p99, current: current.seconds, target: target.seconds,
            severity: level == .normal ? 0 : 1 - target.seconds / current.seconds, level: level)
    }

    private static func above(_ objective: ObjectiveKind, _ current: Double, _ target: Double) -> Finding {
        let severity = current > target ? 1 - target / current : 0
        let level: DegradationLevel =
            current <= target ? .normal : current >= target * 5 ? .critical : current >= target * 2 ? .moderate : .minor
        return Finding(objective: objective, current: current, target: target, severity: severity, level: level)
    }

    private static func below(_ objective: ObjectiveKind, _ current: Double, _ target: Double) -> Finding {
        let severity = current < target ? 1 - current / target : 0
        let level: DegradationLevel =
            current >= target
            ? .normal : current * 5 <= target ? .critical : current * 2 <= target ? .moderate : .minor
        return Finding(objective: objective, current: current, target: target, severity: severity, level: level)
    }
}
