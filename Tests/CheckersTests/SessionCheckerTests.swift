import MeshBase
import Testing

@testable import Checkers

private func v(_ counter: UInt64) -> VersionWitness { VersionWitness(counter: counter, writer: 1) }

@Suite struct SessionCheckerTests {
    private struct Script {
        var checker = SessionChecker()
        private var number: UInt64 = 0

        /// By a client that has no session.
        mutating func delete(_ outcome: History.Outcome) {
            number += 1
            checker.invokeDeletion(OperationID(number), of: RecordID(1))
            checker.complete(OperationID(number), outcome)
        }

        mutating func run(_ client: UInt64, _ action: History.Action, _ outcome: History.Outcome) {
            number += 1
            let operation = OperationID(number)
            checker.invoke(
                operation, History.Invocation(client: client, record: RecordID(1), action: action))
            checker.complete(operation, outcome)
        }
    }

    @Test func whatOthersDoIsNoConcern() {
        var script = Script()
        script.run(1, .write(value: 10), .acknowledged(v(5)))
        script.run(2, .read, .missing(.none))
        script.run(2, .read, .found(v(3), value: 9))
        #expect(script.checker.isValid, "\(script.checker.verdict())")
    }

    @Test func ownWritesAreRead() {
        var script = Script()
        script.run(1, .write(value: 10), .acknowledged(v(5)))
        script.run(1, .read, .found(v(4), value: 9))
        #expect(script.checker.violations.contains(.ownWriteNotRead))
        var gone = Script()
        gone.run(1, .write(value: 10), .acknowledged(v(5)))
        gone.run(1, .read, .missing(.none))
        #expect(!gone.checker.isValid)
    }

    /// Its own, or that of another one, whose tombstone was collected.
    @Test func nothingIsReadAfterADeletion() {
        for outcome in [History.Outcome.acknowledged(v(6)), .unknown] {
            var script = Script()
            script.run(1, .write(value: 10), .acknowledged(v(5)))
            script.delete(outcome)
            script.run(1, .read, .missing(.none))
            script.run(1, .read, .missing(.none))
            #expect(script.checker.isValid, "\(script.checker.verdict())")
            // What is gone stays gone.
            script.run(1, .read, .found(v(5), value: 10))
            #expect(script.checker.violations.contains(.readWentBack))
        }
        var own = Script()
        own.run(1, .write(value: 10), .acknowledged(v(5)))
        own.run(1, .delete, .acknowledged(v(6)))
        own.run(1, .read, .missing(.none))
        #expect(own.checker.isValid, "\(own.checker.verdict())")
        own.run(1, .write(value: 11), .acknowledged(v(7)))
        own.run(1, .read, .missing(.none))
        #expect(own.checker.violations.contains(.ownWriteNotRead))
    }

    /// A deletion below what the client has seen, or one that was refused, explains nothing.
    @Test(arguments: [History.Outcome.acknowledged(v(4)), .failed]) func otherDeletionsExcuseNothing(
        _ outcome: History.Outcome
    ) {
        var script = Script()
        script.run(1, .write(value: 10), .acknowledged(v(5)))
        script.delete(outcome)
        script.run(1, .read, .missing(.none))
        #expect(script.checker.violations.contains(.ownWriteNotRead))
    }

    @Test func readsDoNotGoBack() {
        var script = Script()
        script.run(1, .read, .found(v(5), value: 10))
        script.run(1, .read, .found(v(4), value: 9))
        #expect(script.checker.violations.contains(.readWentBack))
    }

    @Test func writesFollowWhatWasReadAndWritten() {
        var script = Script()
        script.run(1, .read, .found(v(5), value: 10))
        script.run(1, .write(value: 11), .acknowledged(v(5)))
        #expect(script.checker.violations.contains(.writeWentBack))
    }

    @Test func unknownAndRefusedOperationsPromiseNothing() {
        var script = Script()
        script.run(1, .write(value: 10), .unknown)
        script.run(1, .write(value: 11), .failed)
        script.run(1, .read, .missing(.none))
        #expect(script.checker.isValid)
    }

    @Test func operationsThatOverlapPromiseNothingToEachOther() {
        var checker = SessionChecker()
        let record = RecordID(1)
        checker.invoke(OperationID(1), History.Invocation(client: 1, record: record, action: .read))
        checker.invoke(OperationID(2), History.Invocation(client: 1, record: record, action: .write(value: 1)))
        checker.complete(OperationID(2), .acknowledged(v(5)))
        checker.complete(OperationID(1), .missing(.none))
        #expect(checker.isValid)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func aRegisterKeepsEverySessionAndABrokenStoreDoesNot(seed: UInt64) {
        let valid = SessionChecker(RegisterModel.history(seed: seed, operations: 400))
        #expect(valid.isValid, "seed \(seed): \(valid.verdict())")
        var faults = ReplicaModel.Faults()
        faults.read = 1
        faults.write = 1
        #expect(!SessionChecker(ReplicaModel.run(seed: seed, faults).history).isValid, "seed \(seed)")
    }
}
