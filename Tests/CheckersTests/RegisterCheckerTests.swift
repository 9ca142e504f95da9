import MeshBase
import Testing

@testable import Checkers

/// A checker that is fed step by step: `write(1, value)` begins operation 1, `ack(1, version)` ends it.
private struct Script {
    var checker = RegisterChecker()
    let record = RecordID(1)

    init(limits: RegisterChecker.Limits = .init()) { checker = RegisterChecker(limits: limits) }

    mutating func read(_ id: UInt64) { checker.invoke(OperationID(id), .read, on: record) }
    mutating func write(_ id: UInt64, _ value: UInt64) {
        checker.invoke(OperationID(id), .write(value: value), on: record)
    }
    mutating func delete(_ id: UInt64) { checker.invoke(OperationID(id), .delete, on: record) }
    mutating func end(_ id: UInt64, _ outcome: History.Outcome) { checker.complete(OperationID(id), outcome) }
    mutating func ack(_ id: UInt64, _ version: VersionWitness) { end(id, .acknowledged(version)) }
    mutating func found(_ id: UInt64, _ version: VersionWitness, _ value: UInt64) {
        end(id, .found(version, value: value))
    }
    func has(_ kind: RegisterChecker.Violation) -> Bool { checker.violations.contains(kind) }
}

private func v(_ counter: UInt64, _ writer: UInt64 = 1) -> VersionWitness {
    VersionWitness(counter: counter, writer: writer)
}

@Suite struct RegisterCheckerTests {
    @Test func aReadMayReturnAWriteThatRunsBesideIt() {
        var script = Script()
        script.write(1, 100)
        script.read(2)
        script.found(2, v(1), 100)
        script.ack(1, v(1))
        script.read(3)
        script.found(3, v(1), 100)
        #expect(script.checker.isValid, "\(script.checker.verdict())")
    }

    @Test func aReadMayReturnTheOldValueOnlyIfItBeganBeforeTheAcknowledgement() {
        var script = Script()
        script.write(1, 100)
        script.ack(1, v(1))
        script.write(2, 200)
        script.read(3)
        script.ack(2, v(2))
        script.found(3, v(1), 100)
        #expect(script.checker.isValid)
        script.read(4)
        script.found(4, v(1), 100)
        #expect(script.has(.staleRead))
    }

    @Test func readsAreMonotoneAlsoOverAWriteThatNobodyAcknowledged() {
        var script = Script()
        script.write(1, 100)
        script.ack(1, v(1))
        script.write(2, 200)
        script.read(3)
        script.found(3, v(2), 200)
        #expect(script.checker.isValid)
        script.read(4)
        script.found(4, v(1), 100)
        #expect(script.has(.staleRead))
    }

    @Test func anUnknownWriteMayAppearAtAnyTimeOrNever() {
        var script = Script()
        script.write(1, 100)
        script.end(1, .unknown)
        script.read(2)
        script.end(2, .missing(.none))
        script.write(3, 300)
        script.ack(3, v(1, 3))
        script.read(4)
        script.found(4, v(2, 1), 100)
        #expect(script.checker.isValid, "\(script.checker.verdict())")
        script.read(5)
        script.found(5, v(3, 1), 100)
        #expect(script.has(.valueMoved) || script.has(.valueFromNowhere))
    }

    /// The tombstone of a deletion that nobody acknowledged may have been collected; what was there before is gone then.
    @Test func nothingIsFoundAfterACollectedDeletionThatNobodyAcknowledged() {
        var script = Script()
        script.write(1, 100)
        script.ack(1, v(1))
        script.delete(2)
        script.end(2, .unknown)
        script.read(3)
        script.end(3, .missing(.none))
        #expect(script.checker.isValid, "\(script.checker.verdict())")
        script.read(4)
        script.found(4, v(1), 100)
        #expect(script.has(.staleRead))
    }

