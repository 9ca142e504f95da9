import MeshBase
import Testing

@testable import Checkers

private func v(_ counter: UInt64, _ writer: UInt64 = 1) -> VersionWitness {
    VersionWitness(counter: counter, writer: writer)
}

@Suite struct AcknowledgedWritesTests {
    private let record = RecordID(3)

    private func at(_ number: UInt64) -> Instant { Instant(nanoseconds: Int64(number)) }

    /// Three acknowledged writes of values 101...103 as versions 1...3, and one of unknown outcome with value 200.
    private func three(limit: Int = 100) -> AcknowledgedWrites {
        var writes = AcknowledgedWrites(limit: limit)
        for number in 1...3 as ClosedRange<UInt64> {
            writes.acknowledged(
                record, value: 100 + number, version: v(number), began: at(number), ended: at(number))
        }
        writes.unknown(record, value: 200)
        return writes
    }

    @Test func theNewestWriteOrANewerOneOfUnknownOutcomeIsFine() {
        for found in [
            AcknowledgedWrites.ReadBack.found(v(3), value: 103), .found(v(4), value: 200), .foreign(v(9)),
        ] {
            var writes = three()
            #expect(writes.recordsToRead == [record])
            writes.readBack(record, found)
            #expect(writes.verdict().ok, "\(writes.verdict())")
            #expect(writes.totals().acknowledged == 3)
            #expect(writes.totals().unknown == 1)
        }
    }

    @Test func everyAcknowledgedWriteAboveWhatIsThereIsLost() {
        let cases: [(AcknowledgedWrites.ReadBack, Int)] = [
            (.found(v(2), value: 102), 1), (.found(v(1), value: 101), 2), (.missing, 3), (.foreign(v(1)), 2),
        ]
        for (found, lost) in cases {
            var writes = three()
            writes.readBack(record, found)
            #expect(writes.totals().lost == lost, "\(found)")
            #expect(writes.violations.contains(.lost))
            #expect(!writes.verdict().ok)
        }
    }

    @Test func anUnknownWriteBelowAnAcknowledgedOneDoesNotExcuseTheLoss() {
        var writes = three()
        writes.readBack(record, .found(v(2, 9), value: 200))
        #expect(writes.totals().lost == 1)
    }

    @Test func valuesFromNowhereAreFlaggedEvenIfTheyAreNew() {
        var writes = three()
        writes.readBack(record, .found(v(8), value: 555))
        #expect(writes.violations.contains(.valueFromNowhere))
        #expect(writes.totals().lost == 0)

        var corrupt = three()
        corrupt.readBack(record, .corrupt(v(8)))
        #expect(corrupt.violations.contains(.valueFromNowhere))
    }

    @Test func aResurrectedValueUnderANewVersionIsFlagged() {
        var writes = three()
        writes.readBack(record, .found(v(4), value: 101))
        #expect(writes.violations.contains(.valueMoved))
    }

    @Test func recordsThatWereNotReadBackAreNotTakenForGood() {
        var writes = three()
        writes.acknowledged(RecordID(4), value: 300, version: v(1), began: at(4), ended: at(5))
        writes.readBack(record, .found(v(3), value: 103))
        #expect(writes.totals().unverified == 1)
        #expect(!writes.verdict().ok)
    }

    @Test func recordsWithUnknownWritesOnlyNeedNoReading() {
        var writes = AcknowledgedWrites()
        writes.unknown(record, value: 1)
        #expect(writes.recordsToRead.isEmpty)
        #expect(writes.verdict().ok)
    }

    @Test func beyondTheLimitALossIsStillSeen() {
        var writes = three(limit: 1)
        writes.readBack(record, .found(v(1), value: 101))
        #expect(writes.totals().lost >= 1)
        var other = three(limit: 1)
        other.readBack(record, .found(v(3), value: 103))
        #expect(other.verdict().ok, "\(other.verdict())")
    }

    @Test func withoutVersionsOnlyNothingCountsAsLost() {
        var writes = AcknowledgedWrites()
        writes.acknowledged(record, value: 1, version: .none, began: at(1), ended: at(3))
        writes.acknowledged(record, value: 2, version: .none, began: at(2), ended: at(4))
        var other = writes
        writes.readBack(record, .found(.none, value: 1))
        #expect(writes.verdict().ok, "\(writes.verdict())")
        other.readBack(record, .missing)
        #expect(other.totals().lost == 2)
    }

    /// What a store does whose versions do not follow real time: the older write has the higher version.
    @Test func aHigherVersionDoesNotExcuseAnOlderValue() {
        var writes = AcknowledgedWrites()
        writes.acknowledged(record, value: 1, version: v(9), began: at(1), ended: at(2))
        writes.acknowledged(record, value: 2, version: v(3), began: at(3), ended: at(4))
        #expect(!writes.isDominated(record, by: .found(v(9), value: 1)))
        writes.readBack(record, .found(v(9), value: 1))
        #expect(writes.violations.contains(.superseded))
        #expect(writes.totals().lost == 1)
        #expect(!writes.verdict().ok)
    }

    @Test func ofTwoWritesAtOnceEitherMayBeThere() {
        for value in [1, 2] as [UInt64] {
            var writes = AcknowledgedWrites()
            writes.acknowledged(record, value: 1, version: v(3), began: at(1), ended: at(3))
            writes.acknowledged(record, value: 2, version: v(3, 2), began: at(3), ended: at(4))
            writes.readBack(record, .found(v(3, 2), value: value))
            #expect(!writes.violations.contains(.superseded))
        }
    }

    @Test func aSecondReadBackChangesNothing() {
        var writes = three()
        writes.readBack(record, .missing)
        writes.readBack(record, .missing)
        writes.readBack(RecordID(77), .missing)
        #expect(writes.totals().lost == 3)
    }
}
