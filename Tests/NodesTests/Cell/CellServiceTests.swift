import MeshBase
import Testing
import Topology
import Wire

@testable import Nodes

@Suite struct CellServiceTests {
    @Test func aServiceAnswersItsAsker() throws {
        let cell = CellHarness(topology())
        let request = cell.call("echo")
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.kind == .reply)
        #expect(reply.head.request == request)
        #expect(reply.head.status == 200)
        #expect(reply.link == cell.link)
        #expect(reply.body == "{\"service\":\"echo\",\"cell\":\"r-1\",\"outcome\":\"ok\"}\n")
    }

    @Test func anUnknownServiceIsRefused() {
        let cell = CellHarness(topology())
        cell.call("nothing")
        let reply = cell.takeReplies().first
        #expect(reply?.head.kind == .refusal)
        #expect(reply?.head.status == Refusal.unknownService.rawValue)
    }

    @Test func answersSentToACellAreCounted() {
        let cell = CellHarness(topology())
        cell.send(.reply, "echo")
        #expect(cell.sink.replies.isEmpty)
        #expect(cell.counters.unexpectedFrames == 1)
    }

    @Test func aPoisonCustomerCrashesTheCellAndNobodyElseDoes() {
        let cell = CellHarness(topology(poison: 1))
        cell.send(.serviceCall, "echo", customer: "c2")
        #expect(!cell.sink.hasCrashed)
        // Its records do no harm.
        cell.send(.recordRead, "k", customer: "c1")
        #expect(!cell.sink.hasCrashed)
        cell.send(.serviceCall, "echo", customer: "c1")
        #expect(cell.sink.hasCrashed)
        #expect(cell.sink.events.contains(.poisoned(customer: "c1")))
        #expect(cell.sink.replies.count == 1)
    }

    @Test func aServiceWaitsForItsOwnWorkAndItsCallsInTurn() throws {
        let cell = CellHarness(
            topology(services: [
                waiting("front", 10, calls: [Edge(to: 1), Edge(to: 2)]), waiting("a", 5), waiting("b", 7),
            ]))
        cell.call("front")
        cell.run(until: .at(21))
        #expect(cell.sink.replies.isEmpty)
        cell.run(until: .at(22))
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.status == 200)
        #expect(reply.body.contains("\"calls\":{\"a\":\"ok\",\"b\":\"ok\"}"))
        #expect(cell.isIdle)
    }

    @Test func aFailedCoreCallFailsTheCaller() throws {
        let cell = CellHarness(
            topology(services: [waiting("front", 0, calls: [Edge(to: 1)]), waiting("a", 0, errors: 1)]))
        cell.call("front")
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.kind == .reply)
        #expect(reply.head.status == 502)
        #expect(reply.body.contains("dependency-failed"))
        #expect(reply.body.contains("\"a\":\"failed\""))
    }

    @Test func aServiceThatFailsByItselfAnswers500() {
        let cell = CellHarness(topology(services: [waiting("front", 0, errors: 1)]))
        cell.call("front")
        #expect(cell.takeReplies().first?.head.status == 500)
    }

    @Test func fallbacksStandInForCallsThatMayFail() throws {
        let cell = CellHarness(
            topology(services: [
                waiting(
                    "front", 0,
                    calls: [
                        Edge(to: 1, criticality: .enhanced, fallback: [.cached, .static]),
                        Edge(to: 1, criticality: .luxury, fallback: [.empty]), Edge(to: 1, criticality: .luxury),
                        Edge(to: 2, criticality: .core),
                    ]), waiting("bad", 0, errors: 1), waiting("good", 0),
            ]))
        cell.call("front")
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.status == 200)
        #expect(reply.note == "bad=static, bad=empty, bad=skipped")
    }

    @Test func whatSucceededOnceCanBeAnsweredFromTheCache() throws {
        let cell = CellHarness(
            topology(services: [
                waiting(
                    "front", 0,
                    calls: [Edge(to: 1, timeout: .milliseconds(20), criticality: .enhanced, fallback: [.cached])]),
                waiting("slow", 10, pool: Pool(workers: 1, queue: 8)),
            ]))
        cell.call("front")
        cell.run(until: .at(10))
        #expect(cell.takeReplies().first?.note == "")
        // Three at once behind one worker: the third takes 30 ms, longer than its caller waits.
        for _ in 0..<3 { cell.call("front", now: .at(100)) }
        cell.run(until: .at(200))
        #expect(Set(cell.takeReplies().map(\.note)) == ["", "slow=cached"])
        #expect(cell.isIdle)
    }

    @Test func aCallThatTakesTooLongIsGivenUpAndItsWorkerIsNot() throws {
        let cell = CellHarness(
            topology(services: [
                waiting("front", 0, calls: [Edge(to: 1, timeout: .milliseconds(20))]),
                waiting("slow", 50, pool: Pool(workers: 1, queue: 0)),
            ]))
        cell.call("front")
        cell.run(until: .at(20))
        #expect(cell.takeReplies().first?.head.status == 504)
        // The abandoned work holds its worker until it ends.
        cell.call("front", now: .at(30))
        #expect(cell.takeReplies().first?.head.status == 502)
        cell.run(until: .at(50))
        #expect(cell.isIdle)
        cell.call("slow", now: .at(60))
        cell.run(until: .at(110))
        #expect(cell.takeReplies().map(\.head.status) == [200])
    }

    @Test func theAskersDeadlineBoundsTheCalls() {
        let cell = CellHarness(
            topology(services: [waiting("front", 0, calls: [Edge(to: 1)]), waiting("slow", 500)]))
        // The caller keeps 5 ms for its own answer.
        cell.call("front", deadline: 30)
        cell.run(until: .at(24))
        #expect(cell.sink.replies.isEmpty)
        cell.run(until: .at(25))
        #expect(cell.takeReplies().first?.head.status == 504)
    }

    @Test func whatWasDoneIsUndoneWhenALaterCoreCallFails() throws {
        let cell = CellHarness(
            topology(services: [
                waiting(
                    "front", 0,
                    calls: [Edge(to: 1, compensation: 3), Edge(to: 1, compensation: 3), Edge(to: 2)]),
                waiting("pay", 1), waiting("order", 1, errors: 1), waiting("refund", 5),
            ]))
        cell.call("front")
        cell.run(until: .at(100))
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.status == 502)
        #expect(reply.body.contains("\"pay\":\"compensated\",\"pay\":\"compensated\",\"order\":\"failed\""))
        let services = cell.services()
        #expect(services[3].counters.ok == 2)
        #expect(services[0].counters.compensations == 2)
        #expect(cell.isIdle)
    }

    @Test func aCompensationThatFailsDoesNotHoldTheAnswerUp() throws {
        let cell = CellHarness(
            topology(services: [
                waiting(
                    "front", 0, calls: [Edge(to: 1, timeout: .milliseconds(30), compensation: 3), Edge(to: 2)]),
                waiting("pay", 1), waiting("order", 1, errors: 1), waiting("refund", 500),
            ]))
        cell.call("front")
        cell.run(until: .at(32))
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.status == 502)
        #expect(reply.body.contains("\"pay\":\"ok\""))
    }

    @Test func processorTimeIsOrderedFromTheDriver() {
        var service = waiting("front", 0)
        service.work.cpu = .microseconds(300)
        let cell = CellHarness(topology(services: [service]))
        cell.call("front")
        #expect(cell.sink.replies.isEmpty)
        #expect(cell.sink.burns.map(\.amount) == [.microseconds(300)])
        cell.node.burned(cell.sink.burns[0].ticket, now: .at(1), into: &cell.sink)
        #expect(cell.takeReplies().map(\.head.status) == [200])
        // The same ticket again, or one from nowhere, changes nothing.
        cell.node.burned(cell.sink.burns[0].ticket, now: .at(1), into: &cell.sink)
        cell.node.burned(12_345, now: .at(1), into: &cell.sink)
        #expect(cell.sink.replies.isEmpty)
    }

    @Test func processorTimeThatIsNotToBeHadIsNoSuccess() {
        var service = waiting("front", 0)
        service.work.cpu = .microseconds(300)
        let cell = CellHarness(topology(services: [service]))
        let refused = cell.call("front")
        let late = cell.call("front", deadline: 50)
        #expect(cell.sink.burns.map(\.deadline) == [.distantFuture, .at(50)])
        cell.node.burnRefused(cell.sink.burns[0].ticket, now: .at(1), into: &cell.sink)
        cell.node.burnRefused(cell.sink.burns[1].ticket, now: .at(50), into: &cell.sink)
        let replies = cell.takeReplies()
        #expect(replies.map(\.head.request) == [refused, late])
        #expect(replies.map(\.head.kind) == [.refusal, .reply])
        #expect(replies.map(\.head.status) == [Refusal.overloaded.rawValue, 504])
        let counters = cell.services()[0].counters
        #expect((counters.ok, counters.rejected, counters.timedOut) == (0, 1, 1))
        #expect(cell.services()[0].busy == 0)
        // A ticket that was answered already changes nothing.
        cell.node.burned(cell.sink.burns[0].ticket, now: .at(51), into: &cell.sink)
        #expect(cell.sink.replies.isEmpty)
    }

    @Test func aCallThatEndsAtOnceCountsAsOk() {
        let cell = CellHarness(topology(services: [Service(name: "echo")]))
        cell.call("echo")
        #expect(cell.takeReplies().map(\.head.status) == [200])
        #expect(cell.services()[0].counters.ok == 1)
    }

    @Test func aCellThatStopsTakesNothingNew() {
        let cell = CellHarness(topology(services: [waiting("front", 10)]))
        cell.call("front")
        cell.node.leave(now: .zero, into: &cell.sink)
        cell.call("front")
        #expect(cell.takeReplies().map(\.head.status) == [Refusal.stopping.rawValue])
        cell.run(until: .at(10))
        #expect(cell.takeReplies().map(\.head.status) == [200])
        #expect(cell.isIdle)
    }

    /// What it was asked from outside, and how long that took; calls between services are counted apart.
    @Test func whatEndsIsCounted() throws {
        let cell = CellHarness(topology())
        cell.call("echo")
        let figures = cell.node.figures
        #expect(figures.requests == 1 && figures.failed == 0)
        #expect(figures.times.total(0).total == 1)
        #expect(figures.serviceTimes.total(0).total == 1)
        cell.call("nothing")
        // Refused before it was anybody's.
        #expect(cell.node.figures.requests == 1)
    }

}
