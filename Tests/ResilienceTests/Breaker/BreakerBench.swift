import MeshBase

@testable import Resilience

/// A breaker, its settings, a clock and a die.
struct BreakerBench {
    var breaker = Breaker()
    var policy: BreakerPolicy
    var now = Instant.zero
    var rng = Generator(seed: 7)
    var changes: [BreakerTransition] = []
    var refused = 0

    /// Without jitter, ramp and adaptation unless a test is about them.
    static func plain(
        kind: BreakerPolicy.Kind = .rate, window: BreakerPolicy.Window = .time(.seconds(20)),
        slowAfter: TimeAmount? = .zero, volume: Int = 5, consecutive: Int = 0, open: TimeAmount = .seconds(5),
        openMax: TimeAmount = .seconds(300), growth: BreakerPolicy.Growth = .factor(1),
        probeInterval: TimeAmount = .zero, halfOpen: Int = 4, reopen: BreakerPolicy.Reopen = .rate,
        recovery: RecoveryRamp? = nil, adaptive: Bool = false
    ) -> BreakerPolicy {
        BreakerPolicy(
            kind: kind, window: window, slowAfter: slowAfter, volume: volume, consecutive: consecutive, open: open,
            openMax: openMax, growth: growth, jitter: 0...0, probeInterval: probeInterval, halfOpen: halfOpen,
            reopen: reopen, recovery: recovery, adaptive: adaptive)
    }

    init(_ policy: BreakerPolicy) { self.policy = policy }

    var state: BreakerState { breaker.state }

    mutating func ask(_ priority: Priority = .normal) -> BreakerPermit? {
        let answer = breaker.ask(policy, priority: priority, now: now, using: &rng)
        if let change = answer.transition { changes.append(change) }
        if answer.permit == nil { refused += 1 }
        return answer.permit
    }

    mutating func end(_ permit: BreakerPermit, _ mark: Mark) {
        if let change = breaker.record(permit, mark, policy, now: now, using: &rng) { changes.append(change) }
    }

    /// One call after the other: F, S, L (slow) or I (ignored); those that are refused are left out.
    mutating func run(_ calls: String, every: TimeAmount = .zero, taking: TimeAmount = .zero) {
        for call in calls where call != " " {
            if let permit = ask() {
                now += taking
                end(permit, call == "F" ? .failure : call == "L" ? .slow : call == "I" ? .nothing : .success)
            }
            now += every
        }
    }

    /// Opens it and lets the time open pass.
    mutating func becomeReadyForProbes() {
        while state == .closed { run("F") }
        now = breaker.until
    }
}

extension BreakerPolicy {
    /// Opens by five bad ones in a row, or half of five, for two seconds, and again by the first bad probe: what tests of what
    /// follows an opening need few calls for.
    static let quick: BreakerPolicy = {
        var policy = BreakerPolicy.local
        (policy.failureRate, policy.volume, policy.consecutive, policy.reopen) = (0.5, 5, 5, .first)
        policy.consecutiveFor = .zero
        return policy
    }()
}
