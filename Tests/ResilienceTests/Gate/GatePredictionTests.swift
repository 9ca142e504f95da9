import MeshBase
import Testing

@testable import Resilience

/// The predictor (C11) as a gate drives it: four samples a second, ten calls each.
@Suite struct GatePredictionTests {
    private struct Run {
        var gate: TargetGate
        var rng = Generator(seed: 3)
        var now = Instant.zero
        let policy: GatePolicy
        var told: [BreakerTransition] = []

        init(_ use: PredictionUse = .watch) {
            var policy = GatePolicy.local(workers: 50, isCore: true)
            policy.breaker.predict = use
            policy.predictor = use == .off ? nil : .local
            self.policy = policy
            gate = TargetGate(policy, now: .zero)
        }

        /// Ten calls in 250 ms, and the holder's question.
        mutating func sample(took: TimeAmount, failing: Int = 0) {
            for call in 0..<10 {
                let spread = TimeAmount.microseconds(Int64(rng.unit() * 1_000))
                if let permit = gate.ask(1, policy, priority: .normal, now: now, using: &rng).permit {
                    let end = AttemptEnd(call < failing ? .failed : .ok, .failed)
                    gate.ended(permit, end, took: took + spread, policy, now: now, using: &rng)
                }
                now += .milliseconds(25)
            }
            let change = gate.predict(
                PredictorFeatures(wall: now.nanoseconds, load: LoadSignals(cpu: 0.3)), policy, now: now, using: &rng)
            if let change { told.append(change) }
        }
    }

    @Test func aSteadyTargetIsNotForeseenToFail() {
        var run = Run()
        for _ in 0..<2_000 { run.sample(took: .milliseconds(5)) }
        #expect(run.told.isEmpty && run.gate.prediction.predictor.predictions == 0)
    }

    @Test func whatBecomesUnlikeItselfIsForeseenOnce() {
        var run = Run()
        for _ in 0..<100 { run.sample(took: .milliseconds(5)) }
        for _ in 0..<6 { run.sample(took: .milliseconds(80), failing: 2) }
        #expect(run.told.map(\.cause) == [.predicted])
        #expect(run.told.first?.from == run.told.first?.to && run.gate.breaker.state == .closed)
        #expect(run.gate.figures(run.policy, now: run.now).isPredicted)
        // Nothing came of it: within a time open the share of failures stayed below the threshold.
        for _ in 0..<40 { run.sample(took: .milliseconds(5)) }
        #expect(run.gate.figures(run.policy, now: run.now).falsePositives == 1)
    }

    @Test func itOpensWhereItMay() {
        var run = Run(.open)
        for _ in 0..<100 { run.sample(took: .milliseconds(5)) }
        for _ in 0..<6 { run.sample(took: .milliseconds(80), failing: 2) }
        #expect(run.told.map(\.to) == [.open] && run.told.map(\.cause) == [.predicted])
    }

    @Test func withoutACallThereIsNoSample() {
        var run = Run()
        for _ in 0..<100 { run.sample(took: .milliseconds(5)) }
        let before = run.gate.prediction.probability
        for _ in 0..<100 {
            run.now += .milliseconds(250)
            let change = run.gate.predict(
                PredictorFeatures(latency: 9), run.policy, now: run.now, using: &run.rng)
            #expect(change == nil)
        }
        #expect(run.gate.prediction.probability == before)
    }

    @Test func switchedOffItKeepsNothing() {
        var run = Run(.off)
        for _ in 0..<100 { run.sample(took: .milliseconds(5)) }
        for _ in 0..<6 { run.sample(took: .milliseconds(80), failing: 2) }
        #expect(run.told.isEmpty && run.gate.prediction.probability == 0)
    }

    @Test func theTimeOfTheWeekComesFromTheWallClock() {
        // 1970-01-01 was a Thursday; half past one in the night of the Sunday after.
        let features = PredictorFeatures(wall: (3 * 24 * 3_600 + 5_400) * 1_000_000_000, load: LoadSignals())
        #expect(features.weekday == 0 && features.hour == 1.5)
    }
}
