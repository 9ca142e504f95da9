import MeshBase
import Testing

@testable import Reports

/// Rounds that expectations may change.
private final class RoundsBench {
    private var rounds = TraceRounds()
    func heard(_ process: String, boot: String, _ last: TraceCursor) { rounds.heard(process, boot: boot, last) }
    func next(now: Instant) -> TraceRounds.Question? { rounds.next(now: now) }
    @discardableResult
    func answered(_ question: TraceRounds.Question, _ cursor: TraceCursor?, bytes: Int, now: Instant) -> Bool {
        rounds.answered(question, cursor, bytes: bytes, now: now)
    }
}

/// Who is asked for ended traces, and how much of it a second has.
@Suite struct TraceRoundsTests {
    private let now = Instant.zero + .seconds(10)

    @Test func nobodyIsAskedWithoutNews() {
        let rounds = RoundsBench()
        #expect(rounds.next(now: now) == nil)
        rounds.heard("a-1", boot: "x", TraceCursor(outcome: 3, plain: 2))
        let question = rounds.next(now: now)
        #expect(question == TraceRounds.Question(process: "a-1", boot: "x", after: TraceCursor()))
        #expect(rounds.next(now: now) == nil, "it is asked already")
        #expect(rounds.answered(question!, TraceCursor(outcome: 3, plain: 2), bytes: 100, now: now))
        #expect(rounds.next(now: now) == nil)
        rounds.heard("a-1", boot: "x", TraceCursor(outcome: 3, plain: 2))
        #expect(rounds.next(now: now) == nil)
        rounds.heard("a-1", boot: "x", TraceCursor(outcome: 4, plain: 2))
        #expect(rounds.next(now: now)?.after == TraceCursor(outcome: 3, plain: 2))
    }

    /// An answer that was cut for want of room is followed by the next one.
    @Test func whatIsLeftIsAskedForAtOnce() {
        let rounds = RoundsBench()
        rounds.heard("a-1", boot: "x", TraceCursor(outcome: 100))
        let first = rounds.next(now: now)!
        #expect(rounds.answered(first, TraceCursor(outcome: 64), bytes: 1, now: now))
        #expect(rounds.next(now: now)?.after == TraceCursor(outcome: 64))
    }

    @Test func outcomesComeBeforeTheSampleAndTurnsAreFair() {
        let rounds = RoundsBench()
        for name in ["a", "b", "c", "d", "e"] { rounds.heard(name, boot: "x", TraceCursor(plain: 1)) }
        rounds.heard("e", boot: "x", TraceCursor(outcome: 1, plain: 1))
        let asked = (0..<5).compactMap { _ in rounds.next(now: now) }
        #expect(asked.map(\.process) == ["e", "a", "b", "c"], "four at a time")
        _ = rounds.answered(asked[1], TraceCursor(plain: 1), bytes: 1, now: now)
        rounds.heard("a", boot: "x", TraceCursor(plain: 2))
        #expect(rounds.next(now: now)?.process == "d", "it has waited for longer")
    }

    /// A life that began anew numbers anew; what is told of the former one is dropped.
    @Test func aRestartBeginsAnew() {
        let rounds = RoundsBench()
        rounds.heard("a", boot: "x", TraceCursor(outcome: 9))
        let former = rounds.next(now: now)!
        rounds.heard("a", boot: "y", TraceCursor(outcome: 2))
        #expect(!rounds.answered(former, TraceCursor(outcome: 9), bytes: 1, now: now))
        #expect(rounds.next(now: now) == TraceRounds.Question(process: "a", boot: "y", after: TraceCursor()))
        for name in ["b", "c", "d", "e"] { rounds.heard(name, boot: "x", TraceCursor(plain: 1)) }
        #expect((0..<5).compactMap { _ in rounds.next(now: now) }.count == 3, "the former life holds no place")
    }

    @Test func whoGivesNoAnswerIsAskedWhenItHasToldOfItselfAgain() {
        let rounds = RoundsBench()
        rounds.heard("a", boot: "x", TraceCursor(outcome: 1))
        let question = rounds.next(now: now)!
        #expect(!rounds.answered(question, nil, bytes: 0, now: now))
        #expect(rounds.next(now: now) == nil)
        rounds.heard("a", boot: "x", TraceCursor(outcome: 1))
        #expect(rounds.next(now: now) != nil)
    }

    @Test func aSecondHasSoManyBytes() {
        let rounds = RoundsBench()
        var (at, taken, last) = (now, 0, UInt64(0))
        for _ in 0..<100 {
            last += 1
            rounds.heard("a", boot: "x", TraceCursor(plain: last))
            while let question = rounds.next(now: at) {
                last += 1
                rounds.heard("a", boot: "x", TraceCursor(plain: last))
                taken += TraceCursor.mostBytes
                _ = rounds.answered(question, TraceCursor(plain: last - 1), bytes: TraceCursor.mostBytes, now: at)
            }
            at = at + .milliseconds(100)
        }
        // Ten seconds and what had gathered before.
        let most = 10 * TraceRounds.rate + TraceRounds.most + TraceCursor.mostBytes
        #expect(taken <= most && taken > most - 2 * TraceRounds.rate, "\(taken)")
    }

    @Test func whatIsNoAnswerIsRead() {
        #expect(KeptParts.read([]) == nil && KeptParts.read(Array("{}".utf8)) == nil)
        let cursor = #"{"outcome":1,"plain":0}"# + "\n"
        #expect(KeptParts.read(Array(cursor.utf8))?.parts.isEmpty == true)
        #expect(KeptParts.read(Array((cursor + "{}\n").utf8)) == nil, "half of one")
        #expect(KeptParts.read(Array((cursor + "{}\n{}\n").utf8)) == nil, "no head")
    }
}
