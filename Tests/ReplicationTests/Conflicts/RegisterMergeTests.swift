import Testing
import Topology

@testable import Replication

/// The coordinator's part of keys that keep siblings.
@Suite struct RegisterMergeTests {
    private func operation(
        _ kind: RegisterOperation.Kind, quorum: QuorumSet = QuorumSet(size: 3), rule: QuorumRule? = nil
    ) -> RegisterOperation {
        var operation = RegisterOperation(
            kind: kind, rule: rule ?? QuorumRule(tier: .important), quorum: quorum, usable: quorum.all, writer: 77)
        operation.merges = true
        return operation
    }
    private func version(_ counter: UInt64) -> RecordVersion { RecordVersion(counter: counter, writer: 5) }

    /// Up to the step that asks the first cell to take it up.
    private func chosen(_ write: inout RegisterOperation, cells: Int) -> RegisterOperation.Step {
        _ = write.begin()
        var step = RegisterOperation.Step.wait
        for position in 0..<cells { step = write.answered(position, version: .none, tombstone: false).step }
        return step
    }

    @Test func oneCellTakesAWriteUpAndTheOthersAreBroughtWhatCameOfIt() {
        var write = operation(.write)
        let dot = RecordVersion(counter: 1, writer: 77)
        #expect(chosen(&write, cells: 3) == .store(0b001, dot))
        #expect(
            write.stored(0, made: version(9)) == .finishAndRepair(.written(dot, replaced: false), 0b110))
        #expect(write.spread == version(9) && write.isFinished)
    }

    @Test func theNextCellIsAskedForTheSameDot() {
        var write = operation(.write)
        let dot = RecordVersion(counter: 1, writer: 77)
        _ = chosen(&write, cells: 3)
        #expect(write.timedOut() == .store(0b010, dot))
        // Too late: another one was asked.
        #expect(write.stored(0, made: version(9)) == .wait)
        #expect(write.failed(1, changedNothing: true) == .store(0b100, dot))
        var kept = write
        #expect(kept.stored(2, made: version(9)) == .finish(.written(dot, replaced: false)))
        // The first may have it.
        #expect(write.failed(2, changedNothing: true) == .finish(.unknown))
        var refused = operation(.delete)
        _ = chosen(&refused, cells: 3)
        for position in 0..<2 { _ = refused.failed(position, changedNothing: true) }
        #expect(refused.failed(2, changedNothing: true) == .finish(.refused))
    }

    /// One acknowledgement of each side of a move, and a majority where the client wants one.
    @Test func whoIsNeededBesideTheFirstIsWaitedFor() {
        var joint = operation(.write, quorum: QuorumSet(0b001, and: 0b110))
        _ = chosen(&joint, cells: 3)
        #expect(joint.stored(0, made: version(9)) == .store(0b110, version(9)))
        #expect(joint.failed(1) == .wait)
        #expect(joint.stored(2) == .finish(.written(RecordVersion(counter: 1, writer: 77), replaced: false)))

        let strong = QuorumRule(read: .majority, write: .majority, readsAll: false, writesBack: true)
        var write = operation(.write, rule: strong)
        _ = chosen(&write, cells: 2)
        #expect(write.stored(0, made: version(9)) == .store(0b110, version(9)))
        #expect(write.failed(1) == .wait)
        #expect(write.failed(2) == .finish(.unknown))
    }

    /// In another epoch it is taken up again, as the same dot: who has it already says so.
    @Test func aRestartTakesItUpAgain() {
        var write = operation(.write, quorum: QuorumSet(0b001, and: 0b110))
        _ = chosen(&write, cells: 3)
        _ = write.stored(0, made: version(9))
        let step = write.restart(quorum: QuorumSet(size: 2), usable: 0b11)
        #expect(step == .store(0b01, RecordVersion(counter: 1, writer: 77)) && write.spread == .none)
    }

    @Test func aReadIsOfWhatAllAnswersComeTo() {
        var read = operation(.read)
        _ = read.begin()
        #expect(read.answered(0, version: version(5), tombstone: false, merged: version(5)).step == .wait)
        // The second has what the first lacks, and lacks what the first has.
        #expect(read.answered(1, version: version(4), tombstone: false, merged: version(6)).step == .wait)
        #expect(
            read.answered(2, version: version(6), tombstone: false, merged: version(6)).step
                == .finishAndRepair(.found(version(6)), 0b011))
    }
}
