import Testing
import Topology

@testable import Replication

@Suite struct RegisterOperationTests {
    private func operation(
        _ kind: RegisterOperation.Kind, tier: StoreSettings.Tier = .critical, size: Int = 3,
        usable: Positions? = nil
    ) -> RegisterOperation {
        RegisterOperation(
            kind: kind, rule: QuorumRule(tier: tier), quorum: QuorumSet(size: size), usable: usable ?? .max, writer: 77)
    }
    private func version(_ counter: UInt64) -> RecordVersion { RecordVersion(counter: counter, writer: 5) }

    @Test func aWriteQueriesThenStoresOneAboveTheNewest() {
        var write = operation(.write)
        #expect(write.begin() == .query(0b111))
        #expect(write.answered(0, version: version(4), tombstone: false).step == .wait)
        #expect(
            write.answered(2, version: version(9), tombstone: false).step
                == .store(0b111, RecordVersion(counter: 10, writer: 77)))
        #expect(write.stored(1) == .wait)
        #expect(write.stored(1) == .wait)
        #expect(write.stored(0) == .finish(.written(RecordVersion(counter: 10, writer: 77), replaced: true)))
        #expect(write.isFinished)
    }

    @Test func aWriteWithoutAMajorityIsRefusedBeforeAnythingIsChanged() {
        var write = operation(.write, usable: 0b100)
        #expect(write.begin() == .finish(.noQuorum(needed: 2, available: 1)))
        var late = operation(.write)
        _ = late.begin()
        #expect(late.failed(0) == .wait)
        #expect(late.failed(1) == .finish(.noQuorum(needed: 2, available: 0)))
    }

    @Test func aWriteThatLosesItsMajorityWhileStoringIsUnknown() {
        var write = operation(.write)
        _ = write.begin()
        _ = write.answered(0, version: .none, tombstone: false)
        _ = write.answered(1, version: .none, tombstone: false)
        #expect(write.stored(2) == .wait)
        #expect(write.failed(0) == .wait)
        #expect(write.timedOut() == .finish(.unknown))
    }

    @Test func aWriteThatEveryCellRefusesHasChangedNothing() {
        var write = operation(.write)
        _ = write.begin()
        _ = write.answered(0, version: .none, tombstone: false)
        _ = write.answered(1, version: .none, tombstone: false)
        #expect(write.failed(0, changedNothing: true) == .wait)
        #expect(write.failed(1, changedNothing: true) == .wait)
        var certain = write
        #expect(certain.failed(2, changedNothing: true) == .finish(.refused))
        var kept = write
        #expect(kept.stored(2) == .finish(.unknown))
        #expect(write.failed(2) == .finish(.unknown))
    }

    @Test func aReadOfAgreeingCellsReturnsAtOnce() {
        var read = operation(.read)
        _ = read.begin()
        #expect(read.answered(1, version: version(3), tombstone: false).step == .wait)
        #expect(read.answered(0, version: version(3), tombstone: false).step == .finish(.found(version(3))))
    }

    @Test func aReadWritesTheNewestBackBeforeItReturns() {
        var read = operation(.read)
        _ = read.begin()
        #expect(read.answered(1, version: version(3), tombstone: false) == (.wait, true))
        #expect(read.answered(0, version: version(2), tombstone: false) == (.store(0b101, version(3)), false))
        #expect(read.stored(2) == .finish(.found(version(3))))
    }

    @Test func aReadWhoseWriteBackLacksAMajorityFails() {
        var read = operation(.read)
        _ = read.begin()
        _ = read.answered(1, version: version(3), tombstone: false)
        _ = read.answered(0, version: version(2), tombstone: false)
        #expect(read.failed(0) == .wait)
        #expect(read.failed(2) == .finish(.noQuorum(needed: 2, available: 1)))
    }

    @Test func aDeletedRecordIsMissingAtItsVersion() {
        var read = operation(.read)
        _ = read.begin()
        _ = read.answered(0, version: version(8), tombstone: true)
        #expect(read.answered(1, version: version(8), tombstone: true).step == .finish(.missing(version(8))))
        var never = operation(.read)
        _ = never.begin()
        _ = never.answered(0, version: .none, tombstone: false)
        #expect(never.answered(2, version: .none, tombstone: false).step == .finish(.missing(.none)))
    }

    @Test func tierImportantReadsEveryCellAndRepairsTheStale() {
        var read = operation(.read, tier: .important, size: 2)
        _ = read.begin()
        #expect(read.answered(0, version: version(1), tombstone: false).step == .wait)
        #expect(
            read.answered(1, version: version(2), tombstone: false).step
                == .finishAndRepair(.found(version(2)), 0b01))
        var alone = operation(.write, tier: .important, size: 2, usable: 0b10)
        _ = alone.begin()
        _ = alone.answered(1, version: .none, tombstone: false)
        #expect(
            alone.stored(1) == .finish(.written(RecordVersion(counter: 1, writer: 77), replaced: false)))
    }

    @Test func anImpossibleCounterIsNoAnswer() {
        var write = operation(.write)
        _ = write.begin()
        #expect(write.answered(0, version: version(.max), tombstone: false).step == .wait)
        #expect(write.answered(1, version: version(3), tombstone: false).step == .wait)
        #expect(
            write.answered(2, version: version(2), tombstone: false).step
                == .store(0b110, RecordVersion(counter: 4, writer: 77)))
    }

    @Test func answersThatWereNotAskedForChangeNothing() {
        var write = operation(.write, usable: 0b011)
        _ = write.begin()
        #expect(write.stored(0) == .wait)
        #expect(write.answered(2, version: version(99), tombstone: false).step == .wait)
        _ = write.answered(0, version: version(1), tombstone: false)
        #expect(
            write.answered(1, version: version(1), tombstone: false).step
                == .store(0b011, RecordVersion(counter: 2, writer: 77)))
    }
}
