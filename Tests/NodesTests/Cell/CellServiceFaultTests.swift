import Chaos
import MeshBase
import Testing
import Topology
import Wire

@testable import Nodes

@Suite("Faults on the services of a cell")
struct CellServiceFaultTests {
    private func effect(_ faults: FaultAction.Service...) -> ServiceEffect {
        var effect = ServiceEffect()
        for fault in faults { effect.add(fault) }
        return effect
    }
    private func late(_ milliseconds: Int64) -> FaultAction.Service {
        .latency(Delay(base: .milliseconds(milliseconds)))
    }
    private let hang = FaultAction.Service.hang
    private func errors(_ rate: Double?, _ status: UInt16?) -> FaultAction.Service {
        .errors(rate ?? 1, status: status ?? 500)
    }
    private func strike(_ cell: CellHarness, _ effects: [ServiceEffect], at milliseconds: Int64) {
        cell.node.strike(effects, now: .at(milliseconds), into: &cell.sink)
    }

    @Test func workBeginsLater() throws {
        let cell = CellHarness(topology(services: [waiting("a", 10)]))
        strike(cell, [effect(late(50))], at: 0)
        cell.call("a")
        cell.run(until: .at(59))
        #expect(cell.sink.replies.isEmpty)
        cell.run(until: .at(60))
        #expect(cell.takeReplies().map(\.head.status) == [200])
        #expect(cell.isIdle)
        #expect(cell.node.faultsOnServices()[0].counters.delayed == 1)
    }

    @Test func aServiceThatAnswersAtOnceIsStruckToo() {
        let cell = CellHarness(topology())
        strike(cell, [effect(late(50))], at: 0)
        cell.call("echo")
        #expect(cell.sink.replies.isEmpty)
        cell.run(until: .at(50))
        #expect(cell.takeReplies().map(\.head.status) == [200])
    }

    @Test func workGoesOnWhenAFaultThatHangsEnds() {
        let cell = CellHarness(topology(services: [waiting("a", 10)]))
        strike(cell, [effect(hang)], at: 0)
        for _ in 0..<3 { cell.call("a") }
        cell.run(until: .at(3_000))
        #expect(cell.sink.replies.isEmpty && cell.services()[0].busy == 3)
        strike(cell, [.none], at: 3_000)
        cell.run(until: .at(3_010))
        #expect(cell.takeReplies().map(\.head.status) == [200, 200, 200])
        #expect(cell.isIdle && cell.services()[0].busy == 0)
        #expect(cell.node.faultsOnServices()[0].counters.hung == 3)
    }

    @Test func whatIsHeldHoldsItsWorker() {
        var service = waiting("a", 10)
        service.pool = Pool(workers: 2, queue: 1)
        let cell = CellHarness(topology(services: [service]))
        strike(cell, [effect(hang)], at: 0)
        for _ in 0..<4 { cell.call("a", priority: .critical) }
        #expect(cell.takeReplies().map(\.head.kind) == [.refusal])
        strike(cell, [.none], at: 100)
        cell.run(until: .at(200))
        #expect(cell.takeReplies().count == 3)
    }

    @Test func whatADelayHoldsGoesOnAtItsEnd() {
        let cell = CellHarness(topology(services: [waiting("a", 10)]))
        strike(cell, [effect(late(60_000))], at: 0)
        cell.call("a")
        // The same again changes nothing.
        strike(cell, [effect(late(60_000))], at: 50)
        cell.run(until: .at(1_000))
        #expect(cell.sink.replies.isEmpty)
        strike(cell, [.none], at: 1_000)
        cell.run(until: .at(1_010))
        #expect(cell.takeReplies().map(\.head.status) == [200])
        cell.run(until: .at(70_000))
        #expect(cell.isIdle && cell.sink.replies.isEmpty)
    }

    @Test func aDelayThatEndsWhileAnotherFaultHangsIsHeldOn() {
        let cell = CellHarness(topology(services: [waiting("a", 10)]))
        strike(cell, [effect(late(50))], at: 0)
        cell.call("a")
        strike(cell, [effect(late(50), hang)], at: 20)
        cell.run(until: .at(500))
        #expect(cell.sink.replies.isEmpty)
        strike(cell, [effect(late(50))], at: 500)
        cell.run(until: .at(510))
        #expect(cell.takeReplies().map(\.head.status) == [200])
    }

    @Test func whatIsOverItsTimeEndsWithoutItsWork() {
        let cell = CellHarness(topology(services: [waiting("a", 10)]))
        strike(cell, [effect(hang)], at: 0)
        cell.call("a", deadline: 100)
        cell.run(until: .at(2_000))
        let early = cell.takeReplies()
        strike(cell, [.none], at: 2_000)
        let late = cell.takeReplies()
        #expect((early + late).map(\.head.status) == [504])
        cell.run(until: .at(2_100))
        #expect(cell.isIdle && cell.services()[0].busy == 0)
    }

    @Test func callsFailWithTheStatusOnceTheirWorkIsDone() {
        let cell = CellHarness(topology(services: [waiting("a", 10, calls: [Edge(to: 1)]), waiting("b", 5)]))
        strike(cell, [effect(errors(nil, 503)), .none], at: 0)
        cell.call("a")
        cell.run(until: .at(9))
        #expect(cell.sink.replies.isEmpty)
        cell.run(until: .at(10))
        let reply = cell.takeReplies().first
        #expect(reply?.head.status == 503 && reply?.body.contains("\"failed\"") == true)
        #expect(cell.services()[1].counters.calls == 0, "its own calls are not made")
        #expect(cell.services()[0].counters.failed == 1)
        #expect(cell.node.faultsOnServices()[0].counters.failed == 1)
    }

    @Test func aShareOfCallsFailsAndOnlyOfTheServiceThatIsStruck() {
        let cell = CellHarness(topology(services: [waiting("a", 0), waiting("b", 0)]))
        strike(cell, [effect(errors(0.5, nil)), .none], at: 0)
        for _ in 0..<1_000 { cell.call("a") }
        let failed = cell.takeReplies().count { $0.head.status == 500 }
        #expect((450...550).contains(failed), "\(failed)")
        for _ in 0..<100 { cell.call("b") }
        #expect(cell.takeReplies().allSatisfy { $0.head.status == 200 })
    }

    @Test func aCallerMeetsTheFaultOfItsCallee() {
        let cell = CellHarness(topology(services: [waiting("front", 0, calls: [Edge(to: 1)]), waiting("a", 5)]))
        strike(cell, [.none, effect(errors(nil, 500))], at: 0)
        cell.call("front")
        cell.run(until: .at(5))
        #expect(cell.takeReplies().map(\.head.status) == [502])
    }

    @Test func aHeldCallThatIsGivenUpFreesItsWorkerWhenItGoesOn() {
        let cell = CellHarness(topology(services: [waiting("a", 10)]))
        strike(cell, [effect(late(500))], at: 0)
        let request = cell.call("a")
        cell.cancel(request, now: .at(100))
        cell.run(until: .at(499))
        #expect(cell.services()[0].busy == 1, "real work cannot be recalled")
        cell.run(until: .at(500))
        #expect(cell.services()[0].busy == 0 && cell.sink.replies.isEmpty && cell.isIdle)
    }
}