    @Test func aWriteMustGetAVersionAboveEverythingBeforeIt() {
        var script = Script()
        script.write(1, 100)
        script.ack(1, v(5))
        script.write(2, 200)
        script.ack(2, v(4))
        #expect(script.has(.staleWrite))
    }

    @Test func anUnknownWriteMustNotTakeAVersionBelowWhatItBeganAfter() {
        var script = Script()
        script.read(9)
        script.write(1, 100)
        script.ack(1, v(5))
        script.write(2, 200)
        script.found(9, v(4), 200)
        #expect(script.has(.staleWrite))
    }

    @Test func concurrentWritesMayEndInAnyOrderOfVersions() {
        var script = Script()
        script.write(1, 100)
        script.write(2, 200)
        script.ack(1, v(1, 2))
        script.ack(2, v(1, 1))
        #expect(script.checker.isValid)
        script.read(3)
        script.found(3, v(1, 1), 200)
        #expect(script.has(.staleRead))
    }

    @Test func twoConcurrentWritesWithOneVersionAreFound() {
        var script = Script()
        script.write(1, 100)
        script.write(2, 200)
        script.ack(1, v(1))
        script.ack(2, v(1))
        #expect(script.has(.versionReused))
    }

    @Test func oneVersionWithTwoValuesIsFound() {
        var script = Script()
        script.write(1, 100)
        script.write(2, 200)
        script.ack(1, v(1))
        script.read(3)
        script.found(3, v(1), 200)
        #expect(script.has(.versionReused))
    }

    @Test func aValueThatNobodyWroteIsFound() {
        var script = Script()
        script.read(1)
        script.found(1, v(1), 100)
        #expect(script.has(.valueFromNowhere))
    }

    @Test func aValueReadBeforeItWasWrittenIsFound() {
        var script = Script()
        script.read(1)
        script.found(1, v(1), 100)
        script.write(2, 100)
        script.ack(2, v(1))
        #expect(script.has(.valueFromNowhere))
        #expect(script.has(.staleWrite))
    }

    @Test func aRefusedWriteMustNotBeSeenBeforeNorAfterItsRefusal() {
        var before = Script()
        before.write(1, 100)
        before.read(2)
        before.found(2, v(1), 100)
        before.end(1, .failed)
        #expect(before.has(.refusedWriteRead))

        var after = Script()
        after.write(1, 100)
        after.end(1, .failed)
        after.read(2)
        after.found(2, v(1), 100)
        #expect(after.has(.valueFromNowhere))
    }

    @Test func aValueAcknowledgedAtOneVersionAndReadAtAnotherIsFound() {
        var script = Script()
        script.write(1, 100)
        script.read(2)
        script.found(2, v(1), 100)
        script.ack(1, v(2))
        #expect(script.has(.valueMoved))
    }

    @Test func nothingFoundAfterAnAcknowledgedWriteIsStale() {
        var script = Script()
        script.write(1, 100)
        script.ack(1, v(1))
        script.read(2)
        script.end(2, .missing(.none))
        #expect(script.has(.staleRead))
    }

    @Test func deletionsAreVersionsToo() {
        var script = Script()
        script.write(1, 100)
        script.ack(1, v(1))
        script.delete(2)
        script.ack(2, v(2))
        script.read(3)
        script.end(3, .missing(v(2)))
        script.read(4)
        script.end(4, .missing(.none))
        #expect(script.checker.isValid, "\(script.checker.verdict())")
        script.read(5)
        script.found(5, v(1), 100)
        #expect(script.has(.staleRead))
    }

    @Test func aDeletionThatNobodyMadeIsFound() {
        var script = Script()
        script.read(1)
        script.end(1, .missing(v(3)))
        #expect(script.has(.valueFromNowhere))
    }

