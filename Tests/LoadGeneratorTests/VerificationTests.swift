import Checkers
import MeshBase
import Testing

@testable import LoadGenerator

@Suite struct VerificationTests {
    private let record = RecordID(1)
    private let version = VersionWitness(counter: 2, writer: 1)
    private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    private func acknowledged() -> AcknowledgedWrites {
        var writes = AcknowledgedWrites()
        writes.acknowledged(record, value: 5, version: version, began: at(-2), ended: at(-1))
        return writes
    }

    @Test func aGoodAnswerEndsIt() {
        var writes = acknowledged()
        var verification = Verification(writes.recordsToRead, patience: .seconds(10), now: .zero)
        #expect(verification.take(now: .zero) == record)
        #expect(verification.take(now: .zero) == nil)
        #expect(!verification.isDone)
        verification.answered(record, .found(version, value: 5), &writes, now: at(1))
        #expect(verification.isDone)
        #expect(writes.verdict().ok)
    }

    @Test func aStaleAnswerIsAskedForAgainAndCountsInTheEnd() {
        var writes = acknowledged()
        var verification = Verification(writes.recordsToRead, patience: .seconds(10), now: .zero)
        var now: Int64 = 0
        var asked = 0
        while !verification.isDone, asked < 1000 {
            if verification.take(now: at(now)) != nil {
                asked += 1
                verification.answered(record, .missing, &writes, now: at(now))
            }
            now += 50
        }
        #expect((45...60).contains(asked))
        #expect(writes.totals().lost == 1)
    }

    @Test func refusalsAreAskedForAgainAndEndAsUnverified() {
        let writes = acknowledged()
        var verification = Verification(writes.recordsToRead, patience: .seconds(1), now: .zero)
        var now: Int64 = 0
        while !verification.isDone, now < 100_000 {
            if verification.take(now: at(now)) != nil { verification.failed(record, now: at(now)) }
            now += 100
        }
        #expect(verification.givenUp == 1)
        #expect(writes.totals().unverified == 1)
        #expect(writes.totals().lost == 0)
    }

    @Test func itGivesUpWhenNothingAnswersAtAll() {
        let records = (1...100_000).map { RecordID($0) }
        var verification = Verification(records, patience: .seconds(10), now: .zero)
        _ = verification.take(now: .zero)
        verification.giveUpIfHopeless(now: at(9_000))
        #expect(verification.givenUp == 0)
        verification.giveUpIfHopeless(now: at(10_001))
        #expect(verification.givenUp == 99_999)
        verification.failed(records[0], now: at(20_000))
        verification.giveUpIfHopeless(now: at(20_001))
        #expect(verification.isDone)
    }
}
