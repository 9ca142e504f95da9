import MeshBase
import Testing

@testable import Resilience

@Suite struct HealthMachineTests {
    /// Results as they come, each when it is due; the states after each.
    private func states(_ machine: inout HealthMachine, _ results: [Bool]) -> [HealthState] {
        results.map {
            _ = machine.record($0, now: machine.due)
            return machine.state
        }
    }

    @Test func eachStateIsLeftAfterItsOwnCount() {
        var machine = HealthMachine(now: .zero)
        let states = states(&machine, Array(repeating: false, count: 20))
        #expect(
            states == [.healthy] + Array(repeating: .degraded, count: 3) + Array(repeating: .unhealthy, count: 5)
                + Array(repeating: .critical, count: 11))
        #expect(machine.isExhausted)
        _ = machine.record(true, now: machine.due)
        #expect(!machine.isExhausted && machine.state == .critical)
    }

    @Test func exhaustedAfterTenFailuresInCritical() {
        var machine = HealthMachine(now: .zero)
        _ = states(&machine, Array(repeating: false, count: 19))
        #expect(machine.state == .critical && !machine.isExhausted)
        _ = states(&machine, [false])
        #expect(machine.isExhausted)
    }

    @Test func threeSuccessesInARowLeadUpByOne() {
        var machine = HealthMachine(now: .zero)
        _ = states(&machine, Array(repeating: false, count: 10))
        #expect(machine.state == .critical)
        #expect(
            states(&machine, [true, true, false, true, true, true, true, true, true, true, true, true]) == [
                .critical, .critical, .critical, .critical, .critical, .unhealthy, .unhealthy, .unhealthy, .degraded,
                .degraded, .degraded, .healthy,
            ])
    }

    @Test(arguments: [(HealthMachinePolicy.seed, [30.0, 10, 5, 1]), (.local, [2, 1, 0.5, 0.2])])
    func theWorseTheCloserItLooks(_ policy: HealthMachinePolicy, _ seconds: [Double]) {
        var machine = HealthMachine(policy: policy, now: .zero)
        var seen: [Double] = []
        for _ in 0..<11 {
            if seen.count == Int(machine.state.rawValue) {
                // The first look in each state is an interval after the result that led there.
                let last = machine.state == .healthy ? .zero : machine.since
                seen.append((machine.due - last).seconds)
            }
            _ = machine.record(false, now: machine.due)
        }
        #expect(seen == seconds)
    }

    @Test func whatIsNeededLeadsNoDeeperThanItsFloor() {
        var machine = HealthMachine(now: .zero)
        for _ in 0..<50 { _ = machine.record(false, notBelow: .degraded, now: machine.due) }
        #expect(machine.state == .degraded && !machine.isExhausted)
        for _ in 0..<8 { _ = machine.record(false, now: machine.due) }
        #expect(machine.state == .critical)
        // Only what it needs is wrong now: it comes up to the floor, a state at a time, and stays there.
        var states: [HealthState] = []
        for _ in 0..<20 {
            if let move = machine.record(false, notBelow: .degraded, now: machine.due) { states.append(move.to) }
        }
        #expect(states == [.unhealthy, .degraded])
        for _ in 0..<3 { _ = machine.record(true, now: machine.due) }
        #expect(machine.state == .healthy)
    }

    @Test func resultsBeforeTheyAreDueCountForNothing() {
        var machine = HealthMachine(now: .zero)
        for _ in 0..<100 { _ = machine.record(false, now: .zero + .milliseconds(1_999)) }
        #expect(machine.state == .healthy && machine.due == .zero + .seconds(2))
        let first = machine.record(false, now: .zero + .seconds(2))
        let second = machine.record(false, now: .zero + .seconds(4))
        #expect(first == nil && second == HealthMachine.Transition(from: .healthy, to: .degraded))
        #expect(
            machine.explain(now: .zero + .milliseconds(5_500)).detail
                == "degraded for 1.5 s, 0 of 3 failures and 0 of 3 successes in a row")
    }

    /// Results at random near the edge, at random times: one step at a time, and none before its hysteresis is over.
    @Test(arguments: 1...100) func noFlapping(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "health-machine", node: 0)
        let policy = seed.isMultiple(of: 2) ? HealthMachinePolicy.local : .seed
        var machine = HealthMachine(policy: policy, now: .zero)
        var now = Instant.zero
        var last: (at: Instant, to: HealthState)?
        var transitions = 0
        let good = 0.3 + 0.5 * random.unit()
        for _ in 0..<5_000 {
            // Mostly when due, sometimes far too often, sometimes late.
            now = random.chance(0.5) ? max(now, machine.due) : now + .milliseconds(Int64(random.below(3_000)))
            guard let transition = machine.record(random.chance(good), now: now) else { continue }
            transitions += 1
            #expect(abs(Int(transition.from.rawValue) - Int(transition.to.rawValue)) == 1, "seed \(seed)")
            let came = last ?? (.zero, .healthy)
            #expect(came.to == transition.from, "seed \(seed)")
            #expect(
                now - came.at >= policy.hysteresis(transition.from),
                "seed \(seed): \(transition) after \((now - came.at).seconds) s")
            last = (now, transition.to)
        }
        #expect(transitions > 10, "seed \(seed)")
    }

    @Test func whatCannotBeIsMadeSound() {
        let stage = HealthMachinePolicy.Stage(every: .zero, failures: 0)
        #expect(stage.every == .milliseconds(1) && stage.failures == 1)
        let policy = HealthMachinePolicy(
            healthy: stage, degraded: stage, unhealthy: stage, critical: stage, successes: -1)
        #expect(policy.successes == 1)
        var machine = HealthMachine(policy: policy, now: .zero)
        #expect(states(&machine, [false, false, true]) == [.degraded, .unhealthy, .degraded])
    }
}
