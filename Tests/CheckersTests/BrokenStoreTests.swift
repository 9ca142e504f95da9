import Testing

@testable import Checkers

/// Each checker is shown stores that are broken in a known way, and must say so; and the same store whole.
@Suite struct BrokenStoreTests {
    private static let seeds = 1...10 as ClosedRange<UInt64>

    @Test(arguments: seeds) func aWholeStoreIsValid(seed: UInt64) {
        let model = ReplicaModel.run(seed: seed, ReplicaModel.Faults())
        #expect(RegisterChecker(model.history).isValid, "seed \(seed): \(RegisterChecker(model.history).verdict())")
        #expect(model.writes.verdict().ok, "seed \(seed): \(model.writes.verdict())")
        #expect(model.writes.totals().acknowledged > 50)
    }

    @Test(arguments: seeds) func quorumsThatDoNotMeetAreFound(seed: UInt64) {
        var faults = ReplicaModel.Faults()
        faults.read = 1
        let checker = RegisterChecker(ReplicaModel.run(seed: seed, faults).history)
        #expect(checker.violations.contains(.staleRead) || checker.violations.contains(.staleWrite), "seed \(seed)")
    }

    @Test(arguments: seeds) func acknowledgingBeforePersistingIsFound(seed: UInt64) {
        var faults = ReplicaModel.Faults()
        faults.acknowledgesBeforePersist = 0.6
        let model = ReplicaModel.run(seed: seed, faults)
        #expect(!RegisterChecker(model.history).isValid, "seed \(seed)")
    }

    @Test(arguments: seeds) func aRefusedWriteThatStaysIsFound(seed: UInt64) {
        var faults = ReplicaModel.Faults()
        faults.keepsRefused = 1
        #expect(!RegisterChecker(ReplicaModel.run(seed: seed, faults).history).isValid, "seed \(seed)")
    }

    @Test(arguments: seeds) func aResurrectedValueIsFound(seed: UInt64) {
        var faults = ReplicaModel.Faults()
        faults.resurrects = 0.1
        let checker = RegisterChecker(ReplicaModel.run(seed: seed, faults).history)
        #expect(checker.violations.contains(.valueFromNowhere), "seed \(seed)")
    }

    @Test(arguments: seeds) func anInventedValueIsFound(seed: UInt64) {
        var faults = ReplicaModel.Faults()
        faults.invents = 0.1
        #expect(!RegisterChecker(ReplicaModel.run(seed: seed, faults).history).isValid, "seed \(seed)")
    }

    @Test(arguments: seeds) func aVersionUsedTwiceIsFoundByBothCheckers(seed: UInt64) {
        var faults = ReplicaModel.Faults()
        faults.reusesVersion = 0.2
        let model = ReplicaModel.run(seed: seed, faults)
        let checker = RegisterChecker(model.history)
        #expect(checker.violations.contains(.versionReused), "seed \(seed)")
        #expect(model.writes.violations.contains(.versionReused), "seed \(seed)")
    }
}
