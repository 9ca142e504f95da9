import MeshBase
import Testing

@testable import Resilience

@Suite struct LastGoodAnswersTests {
    let t0 = Instant.zero
    let alice = CustomerHash("alice")
    let bob = CustomerHash("bob")

    @Test func eachEdgeAndCustomerHasItsOwn() {
        var answers = LastGoodAnswers<String>()
        answers.keep("a1", edge: 1, customer: alice, bytes: 2, now: t0)
        answers.keep("a2", edge: 2, customer: alice, bytes: 2, now: t0)
        answers.keep("b1", edge: 1, customer: bob, bytes: 2, now: t0)
        #expect(answers.fresh(edge: 1, customer: alice, now: t0)?.answer == "a1")
        #expect(answers.fresh(edge: 2, customer: alice, now: t0)?.answer == "a2")
        #expect(answers.fresh(edge: 1, customer: bob, now: t0)?.answer == "b1")
        #expect(answers.fresh(edge: 2, customer: bob, now: t0)?.answer == nil)
        #expect(answers.counters.hits == 3 && answers.counters.misses == 1)
    }

    @Test func pastItsTimeAnAnswerIsOnlyStale() {
        var answers = LastGoodAnswers<String>(AnswerCachePolicy(ttl: .seconds(60)))
        answers.keep("old", edge: 1, customer: alice, bytes: 3, now: t0)
        #expect(answers.fresh(edge: 1, customer: alice, now: t0 + .seconds(60))?.age == .seconds(60))
        #expect(answers.fresh(edge: 1, customer: alice, now: t0 + .milliseconds(60_001))?.answer == nil)
        #expect(answers.last(edge: 1, customer: alice, now: t0 + .hours(1))?.answer == "old")
        #expect(answers.counters == .init(hits: 1, expired: 1, stale: 1))
        answers.keep("new", edge: 1, customer: alice, bytes: 3, now: t0 + .hours(1))
        #expect(answers.fresh(edge: 1, customer: alice, now: t0 + .hours(1))?.answer == "new")
        #expect(answers.count == 1 && answers.bytes == 3)
    }

    @Test func theLeastRecentlyUsedGoes() {
        var answers = LastGoodAnswers<Int>(AnswerCachePolicy(entries: 2))
        answers.keep(1, edge: 1, customer: alice, bytes: 1, now: t0)
        answers.keep(2, edge: 2, customer: alice, bytes: 1, now: t0)
        _ = answers.fresh(edge: 1, customer: alice, now: t0)
        answers.keep(3, edge: 3, customer: alice, bytes: 1, now: t0)
        #expect(answers.last(edge: 2, customer: alice, now: t0)?.answer == nil)
        #expect(answers.last(edge: 1, customer: alice, now: t0)?.answer == 1)
        #expect(answers.counters.evicted == 1 && answers.count == 2)
    }

    @Test func bytesAreBoundedToo() {
        var answers = LastGoodAnswers<Int>(AnswerCachePolicy(entries: 100, bytes: 800))
        for edge in 0..<20 { answers.keep(edge, edge: UInt32(edge), customer: alice, bytes: 100, now: t0) }
        #expect(answers.count == 8 && answers.bytes == 800)
        // A larger one in place of a smaller pushes others out, and one too large is not kept at all.
        answers.keep(0, edge: 19, customer: alice, bytes: 101, now: t0)
        #expect(answers.counters.oversized == 1 && answers.count == 7 && answers.bytes == 700)
        #expect(answers.last(edge: 19, customer: alice, now: t0)?.answer == nil)
    }

    /// Beside a model that searches a list.
    @Test func agreesWithAPlainModel() {
        let seed: UInt64 = 20
        var generator = Generator(seed: seed, concern: "answers")
        var answers = LastGoodAnswers<Int>(AnswerCachePolicy(entries: 12, ttl: .seconds(5), bytes: 400))
        var model: [(key: UInt32, answer: Int, bytes: Int, at: Instant)] = []
        var now = t0
        for round in 0..<20_000 {
            now += .milliseconds(Int64(generator.below(400)))
            let key = UInt32(generator.below(30))
            let index = model.firstIndex { $0.key == key }
            if generator.chance(0.5) {
                let bytes = Int(generator.below(60))
                answers.keep(round, edge: key, customer: alice, bytes: bytes, now: now)
                if let index { model.remove(at: index) }
                guard bytes <= 50 else { continue }
                if model.count >= 12 { model.removeFirst() }
                model.append((key, round, bytes, now))
                while model.reduce(0, { $0 + $1.bytes }) > 400 { model.removeFirst() }
            } else {
                let wantsFresh = generator.chance(0.5)
                let found =
                    wantsFresh
                    ? answers.fresh(edge: key, customer: alice, now: now)
                    : answers.last(edge: key, customer: alice, now: now)
                var expected: Int?
                if let index, !wantsFresh || now - model[index].at <= .seconds(5) {
                    expected = model[index].answer
                    model.append(model.remove(at: index))
                }
                #expect(found?.answer == expected, "seed \(seed), round \(round)")
            }
            #expect(answers.count == model.count && answers.bytes == model.reduce(0) { $0 + $1.bytes })
        }
        #expect(answers.counters.evicted > 100 && answers.counters.expired > 100)
    }

    @Test func whatCannotBeIsMadeSound() {
        let policy = AnswerCachePolicy(entries: -1, ttl: .seconds(-1), bytes: 0)
        #expect(policy.entries == 1 && policy.ttl == .zero && policy.bytes == 1)
        var answers = LastGoodAnswers<Int>(policy)
        answers.keep(1, edge: 1, customer: alice, bytes: 1, now: t0)
        answers.keep(2, edge: 2, customer: alice, bytes: -5, now: t0)
        #expect(answers.count == 1 && answers.bytes == 0)
    }
}
