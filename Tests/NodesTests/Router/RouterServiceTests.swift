import MeshBase
import Sharding
import Testing
import Topology
import Wire

@testable import Nodes

@Suite struct RouterServiceTests {
    @Test func theFirstCellOfTheShardServes() throws {
        let router = RouterHarness()
        router.request(.post)
        let frames = router.takeFrames()
        #expect(frames.map(\.cell) == [router.shard[0]])
        #expect(frames[0].head.kind == .serviceCall)
        // What an attempt may take, not the whole request.
        #expect(frames[0].head.deadline == 1000)
        router.answer(frames[0], status: 200, flags: .json, note: "shipping=static", body: "{}")
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 200)
        #expect(answer.cell == router.shard[0])
        #expect((answer.serving, answer.size) == (3, 3))
        #expect(answer.degraded == "shipping=static")
        #expect(answer.body == "{}")
        #expect(router.isIdle)
    }

    @Test func aServiceWhoseAnswersAreNotWholeIsTold() {
        let router = RouterHarness()
        var order = CustomerOrder()
        #expect(router.node.vitals(&order, now: .at(0)).impaired == nil)
        for note in ["", "shipping=static"] {
            router.request(.post)
            let frame = router.takeFrames()[0]
            router.answer(frame, status: 200, flags: .json, note: note, body: "{}")
        }
        let told = router.node.vitals(&order, now: .at(0)).impaired ?? []
        #expect(told.map(\.answers) == [.degraded] && told.map(\.state) == [.degraded])
    }

    /// One request of one customer, answered so.
    private func harm(_ router: RouterHarness, status: UInt16 = 200, note: String = "") -> ImpactObserver.Impact? {
        router.request(.post)
        for frame in router.takeFrames() { router.answer(frame, status: status, flags: .json, note: note, body: "{}") }
        return router.impact.entry(of: router.customer)?.impact
    }

    @Test func whatAFaultOnAServiceDoesToCustomersIsSeenWhileItIsInForce() {
        let router = RouterHarness()
        #expect(harm(router, note: "shipping=static") == nil && !router.impact.isOpen)
        #expect(harm(router, status: 500) == nil && !router.impact.isOpen, "no fault is in force")
        let struck: CellSet = [router.shard[0]]
        router.node.strike(services: struck, now: .at(10))
        #expect(router.impact.isOpen && router.impact.impaired == struck)
        #expect(harm(router) == .untouched)
        #expect(harm(router, note: "shipping=static") == .degraded)
        #expect(harm(router, status: 500) == .degraded && harm(router) == .degraded)
        let summary = router.impact.summary(now: .at(20))
        #expect((summary.customers, summary.lost, summary.degraded, summary.outcomes.requests) == (1, 0, 1, 4))
        var order = CustomerOrder()
        let vitals = router.node.vitals(&order, now: .at(20)).impact
        #expect(
            vitals?.impaired == [router.shard[0].position] && vitals?.struck == [] && vitals?.lost == 0
                && vitals?.harmed == 1)
        router.node.strike(services: CellSet(), now: .at(30))
        #expect(!router.impact.isOpen && router.impact.summary(now: .at(40)).degraded == 1)
    }

    @Test(arguments: [HTTPMethod.get, .post]) func aRefusalGoesToTheNextCellWhateverTheMethod(_ method: HTTPMethod) {
        let router = RouterHarness()
        router.request(method)
        for position in 0..<2 {
            let frames = router.takeFrames()
            #expect(frames.map(\.cell) == [router.shard[position]])
            router.refuse(frames[0], .overloaded)
        }
        let last = router.takeFrames()
        #expect(last.map(\.cell) == [router.shard[2]])
        router.refuse(last[0], .stopping)
        #expect(router.sink.frames.isEmpty)
        let answer = router.takeAnswer()
        #expect(answer?.status == 503)
        #expect(answer?.retryAfter == 1)
        #expect(answer?.problem?.type.description == "cell-refused")
        #expect(router.counters.failovers == 2)
        #expect(router.isIdle)
    }

    @Test func aBrokenLinkRepeatsOnlyWhatMayBeDoneTwice() throws {
        let router = RouterHarness()
        router.request(.get)
        _ = router.takeFrames()
        router.linkDown(router.shard[0], now: .at(10))
        #expect(router.takeFrames().map(\.cell) == [router.shard[1]])
        #expect(router.sink.answers.isEmpty)

        let other = RouterHarness()
        other.request(.post)
        _ = other.takeFrames()
        other.linkDown(other.shard[0], now: .at(10))
        #expect(other.sink.frames.isEmpty)
        let answer = try #require(other.takeAnswer())
        #expect(answer.status == 502)
        #expect(answer.problem?.type.description == "cell-lost")
        #expect((answer.serving, answer.size) == (2, 3))
    }

    /// Nothing was sent, so that also a POST may go elsewhere.
    @Test(arguments: [HTTPMethod.get, .post]) func aFullLinkIsPassedByInTheSameTurn(method: HTTPMethod) throws {
        let router = RouterHarness()
        router.sink.full = [router.shard[0]]
        router.request(method)
        let frames = router.takeFrames()
        #expect(frames.map(\.cell) == [router.shard[1]])
        router.answer(frames[0])
        #expect(router.takeAnswer()?.status == 200)
        router.sink.full = Set(router.shard)
        router.request(method)
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 503)
        #expect(answer.retryAfter == 1)
        #expect(answer.problem?.type.description == "link-full")
        #expect(router.counters.unsent == 4)
        #expect(router.isIdle)
    }

    @Test func aBreakOfAnotherCellsLinkChangesNothing() {
        let router = RouterHarness()
        router.request(.get)
        let frames = router.takeFrames()
        router.linkDown(router.shard[1], now: .at(1))
        #expect(router.sink.frames.isEmpty && router.sink.answers.isEmpty)
        router.answer(frames[0], now: .at(2))
        #expect(router.takeAnswer()?.serving == 2)
    }

    @Test func aTimeoutRepeatsOnlyWhatMayBeDoneTwice() {
        let router = RouterHarness()
        router.request(.get)
        let first = router.takeFrames()
        router.wake(.at(999))
        #expect(router.sink.frames.isEmpty && router.sink.cancels.isEmpty)
        router.wake(.at(1000))
        let second = router.takeFrames()
        #expect(router.sink.cancels.map(\.cell) == [router.shard[0]])
        // The next attempt waits a moment: a cell that is slow may be slow because it is busy.
        let retry = second.isEmpty ? router.wakeUntilSent(from: .at(1000)) : second
        #expect(retry.map(\.cell) == [router.shard[1]])
        #expect(retry[0].head.attempt == 1 && retry[0].head.deadline == 1000)
        // The first cell answers after all: its attempt was given up.
        router.answer(first[0], body: "late", now: .at(1300))
        #expect(router.sink.answers.isEmpty && router.counters.lateFrames == 1)
        router.answer(retry[0], body: "in time", now: .at(1400))
        #expect(router.takeAnswer()?.body == "in time")

        let other = RouterHarness()
        other.request(.post)
        _ = other.takeFrames()
        other.wake(.at(1000))
        #expect(other.sink.frames.isEmpty)
        let answer = other.takeAnswer()
        #expect(answer?.status == 504 && answer?.problem?.policy.description == "attempt-timeout")
        #expect(answer?.problem?.detail.contains("Idempotency-Key") == true)
    }

    @Test func aClientsDeadlineBoundsTheAttempt() {
        let router = RouterHarness()
        // A longer limit is armed first: the shorter one must not wait behind it.
        router.request(.get)
        router.request(.get, deadline: .milliseconds(100))
        let frames = router.takeFrames()
        // Of a deadline some is kept for the way back.
        #expect(frames.map(\.head.deadline) == [1000, 95])
        router.wake(.at(94))
        #expect(router.sink.answers.isEmpty)
        router.wake(.at(95))
        let answer = router.takeAnswer()
        #expect(answer?.status == 504 && answer?.problem?.policy.description == "deadline")
        router.answer(frames[0], now: .at(120))
        #expect(router.takeAnswer()?.status == 200)
    }

    @Test func whatCannotEndInTimeIsNotBegun() {
        let router = RouterHarness()
        router.request(.get, deadline: .milliseconds(12))
        let answer = router.takeAnswer()
        #expect(answer?.status == 504 && answer?.problem?.policy.description == "deadline")
        #expect(router.sink.frames.isEmpty && router.isIdle)
    }

    @Test func withoutAnyCellTheAnswerSaysSo() throws {
        let router = RouterHarness(up: false)
        router.request(.get)
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 503)
        #expect((answer.serving, answer.size) == (0, 3))
        #expect(answer.problem?.type.description == "shard-down")
    }

    @Test func aSuspectIsAskedLast() {
        let router = RouterHarness()
        router.suspect(router.shard[0])
        router.suspect(router.shard[1])
        router.request(.get)
        var frames = router.takeFrames()
        #expect(frames.map(\.cell) == [router.shard[2]])
        router.refuse(frames[0], .overloaded)
        frames = router.takeFrames()
        #expect(frames.map(\.cell) == [router.shard[0]])
    }

    @Test(arguments: [(Refusal.unknownService, 404), (.malformed, 400)] as [(Refusal, UInt16)])
    func whatNoCellWillTakeIsNotRepeated(_ why: Refusal, _ status: UInt16) {
        let router = RouterHarness()
        router.request(.get)
        router.refuse(router.takeFrames()[0], why)
        #expect(router.sink.frames.isEmpty)
        #expect(router.takeAnswer()?.status == status)
    }

    /// Another cell may reach a majority that this one cannot.
    @Test(
        arguments: [(Refusal.keyUndecided, 503, "idempotency"), (.storeFull, 507, "store-full")]
            as [(Refusal, UInt16, String)])
    func whatTheShardCannotKeepIsTriedAtEachCell(_ why: Refusal, _ status: UInt16, _ type: String) throws {
        let router = RouterHarness()
        router.request(.post)
        for _ in 0..<3 { router.refuse(router.takeFrames()[0], why) }
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == status && answer.retryAfter == 1 && answer.problem?.type.description == type)
    }

    /// Answers every attempt until the client has its answer.
    private func serve(_ router: RouterHarness, _ answer: (RouterRecorder.Frame, Instant) -> Void) {
        var now = Instant.zero
        for _ in 0..<100 where router.sink.answers.isEmpty {
            if let frame = router.takeFrames().first {
                answer(frame, now)
            } else {
                now = max(router.nextDeadline(), now)
                router.wake(now)
            }
        }
    }

    @Test func whatIsKeptUnderAKeyIsNotAskedForAgain() throws {
        let router = RouterHarness()
        router.request(.post, isKeyed: true)
        router.answer(router.takeFrames()[0], status: 502, flags: .json, note: "\nbreaker r/a/b", body: "{}")
        #expect(router.sink.frames.isEmpty)
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 502 && answer.retryAfter == 1 && answer.problem?.policy.description == "breaker")
    }

    /// Of what may have been begun nobody is told that it was not, whatever the cells say that were asked after it.
    @Test(arguments: [Refusal.keyUndecided, .overloaded, .notReady])
    func anAttemptThatWasLostIsNotForgotten(_ why: Refusal) throws {
        let router = RouterHarness()
        router.request(.post, isKeyed: true)
        router.linkDown(router.takeFrames()[0].cell, now: .zero)
        serve(router) { router.refuse($0, why, now: $1) }
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == Refusal.keyUnsettled.status)
        #expect(answer.problem?.detail.description.contains("Nothing was begun") == false)
    }

    @Test func whoKnowsTheKeyIsBelieved() throws {
        let router = RouterHarness()
        router.request(.post, isKeyed: true)
        router.linkDown(router.takeFrames()[0].cell, now: .zero)
        serve(router) { router.refuse($0, .keyClaimed, now: $1) }
        #expect(try #require(router.takeAnswer()).status == 409)
    }

    @Test func whoIsToComeBackIsToldSo() {
        for status in [UInt16(502), 503, 504] {
            let router = RouterHarness()
            router.request(.get)
            serve(router) { router.answer($0, status: status, flags: .json, now: $1) }
            #expect(router.takeAnswer()?.retryAfter == 1, "\(status)")
        }
    }

    @Test func aFailureOfTheServiceIsPassedOn() {
        let router = RouterHarness()
        router.request(.post)
        router.answer(router.takeFrames()[0], status: 500, flags: .json, body: "{\"outcome\":\"failed\"}")
        #expect(router.sink.frames.isEmpty)
        let answer = router.takeAnswer()
        #expect(answer?.status == 500)
        #expect(answer?.problem?.type.description == "service-failed")
    }

    @Test func tooManyRequestsAreRefused() {
        let router = RouterHarness(operationLimit: 2)
        router.request(.get)
        router.request(.get)
        #expect(router.sink.answers.isEmpty)
        router.request(.get)
        #expect(router.takeAnswer()?.status == 503)
        #expect(router.counters.overloaded == 1)
        let frames = router.takeFrames()
        router.answer(frames[0])
        router.sink.answers = []
        router.request(.get)
        #expect(router.sink.frames.count == 1)
    }

    @Test func anAbandonedRequestIsNeverAnswered() {
        let router = RouterHarness()
        router.request(.get)
        let frames = router.takeFrames()
        router.node.abandon(SlabKey(rawValue: frames[0].head.request), into: &router.sink)
        #expect(router.isIdle && router.counters.abandoned == 1)
        router.answer(frames[0])
        router.wake(.at(5000))
        #expect(router.sink.answers.isEmpty)
        let told = router.sink.cancels
        #expect(told.map(\.head.request) == [frames[0].head.request] && told[0].cell == frames[0].cell)
        #expect(router.counters.cancels == 1 && router.sink.frames.isEmpty)
    }

    @Test func abandoningWhatIsAnsweredChangesNothing() {
        let router = RouterHarness()
        router.request(.get)
        let first = router.takeFrames()[0]
        router.answer(first)
        #expect(router.takeAnswer()?.status == 200)
        router.request(.get)
        router.node.abandon(SlabKey(rawValue: first.head.request), into: &router.sink)
        #expect(!router.isIdle && router.counters.abandoned == 0)
    }
}
