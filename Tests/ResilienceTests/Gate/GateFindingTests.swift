import MeshBase
import Testing

@testable import Resilience

/// Detectors (B3-B5) as a gate drives them: attempts of 1 s, no breaker that would keep results away.
@Suite struct GateFindingTests {
    private struct Run {
        var gate: TargetGate
        var rng = Generator(seed: 11)
        var now = Instant.zero
        let policy: GatePolicy
        var told: [DependencyFinding] = []

        init(detects: Bool = true) {
            var policy = GatePolicy.local(workers: 8, isCore: true)
            policy.hasBreaker = false
            policy.hasThrottle = false
            policy.limit = .of(.fixed, 8, isLocal: true)
            policy.detects = detects
            self.policy = policy
            gate = TargetGate(policy, now: .zero)
        }

        /// One call in 10 ms, and the look of the gate's holder when it is due.
        mutating func call(_ end: AttemptEnd = AttemptEnd(.ok), took: TimeAmount = .milliseconds(5)) {
            guard let permit = gate.ask(1, policy, priority: .normal, now: now, using: &rng).permit else {
                Issue.record("nothing is let through")
                return
            }
            gate.ended(permit, end, took: took, policy, now: now, using: &rng)
            now += .milliseconds(10)
            gate.look(policy, now: now) { if case .finding(let finding, _) = $0 { told.append(finding) } }
        }

        mutating func calls(_ count: Int, failing share: Double = 0, took: TimeAmount = .milliseconds(5)) {
            for _ in 0..<count {
                call(AttemptEnd(rng.unit() < share ? .failed : .ok, .failed), took: took)
            }
        }

        var finding: DependencyFinding { gate.figures(policy, now: now).finding }
    }

    @Test func nothingIsFoundBeforeTen() {
        var run = Run()
        run.calls(9)
        #expect(run.finding == .unknown)
        run.call()
        #expect(run.finding == .healthy)
    }

    @Test func healthyTrafficGetsNoName() {
        var run = Run()
        // Times as of a service that works: most short, a tail of ten times as long; three calls of a thousand fail.
        for _ in 0..<20_000 {
            let took = TimeAmount.microseconds(Int64(2_000 + 4_000 / (0.1 + run.rng.unit())))
            run.call(AttemptEnd(run.rng.unit() < 0.003 ? .failed : .ok, .failed), took: took)
        }
        #expect(run.finding == .healthy && run.told.isEmpty, "\(run.told)")
    }

    @Test func eachKindIsNamedAndToldOnce() {
        var run = Run()
        // A tenth fails, and what succeeds is near its limit.
        for step in 0..<200 { run.call(AttemptEnd(step % 8 == 0 ? .failed : .ok, .failed), took: .milliseconds(800)) }
        #expect(
            run.finding == .slow && run.told == [.slow],
            "\(run.finding) \(run.told) \(run.gate.detector.explain().detail)")
        run.calls(200)
        #expect(run.finding == .healthy && run.told == [.slow, .healthy])
    }

    @Test func sharesOfFailuresHaveTheirNames() {
        var partial = Run()
        for step in 0..<200 { partial.call(AttemptEnd(step % 10 == 0 ? .failed : .ok, .failed)) }
        #expect(partial.finding == .partial && partial.told == [.partial])
        var flapping = Run()
        for step in 0..<200 { flapping.call(AttemptEnd(step % 10 < 3 ? .failed : .ok, .failed)) }
        #expect(flapping.finding == .flapping && flapping.told == [.flapping])
        var dead = Run()
        dead.calls(200)
        for _ in 0..<5 { dead.call(AttemptEnd(.failed, .reset)) }
        #expect(dead.finding == .dead)
    }

    @Test func whatBecomesSlowerThanItWasIsDegraded() {
        var run = Run()
        run.calls(100)
        run.calls(150, took: .milliseconds(40))
        #expect(run.finding == .degraded)
        run.calls(400)
        #expect(run.told == [.degraded, .healthy], "\(run.told)")
    }

    @Test func probesThatPassWhileRequestsFailAreGray() {
        var run = Run()
        for _ in 0..<20 { _ = run.gate.probed(isGood: true, run.policy, now: run.now, using: &run.rng) }
        for step in 0..<100 { run.call(AttemptEnd(step % 10 < 6 ? .failed : .ok, .failed)) }
        #expect(run.finding == .gray && run.told == [.gray])
    }

    @Test func anAttemptGivenUpAtALimitThatAdaptsTookAsLongAsItMay() {
        var run = Run()
        run.calls(100)
        // 3 of 100 end at half of the declared second.
        for step in 0..<100 {
            let isLong = step % 33 == 0
            run.call(
                isLong ? AttemptEnd(.failed, .timeout) : AttemptEnd(.ok),
                took: isLong ? .milliseconds(500) : .milliseconds(5))
        }
        #expect(run.finding == .slow)
    }

    @Test func whatSaysNothingOfTheTargetIsLeftOut() {
        var run = Run()
        run.calls(20)
        for _ in 0..<50 { run.call(AttemptEnd(.ignored, .elsewhere)) }
        for _ in 0..<50 { run.call(AttemptEnd(.cancelled, began: false)) }
        for _ in 0..<50 { run.call(AttemptEnd(.refused, .limited, began: false)) }
        #expect(run.finding == .healthy && run.told.isEmpty)
    }

    @Test func aGateThatDetectsNothingNamesNothing() {
        var run = Run(detects: false)
        _ = run.gate.probed(isGood: false, run.policy, now: run.now, using: &run.rng)
        for _ in 0..<200 { run.call(AttemptEnd(.failed, .failed)) }
        #expect(run.finding == .unknown && run.told.isEmpty)
    }
}

/// A dependency probe where no call comes (B7, C8).
@Suite struct GateProbeTests {
    @Test func aProbeIsTheCallThatClosesABreakerNobodyAsks() {
        var policy = GatePolicy.local
        policy.breaker = .quick
        policy.breaker.jitter = 0...0
        policy.breaker.recovery = nil
        policy.breaker.halfOpen = 1
        var gate = TargetGate(policy, now: .zero)
        var rng = Generator(seed: 2)
        for _ in 0..<5 {
            if let permit = gate.ask(1, policy, priority: .normal, now: .zero, using: &rng).permit {
                gate.ended(permit, AttemptEnd(.failed, .failed), took: .zero, policy, now: .zero, using: &rng)
            }
        }
        #expect(gate.breaker.state == .open)
        // While it is open, and for as long after as lies between two probes, calls may come.
        let early = gate.probed(isGood: true, policy, now: .zero + .seconds(2), using: &rng)
        #expect(early.0 == nil && early.1 == nil && gate.breaker.state == .open)
        let changes = gate.probed(isGood: true, policy, now: .zero + .seconds(3), using: &rng)
        #expect(changes.0?.to == .halfOpen && changes.1?.to == .closed && gate.bulkhead.busy == 0)
    }

    @Test func aProbeThatFailsKeepsItOpen() {
        var policy = GatePolicy.local
        policy.breaker = .quick
        policy.breaker.jitter = 0...0
        var gate = TargetGate(policy, now: .zero)
        var rng = Generator(seed: 2)
        for _ in 0..<5 {
            if let permit = gate.ask(1, policy, priority: .normal, now: .zero, using: &rng).permit {
                gate.ended(permit, AttemptEnd(.failed, .failed), took: .zero, policy, now: .zero, using: &rng)
            }
        }
        let changes = gate.probed(isGood: false, policy, now: .zero + .seconds(3), using: &rng)
        #expect(changes.0?.to == .halfOpen && changes.1?.to == .open)
    }
}
