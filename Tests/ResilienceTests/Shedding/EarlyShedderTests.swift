import MeshBase
import Testing

@testable import Resilience

@Suite struct EarlyShedderTests {
    @Test func locallyItIsOff() {
        var shedder = EarlyShedder(capacity: 10)
        shedder.look(LoadSignals(cpu: 9, memory: 9))
        #expect(EarlyPolicy.local.isOff && !EarlyPolicy.seed.isOff)
        let verdict1 = shedder.admit(.low, inWork: 1_000, draw: 0)
        #expect(verdict1)
    }

    @Test(arguments: [(0, 0.0), (699, 0), (700, 0.1), (1000, 0.1)])
    func underLoadTenPercent(_ inWork: Int, _ share: Double) {
        #expect(EarlyShedder(capacity: 1000, policy: .seed).share(inWork: inWork) == share)
    }

    @Test(arguments: [(0.8, 0.85, 0.0), (0.81, 0.1, 0.3), (0.1, 0.86, 0.3)])
    func thirtyWhereCpuOrMemoryAreShort(_ cpu: Double, _ memory: Double, _ share: Double) {
        var shedder = EarlyShedder(capacity: 1000, policy: .seed)
        shedder.look(LoadSignals(cpu: cpu, memory: memory))
        #expect(shedder.share(inWork: 0) == share)
    }

    @Test func itIsBlindToClassesExceptCritical() {
        var shedder = EarlyShedder(capacity: 100, policy: .seed)
        for step in 0..<100 {
            for priority in Priority.allCases { _ = shedder.admit(priority, inWork: 80, draw: Double(step) / 100) }
        }
        #expect(Priority.allCases.map { shedder.shed[$0] } == [0, 10, 10, 10])
        #expect(shedder.explain(inWork: 80).detail == "0.1 is refused blindly, 80 in work")
    }

    @Test func whatCannotBeIsMadeSound() {
        let policy = EarlyPolicy(load: 7, share: -1, hard: .nan)
        #expect(policy.load == 1 && policy.share == 0 && policy.isOff)
        #expect(EarlyPolicy(share: 0.5, hard: 0.1).hard == 0.5)
        #expect(EarlyPolicy.problem(share: 1.5) != nil && EarlyPolicy.problem(share: .nan) != nil)
        #expect(EarlyPolicy.problem(share: 1) == nil)
        #expect(EarlyShedder(capacity: .max, policy: .seed).share(inWork: 1_000_000) == 0)
    }
}
