import MeshBase
import Resilience
import Testing
import Topology
import Wire

@testable import Nodes

private typealias Edge = Topology.Edge
private typealias Service = Topology.Service

/// Calls between the services of a cell, with the policies of the profile `local`.
@Suite struct EdgePolicyTests {
    private func cell(
        _ services: [Service], off: [PolicySwitch] = [], _ write: (inout PoliciesBlock) -> Void = { _ in }
    ) -> CellHarness {
        var mesh = topology(services: services, profile: .local)
        mesh.policies?.off = off
        write(&mesh.policies!)
        return CellHarness(mesh)
    }

    private func breakers(_ cell: CellHarness) -> [BreakerState] {
        cell.sink.events.compactMap { event in
            if case .gate(_, .breaker(let change)) = event { change.to } else { nil }
        }
    }

    // MARK: Breakers

    @Test func aSlowCalleeIsCutOffBeforeItsTimeout() throws {
        let cell = cell([waiting("front", 0, calls: [Edge(to: 1)]), waiting("slow", 800)])
        for _ in 0..<5 { cell.call("front") }
        cell.run(until: .at(499))
        #expect(breakers(cell).isEmpty)
        cell.run(until: .at(500))
        #expect(breakers(cell) == [.open])
        #expect(cell.sink.replies.isEmpty, "what is out goes on")
        // Whoever comes now is told at once, and until when.
        cell.call("front", now: .at(600))
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.status == 502 && reply.body.contains("\"slow\":\"failed\""))
        #expect(reply.note == "\nbreaker r-1/front/slow")
        #expect((1_900...2_600).contains(reply.head.deadline))
        cell.run(until: .at(800))
        #expect(cell.takeReplies().map(\.head.status) == [200, 200, 200, 200, 200])
        #expect(cell.isIdle)
    }

    @Test func aCutOffCalleeIsAskedAgainAndTakenBack() {
        let cell = cell([waiting("front", 0, calls: [Edge(to: 1)]), waiting("bad", 0, errors: 1)])
        for _ in 0..<5 { cell.call("front") }
        #expect(breakers(cell) == [.open])
        #expect(cell.services()[1].counters.calls == 5)
        cell.call("front", now: .at(1_000))
        #expect(cell.services()[1].counters.calls == 5, "nothing goes through")
        cell.call("front", now: .at(2_700))
        #expect(cell.services()[1].counters.calls == 6, "a probe goes through")
        #expect(breakers(cell).contains(.halfOpen))
    }

    // MARK: Bulkheads

    @Test func whatIsNotNeededHoldsAQuarterOfTheWorkers() {
        let cell = cell([
            waiting("front", 0, pool: Pool(workers: 8), calls: [Edge(to: 1, criticality: .luxury)]),
            waiting("extra", 100),
        ])
        for _ in 0..<3 { cell.call("front") }
        #expect(cell.takeReplies().map(\.note) == ["extra=skipped"])
        #expect(cell.services()[1].busy == 2)
        cell.run(until: .at(100))
        #expect(cell.takeReplies().map(\.note) == ["", ""])
        cell.call("front", now: .at(200))
        #expect(cell.services()[1].busy == 1, "places come back")
        cell.run(until: .at(300))
        #expect(cell.isIdle)
    }

    @Test func whoMayWaitHasAPlaceWhenOneIsFree() {
        let cell = cell([waiting("front", 0, calls: [Edge(to: 1)]), waiting("back", 30)]) {
            $0.bulkhead = BulkheadSettings()
            $0.bulkhead?.concurrent = 1
            $0.bulkhead?.wait = .milliseconds(50)
            $0.bulkhead?.limit = .fixed
        }
        for _ in 0..<3 { cell.call("front") }
        // One place and one place to wait.
        #expect(cell.takeReplies().map(\.head.status) == [502])
        cell.run(until: .at(30))
        #expect(cell.takeReplies().map(\.head.status) == [200])
        cell.run(until: .at(60))
        #expect(cell.takeReplies().map(\.head.status) == [200] && cell.isIdle)
    }

    // MARK: Retries and hedges

    @Test func retriesReenterTheSamePoolWithinTheBudget() {
        let cell = cell(
            [waiting("front", 0, calls: [Edge(to: 1)]), waiting("bad", 1, pool: Pool(workers: 640), errors: 1)],
            off: [.breaker, .throttle]
        ) {
            $0.retry = RetrySettings()
            $0.retry?.on = [.failed]
            $0.retry?.attempts = 5
        }
        let calls = 2_000
        for number in 0..<calls {
            cell.run(until: .at(Int64(number) * 2))
            cell.call("front", now: .at(Int64(number) * 2))
        }
        cell.run(until: .at(20_000))
        #expect(cell.takeReplies().count == calls)
        let attempts = Double(cell.services()[1].counters.calls) / Double(calls)
        #expect(attempts <= 1.2 && attempts > 1.1, "\(attempts) attempts a call")
        #expect(cell.isIdle)
        #expect(cell.sink.events.contains { if case .retries(_, true) = $0 { true } else { false } })
    }

    @Test func aRetryMendsWhatWasRefused() {
        let cell = cell([
            waiting("front", 0, calls: [Edge(to: 1)]), waiting("back", 15, pool: Pool(workers: 1, queue: 0)),
        ])
        cell.call("back")
        cell.call("front")
        cell.run(until: .at(200))
        #expect(cell.takeReplies().map(\.head.status) == [200, 200])
        #expect(cell.node.graph.scopes[0].counters.recovered == 1)
    }

    @Test func whatMayHaveBegunIsNotRepeatedUnlessItMayBe() {
        for (method, calls) in [(HTTPMethod.get, 2), (.post, 1)] as [(HTTPMethod, UInt64)] {
            let cell = cell([waiting("front", 0, calls: [Edge(to: 1)]), waiting("bad", 0, errors: 1)]) {
                $0.retry = RetrySettings()
                $0.retry?.on = [.failed]
            }
            cell.send(.serviceCall, "front", method: method)
            cell.run(until: .at(500))
            #expect(cell.services()[1].counters.calls == calls, "\(method)")
        }
    }

    @Test func hedgesAreMadeWhereTheyAreDeclaredAndTheLoserIsGivenUp() {
        var edge = Edge(to: 1)
        edge.policies = PoliciesBlock()
        edge.policies?.hedge = HedgeSettings()
        edge.policies?.hedge?.after = .after(.milliseconds(20))
        edge.policies?.hedge?.share = 1
        let cell = cell([waiting("front", 0, calls: [edge]), waiting("back", 100)])
        cell.call("front")
        cell.run(until: .at(19))
        #expect(cell.services()[1].busy == 1)
        cell.run(until: .at(20))
        #expect(cell.services()[1].busy == 2)
        cell.run(until: .at(100))
        #expect(cell.takeReplies().map(\.head.status) == [200])
        #expect(cell.services()[1].busy == 1, "the loser holds its worker to its end")
        cell.run(until: .at(120))
        #expect(cell.isIdle && cell.services()[1].counters.cancelled == 1)
        #expect(cell.services()[1].counters.extraWork(.hedge) == .milliseconds(100))
    }

    // MARK: Time

    @Test func eachHopKeepsSomethingOfTheTimeThatIsLeft() {
        let cell = cell([
            waiting("a", 0, calls: [Edge(to: 1)]), waiting("b", 0, calls: [Edge(to: 2)]), waiting("c", 500),
        ])
        cell.call("a", deadline: 100)
        // 100 at a; 95 at b, which has 90 for c.
        cell.run(until: .at(89))
        #expect(cell.services()[1].busy == 1 && cell.services()[2].counters.cancelled == 0)
        cell.run(until: .at(90))
        #expect(cell.services()[1].busy == 0)
        let reply = cell.takeReplies()
        #expect(reply.map(\.head.status) == [504])
        #expect(reply.first?.note.hasSuffix("r-1/b/c") == true, "the last edge is to blame")
    }

    // MARK: Fallbacks

    private func fallbacks(_ edge: Edge) -> CellHarness {
        cell(
            [
                waiting("front", 0, calls: [edge]), waiting("bad", 0, errors: 1), waiting("spare", 5),
                waiting("sparse", 500),
            ], off: [.breaker])
    }

    @Test func anotherServiceGivesAGenericAnswer() {
        var edge = Edge(to: 1, criticality: .enhanced, fallback: [.cached, .generic, .static])
        edge.genericService = 2
        var cell = fallbacks(edge)
        cell.call("front")
        cell.run(until: .at(5))
        #expect(cell.takeReplies().map(\.note) == ["bad=generic"])
        #expect(cell.services()[2].counters.ok == 1)
        // One that takes too long has no answer either.
        edge.genericService = 3
        cell = fallbacks(edge)
        cell.call("front")
        cell.run(until: .at(99))
        #expect(cell.takeReplies().isEmpty)
        cell.run(until: .at(100))
        #expect(cell.takeReplies().map(\.note) == ["bad=static"])
        cell.run(until: .at(500))
        #expect(cell.isIdle)
    }

    @Test func aLastGoodAnswerIsTheCustomersOwnAndNotForEver() {
        let services = [
            waiting("front", 0, calls: [Edge(to: 1, criticality: .enhanced, fallback: [.cached])]),
            waiting("back", 0, pool: Pool(workers: 1)),
        ]
        var mesh = topology(services: services, profile: .local)
        mesh.blueprints[0].cache = CacheSettings()
        mesh.blueprints[0].cache?.ttl = .seconds(2)
        let cell = CellHarness(mesh)
        cell.send(.serviceCall, "front", customer: "c1")
        #expect(cell.takeReplies().map(\.note) == [""])
        // Its one worker is busy for good.
        cell.node.graph.pools[1] = WorkerPool(workers: 1, queueLimit: 0)
        _ = cell.node.graph.pools[1].admit(SlabKey(rawValue: 0), rank: 0, now: .zero)
        for (customer, at, note) in [("c1", 1_000, "back=cached"), ("c2", 2_000, "back=skipped")]
            as [(String, Int64, String)]
        {
            cell.send(.serviceCall, "front", customer: customer, now: .at(at))
            cell.run(until: .at(at + 900))
            #expect(cell.takeReplies().map(\.note) == [note])
        }
        cell.send(.serviceCall, "front", customer: "c1", now: .at(4_500))
        cell.run(until: .at(5_500))
        #expect(cell.takeReplies().map(\.note) == ["back=skipped"])
    }

    // MARK: Compensations

    @Test func whatIsUndoneIsUndoneOnceAndNeverHeldBack() {
        let cell = cell([
            waiting("front", 0, calls: [Edge(to: 1, compensation: 3), Edge(to: 2)]), waiting("pay", 0),
            waiting("order", 0, errors: 1), waiting("refund", 20, pool: Pool(workers: 1, queue: 0)),
        ])
        cell.call("refund")
        cell.call("front")
        cell.run(until: .at(1_000))
        #expect(cell.takeReplies().map(\.head.status).sorted() == [200, 502])
        // There was no room at first.
        #expect(cell.services()[3].counters.rejected == 1 && cell.services()[3].counters.ok == 2)
        #expect(cell.services()[0].counters.compensations == 1)
        #expect(cell.services()[0].counters.compensationsFailed == 0)
    }

    /// A refund that fails opens its breaker, and is asked for all the same: else what was paid would stay paid.
    @Test func whatUndoesGoesPastItsBreaker() {
        let cell = cell([
            waiting("front", 0, calls: [Edge(to: 1, compensation: 3), Edge(to: 2)]), waiting("pay", 0),
            waiting("order", 0, errors: 1), waiting("refund", 0, errors: 1),
        ])
        for number in 0..<12 {
            cell.call("front")
            cell.run(until: .at(Int64(number + 1) * 20))
        }
        #expect(cell.services()[0].counters.compensations == 12)
        #expect(cell.services()[3].counters.calls == 12)
    }

    // MARK: Off

    @Test func withPoliciesOffNothingEndsACallButItsOwnEnd() {
        let cell = CellHarness(
            topology(
                services: [
                    waiting("front", 0, calls: [Edge(to: 1, timeout: .milliseconds(20))]), waiting("slow", 400),
                    waiting("other", 0, calls: [Edge(to: 3, criticality: .luxury, fallback: [.static])]),
                    waiting("bad", 0, errors: 1),
                ], profile: .off))
        for _ in 0..<8 { cell.call("front") }
        cell.run(until: .at(399))
        #expect(cell.takeReplies().isEmpty)
        cell.run(until: .at(400))
        #expect(cell.takeReplies().map(\.head.status) == Array(repeating: 200, count: 8))
        for _ in 0..<8 { cell.call("other", now: .at(400)) }
        #expect(Set(cell.takeReplies().map(\.note)) == ["bad=skipped"])
        #expect(cell.services()[3].counters.calls == 8)
        #expect(cell.isIdle)
    }

    @Test(arguments: [WrittenOrder.seeds, .orchestra])
    func inOtherOrdersACallHoldsOnePlace(order: WrittenOrder) {
        let cell = cell([waiting("front", 0, calls: [Edge(to: 1)]), waiting("bad", 1, errors: 1)]) {
            $0.order = order
            $0.retry = RetrySettings()
            $0.retry?.on = [.failed]
            $0.retry?.attempts = 3
            $0.breaker = BreakerSettings()
            $0.breaker?.volume = 6
            $0.breaker?.consecutive = 6
        }
        for number in 0..<3 {
            cell.call("front", now: .at(Int64(number) * 1_000))
            cell.run(until: .at(Int64(number) * 1_000 + 999))
        }
        // Counted by attempts six failures cut it off, by calls there are three.
        #expect(cell.services()[1].counters.calls == (order == .seeds ? 9 : 6))
        #expect(breakers(cell).contains(.open) == (order == .orchestra))
        #expect(cell.isIdle && cell.node.graph.gates[0]?.bulkhead.busy == 0)
    }
}
