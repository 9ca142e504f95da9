import MeshBase

/// How well a target is, by its probes.
public enum HealthState: UInt8, Sendable, CaseIterable, Comparable {
    case healthy
    case degraded
    case unhealthy
    case critical

    /// What a score means that lasts: healthy above 0.8 (`HealthScore.well`), degraded above 0.5, unhealthy above 0.2, and
    /// critical below; what is no number is critical.
    public init(score: Double) {
        self = score > HealthScore.well ? .healthy : score > 0.5 ? .degraded : score > 0.2 ? .unhealthy : .critical
    }

    /// The better is the lesser.
    @inlinable public static func < (a: HealthState, b: HealthState) -> Bool { a.rawValue < b.rawValue }

    /// The word in answers, events and tables.
    public var name: StaticString {
        switch self {
        case .healthy: "healthy"
        case .degraded: "degraded"
        case .unhealthy: "unhealthy"
        case .critical: "critical"
        }
    }
}

/// How often each state looks, and what leads out of it.
public struct HealthMachinePolicy: Sendable, Equatable {
    /// One state's.
    public struct Stage: Sendable, Equatable {
        /// From one result to the next look, at least 1 ms.
        public let every: TimeAmount
        /// Failures in a row that lead to the next worse state, at least 1; in critical: to being exhausted.
        public let failures: Int

        /// Out of range: the nearest that is sound.
        public init(every: TimeAmount, failures: Int) {
            self.every = max(every, .milliseconds(1))
            self.failures = max(failures, 1)
        }
    }

    /// Of each state.
    public var healthy: Stage
    /// Where it is not sound and still of use.
    public var degraded: Stage
    /// Where it is of little use.
    public var unhealthy: Stage
    /// Where it is of none; there is nothing below.
    public var critical: Stage
    /// Successes in a row that lead to the next better state; less than 1 is 1.
    public var successes: Int

    /// From the stages of all states.
    public init(healthy: Stage, degraded: Stage, unhealthy: Stage, critical: Stage, successes: Int = 3) {
        self.healthy = healthy
        self.degraded = degraded
        self.unhealthy = unhealthy
        self.critical = critical
        self.successes = max(successes, 1)
    }

    /// On one machine.
    public static let local = HealthMachinePolicy(
        healthy: Stage(every: .seconds(2), failures: 2), degraded: Stage(every: .seconds(1), failures: 3),
        unhealthy: Stage(every: .milliseconds(500), failures: 5),
        critical: Stage(every: .milliseconds(200), failures: 10))
    /// As production does.
    public static let seed = HealthMachinePolicy(
        healthy: Stage(every: .seconds(30), failures: 2), degraded: Stage(every: .seconds(10), failures: 3),
        unhealthy: Stage(every: .seconds(5), failures: 5), critical: Stage(every: .seconds(1), failures: 10))

    /// The stage of a state.
    public func stage(_ state: HealthState) -> Stage {
        switch state {
        case .healthy: healthy
        case .degraded: degraded
        case .unhealthy: unhealthy
        case .critical: critical
        }
    }

    /// The least time from a target's coming into a state to its leaving it: so many results as lead out of it on the
    /// shorter way, each an interval apart.
    public func hysteresis(_ state: HealthState) -> TimeAmount {
        let stage = stage(state)
        return switch state {
        case .healthy: stage.every * stage.failures
        case .critical: stage.every * successes
        default: stage.every * min(stage.failures, successes)
        }
    }
}

/// Health as a state that moves one step at a time, the worse the more closely looked at. Only results in a row move it,
/// each an interval after the one before: however they come, it does not leave a state before the policy's `hysteresis`.
public struct HealthMachine: Sendable {
    /// A move from one state to the next.
    public struct Transition: Sendable, Equatable {
        /// The state that was left.
        public let from: HealthState
        /// The next one, up or down.
        public let to: HealthState
    }

    /// How often it looks, and what moves it.
    public let policy: HealthMachinePolicy
    /// How well the target is.
    public private(set) var state = HealthState.healthy
    /// When it came to be so.
    public private(set) var since: Instant
    /// When the next look is due: results from before it count for nothing.
    public private(set) var due: Instant
    /// In critical, and as many failures in a row as it allows: looking on alone will not help.
    public private(set) var isExhausted = false
    private var failures = 0
    private var successes = 0

    /// Healthy.
    public init(policy: HealthMachinePolicy = .local, now: Instant) {
        self.policy = policy
        since = now
        due = now + policy.healthy.every
    }

    /// Takes the result of a look.
    ///
    /// - Parameter floor: a failure leads no deeper than this, and is no reason to stay below it.
    /// - Returns: the move, if it led to one.
    public mutating func record(
        _ isGood: Bool, notBelow floor: HealthState = .critical, now: Instant
    ) -> Transition? {
        guard now >= due else { return nil }
        let leadsUp = isGood || state > floor
        let leadsDown = !isGood && (state < floor || floor == .critical)
        // Counts stop where they have had their effect, so that none of them overflows.
        failures = leadsDown ? min(failures + 1, policy.stage(state).failures) : 0
        successes = leadsUp ? min(successes + 1, policy.successes) : 0
        let before = state
        if failures >= policy.stage(state).failures {
            if let worse = HealthState(rawValue: state.rawValue + 1) { state = worse } else { isExhausted = true }
        } else if successes >= policy.successes, state != .healthy {
            state = HealthState(rawValue: state.rawValue - 1)!
        }
        if isGood { isExhausted = false }
        defer { due = now + policy.stage(state).every }
        guard state != before else { return nil }
        (failures, successes, since) = (0, 0, now)
        return Transition(from: before, to: state)
    }

    /// What the state stands on.
    public func explain(now: Instant) -> Explanation {
        let seconds = (now - since).seconds
        let stage = policy.stage(state)
        return Explanation(
            "\(state.name) for \(ShortNumber.text(seconds, places: 1)) s, "
                + "\(failures) of \(stage.failures) failures and \(successes) of \(policy.successes) successes in a row",
            [
                .init("since_seconds", seconds), .init("failures", Double(failures)),
                .init("successes", Double(successes)), .init("every_seconds", stage.every.seconds),
            ])
    }
}