    @Test func anOutcomeThatDoesNotFitIsFoundAndNotFatal() {
        var script = Script()
        script.read(1)
        script.ack(1, v(1))
        script.end(99, .unknown)
        script.write(2, 5)
        script.write(2, 6)
        #expect(script.checker.violations.count == 2)
        #expect(script.has(.malformed))
    }

    @Test func forgottenOpenWritesSilenceOnlyWhatTheyMustSilence() {
        var limits = RegisterChecker.Limits()
        limits.openWrites = 1
        var script = Script(limits: limits)
        script.write(1, 100)
        script.write(2, 200)
        script.end(1, .unknown)
        script.end(2, .unknown)
        script.read(3)
        script.found(3, v(1), 200)
        #expect(script.checker.isValid)
        #expect(script.checker.forgotten == 1)
    }

    @Test func recordsBeyondTheLimitAreCountedAndNotWatched() {
        var limits = RegisterChecker.Limits()
        limits.records = 1
        var checker = RegisterChecker(limits: limits)
        checker.invoke(OperationID(1), .read, on: RecordID(1))
        checker.invoke(OperationID(2), .read, on: RecordID(2))
        checker.complete(OperationID(2), .missing(.none))
        #expect(checker.unwatched == 1)
        #expect(checker.isValid)
    }

    @Test func operationsThatNeverEndDoNotHoldVersionsForEver() {
        var limits = RegisterChecker.Limits()
        limits.inFlight = 10
        var script = Script(limits: limits)
        for id in 1...10 { script.read(UInt64(id)) }
        for id in 11...1_000 {
            script.write(UInt64(id), UInt64(id))
            script.ack(UInt64(id), v(UInt64(id)))
        }
        #expect(script.checker.isValid)
        #expect(script.checker.open > 0)
        #expect(script.checker.versionsHeld < 1_000)
    }

    @Test func memoryDoesNotGrowWithTheHistory() {
        let history = RegisterModel.history(seed: 3, operations: 20_000)
        let checker = RegisterChecker(history)
        #expect(checker.isValid, "\(checker.verdict())")
        #expect(checker.checked == 20_000)
        #expect(checker.versionsHeld < 300)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func historiesOfARegisterAreValid(seed: UInt64) {
        let checker = RegisterChecker(
            RegisterModel.history(
                seed: seed, operations: 400, clients: 2 + Int(seed % 9), records: 1 + Int(seed % 3),
                deletes: seed % 2 == 0))
        #expect(checker.isValid, "seed \(seed): \(checker.verdict().detail)")
        #expect(checker.open > 0, "seed \(seed) draws no operation of unknown outcome")
    }

    /// Each valid history is broken in one place: a read is made to return an older version than it may.
    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func oneStaleReadAmongManyIsFound(seed: UInt64) {
        let history = RegisterModel.history(seed: seed, operations: 300, records: 1)
        var checker = RegisterChecker()
        var floor = VersionWitness.none
        var value: UInt64 = 0
        var old: (VersionWitness, UInt64)?
        for event in history.events {
            switch event.step {
            case .invoke(let work):
                checker.invoke(event.operation, work.action, on: work.record)
            case .complete(let outcome):
                checker.complete(event.operation, outcome)
                if case .found(let version, let read) = outcome, version > floor {
                    if floor != .none { old = (floor, value) }
                    (floor, value) = (version, read)
                }
            }
        }
        #expect(checker.isValid, "seed \(seed)")
        guard let old else { return }
        checker.invoke(OperationID(9_999), .read, on: RecordID(0))
        checker.complete(OperationID(9_999), .found(old.0, value: old.1))
        #expect(checker.violations.contains(.staleRead), "seed \(seed)")
    }

    @Test func aHistoryThatLostEventsProvesNothing() {
        var history = History(limit: 1)
        history.invoke(
            OperationID(1), History.Invocation(client: 1, record: RecordID(1), action: .read), at: .zero)
        history.complete(OperationID(1), .missing(.none), at: .zero)
        #expect(!RegisterChecker(history).isValid)
    }
}
