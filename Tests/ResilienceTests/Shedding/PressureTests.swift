import MeshBase
import Testing

@testable import Resilience

@Suite struct PressureTests {
    private func pressure(_ signals: LoadSignals) -> Pressure { Pressure(signals, policy: AdaptivePolicy()) }
    private func near(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-9 }

    @Test(arguments: [(0.0, 0.0), (0.8, 0), (0.85, 0.25), (0.9, 0.5), (1, 1), (3, 1), (.nan, 0), (.infinity, 1)])
    func cpuCountsFromEightyPercentOn(_ cpu: Double, _ expected: Double) {
        let signals = LoadSignals(cpu: cpu, loopLag: .milliseconds(11))
        #expect(near(pressure(signals).cpu, expected))
        #expect(pressure(LoadSignals(cpu: cpu, loopLag: .milliseconds(10))) == .none, "the loop is on time")
    }

    @Test(arguments: [(0.85, 0.0), (0.925, 0.5), (1, 1), (2, 1)])
    func memoryCountsFrom85PercentOn(_ memory: Double, _ expected: Double) {
        #expect(near(pressure(LoadSignals(memory: memory)).memory, expected))
    }

    @Test(arguments: [(500, 0.0), (1000, 0), (1250, 0.25), (2000, 1), (9000, 1)])
    func latencyCountsFromItsTargetOn(_ milliseconds: Int64, _ expected: Double) {
        #expect(near(pressure(LoadSignals(p95: .milliseconds(milliseconds))).latency, expected))
    }

    /// How long an answer may take nobody knows but who says so.
    @Test func withoutATargetNoAnswerIsTooSlow() {
        for policy in [AdaptivePolicy.local, .seed] {
            #expect(Pressure(LoadSignals(p95: .seconds(60)), policy: policy) == .none)
        }
    }

    @Test func theTargetIsThePolicys() {
        let policy = AdaptivePolicy(p95: .milliseconds(100))
        #expect(near(Pressure(LoadSignals(p95: .milliseconds(150)), policy: policy).worst, 0.5))
    }

    @Test func theWorstIsNamed() {
        let signals = LoadSignals(cpu: 0.84, loopLag: .seconds(1), memory: 0.94, p95: .milliseconds(1300))
        let worst = pressure(signals)
        #expect(near(worst.worst, 0.6))
        #expect("\(worst.signal!)" == "memory")
        #expect(Pressure.none.signal == nil)
    }

    @Test(
        arguments: [
            (0.0, [0.0, 0, 0, 0]), (0.1, [0, 0, 0, 0.3]), (1.0 / 3, [0, 0, 0, 1]), (0.5, [0, 0, 0.5, 1]),
            (0.75, [0, 0.25, 1, 1]), (1, [0, 1, 1, 1]),
        ] as [(Double, [Double])]) func itIsSpentOnTheLowestFirst(_ value: Double, _ shares: [Double])
    {
        let of = pressure(LoadSignals(memory: 0.85 + 0.15 * value)).shares
        for index in 0..<4 { #expect(near(of[index], shares[index]), "class \(index)") }
    }

    @Test func whatCannotBeIsMadeSoundAndFound() {
        let policy = AdaptivePolicy(cpu: 2, memory: -1, p95: .zero, loopLag: .seconds(-1), retryAfter: .seconds(-1))
        #expect(policy.cpu == 0.99 && policy.memory == 0 && policy.p95 == .milliseconds(1))
        #expect(policy.loopLag == .zero && policy.retryAfter == .zero)
        let problems = AdaptivePolicy.problems(cpu: 2, memory: -1, p95: .zero)
        #expect(problems.map(\.key) == ["cpu", "memory", "p95"])
        #expect(AdaptivePolicy.problems(cpu: 0.5, memory: nil, p95: .seconds(1)).isEmpty)
        #expect(AdaptivePolicy.problems(cpu: .nan, memory: nil, p95: nil).count == 1)
        #expect(AdaptivePolicy(cpu: .nan).cpu == 0.8)
    }
}
