import MeshBase
import Testing

@testable import Resilience

private let none = HealthReasons()

@Suite struct HealthPolicyTests {
    private let policy = HealthPolicy.local

    @Test func oneThatIsWellLivesAndServes() {
        let signals = HealthSignals(store: true, cache: true)
        #expect(policy.liveness(signals) == [] && policy.readiness(signals) == [])
        #expect(policy.liveness(HealthSignals()) == [] && policy.readiness(HealthSignals()) == [])
        #expect(policy.explain([], signals).detail == "well")
    }

    /// Each signal at its bound and just within it.
    @Test(
        arguments: [
            (HealthSignals(load: LoadSignals(loopLag: .seconds(1))), HealthReasons.loopLag),
            (HealthSignals(load: LoadSignals(loopLag: .milliseconds(999))), none),
            (HealthSignals(load: LoadSignals(memory: 1)), HealthReasons.memory),
            (HealthSignals(load: LoadSignals(memory: 0.99)), none),
            (HealthSignals(poolStalled: .seconds(30)), HealthReasons.pool),
            (HealthSignals(poolStalled: .seconds(29)), none),
            (HealthSignals(heldOverLimit: 10.1), HealthReasons.stuck),
            (HealthSignals(heldOverLimit: 10), none),
            // No overload is a reason to restart.
            (
                HealthSignals(
                    load: LoadSignals(cpu: 1, loopLag: .milliseconds(500)), store: false, queue: 1, failing: 1), none
            ),
        ]) func liveness(_ signals: HealthSignals, _ reasons: HealthReasons)
    {
        #expect(policy.liveness(signals) == reasons)
    }

    @Test(
        arguments: [
            (HealthSignals(store: false), HealthReasons.store),
            (HealthSignals(cache: false), HealthReasons.cache),
            (HealthSignals(load: LoadSignals(cpu: 1, loopLag: .milliseconds(11))), HealthReasons.cpu),
            (HealthSignals(load: LoadSignals(cpu: 1, loopLag: .milliseconds(10))), none),
            (HealthSignals(load: LoadSignals(cpu: 0.95, loopLag: .seconds(1))), none),
            (HealthSignals(queue: 0.95), HealthReasons.queue),
            (HealthSignals(queue: 0.94), none),
            (HealthSignals(failing: 0.71), HealthReasons.failing),
            (HealthSignals(failing: 0.7), none),
        ]) func readiness(_ signals: HealthSignals, _ reasons: HealthReasons)
    {
        #expect(policy.readiness(signals) == reasons)
    }

    @Test func itSaysWhyInOneSentence() {
        let signals = HealthSignals(store: false, queue: 1)
        let why = policy.explain(policy.readiness(signals), signals)
        #expect(why.detail == "store takes nothing (store 0), queue full (queue 1)")
        #expect(why.numbers == [.init("store", 0), .init("queue", 1)])
    }

    @Test func whatCannotBeIsMadeSound() {
        let odd = HealthPolicy(
            deadLag: .zero, deadMemory: .nan, deadPool: .seconds(-1), stuck: 0, cpu: .nan, loopLag: .seconds(-1),
            queue: 7, failing: -1)
        #expect(odd.deadLag == .milliseconds(1) && odd.deadMemory == 0.5 && odd.deadPool == .milliseconds(1))
        #expect(odd.stuck == 1 && odd.cpu == 0 && odd.loopLag == .zero && odd.queue == 1 && odd.failing == 0)
    }

    // MARK: The score

    @Test func theScoreIsTheWorseOfWhatIsAchievedAndWhatIsLeft() {
        var score = HealthScore()
        #expect(score.value(isReady: true, pressure: 0) == 1)
        for step in 0..<200 { score.record(step % 4 != 0) }
        #expect(score.value(isReady: true, pressure: 0) == 0.75)
        #expect(score.value(isReady: true, pressure: 0.5) == 0.5)
        #expect(score.value(isReady: true, pressure: 7) == 0)
        #expect(score.value(isReady: false, pressure: 0) == 0)
        #expect(score.explain(isReady: true, pressure: 0.5).detail == "75 of 100 went well, pressure 0.5")
        #expect(score.explain(isReady: false, pressure: 0.5).detail == "not ready")
    }
}
