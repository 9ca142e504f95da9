import Chaos
import MeshBase
import Resilience
import Testing
import Topology
import Wire

@testable import Nodes

private typealias Edge = Topology.Edge

/// What failures become that a client would see.
@Suite struct EntryFailureTests {
    /// `front` needs `back`, which can be made to fail.
    private func cell(
        cache: Bool = true, ttl: TimeAmount = .seconds(60), errors: Bool = false, off: [PolicySwitch] = [],
        _ write: (inout FailureSettings) -> Void = { _ in }
    ) -> CellHarness {
        var mesh = topology(
            services: [
                waiting("front", 0, pool: Pool(workers: 1), calls: [Edge(to: 1)]), waiting("back", 10),
                waiting("echo", 0),
            ], profile: .local)
        mesh.policies?.off = off + [.breaker, .retry, .throttle]
        if cache {
            mesh.blueprints[0].cache = CacheSettings()
            mesh.blueprints[0].cache?.ttl = ttl
        }
        var failure = FailureSettings()
        write(&failure)
        mesh.blueprints[0].services[0].policies = PoliciesBlock()
        mesh.blueprints[0].services[0].policies?.failure = failure
        return CellHarness(mesh)
    }

    private func fail(_ cell: CellHarness, now: Int64, status: UInt16 = 500) {
        var effect = ServiceEffect()
        effect.add(.errors(1, status: status))
        cell.node.strike([.none, effect, .none], now: .at(now), into: &cell.sink)
    }

    private func count(_ cell: CellHarness, _ from: FailureCause, _ to: Transformed) -> UInt64 {
        cell.node.graph.entryTransformers[0]?.count(from: from, to: to) ?? 0
    }

    @Test func theLastGoodAnswerOfTheCustomerStandsInWithAWord() throws {
        let cell = cell()
        cell.send(.serviceCall, "front", customer: "a")
        cell.run(until: .at(50))
        let good = try #require(cell.takeReplies().first)
        fail(cell, now: 100)
        cell.send(.serviceCall, "front", customer: "a", now: .at(100))
        cell.run(until: .at(119))
        cell.send(.serviceCall, "front", customer: "b", now: .at(120))
        cell.run(until: .at(2_000))
        let replies = cell.takeReplies().sorted { $0.head.request < $1.head.request }
        #expect(replies.map(\.head.status) == [200, 502], "another customer has none")
        #expect(replies[0].note == "front=stale" && replies[0].body == good.body)
        #expect(count(cell, .connection, .stale) == 1 && count(cell, .connection, .tryAgain) == 1)
        #expect(cell.transformed().contains { "\($0.from) \($0.to)" == "connection stale" && $0.count == 1 })
        #expect(cell.node.graph.entryTransformers[0]?.isConserved == true)
    }

    @Test func whoIsAskedTooOftenIsNotToldAsShedding() throws {
        let cell = cell(cache: false)
        fail(cell, now: 0, status: 429)
        cell.send(.serviceCall, "front", priority: .critical)
        cell.run(until: .at(500))
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.note == "\nrate-limit r-1/front/back" && reply.head.status == 502)
    }

    /// Whoever asked gives up at the deadline: what stands in has to be there before.
    @Test(arguments: [nil, FailureSettings.Outcome.stale]) func itStandsInBeforeTheDeadline(
        _ timeout: FailureSettings.Outcome?
    ) throws {
        let cell = cell { $0.timeout = timeout }
        cell.call("front")
        cell.run(until: .at(50))
        _ = cell.takeReplies()
        var effect = ServiceEffect()
        effect.add(.hang)
        cell.node.strike([.none, effect, .none], now: .at(100), into: &cell.sink)
        cell.send(.serviceCall, "front", deadline: 200, now: .at(100))
        cell.run(until: .at(290))
        #expect(cell.takeReplies().map(\.note) == (timeout == nil ? [] : ["front=stale"]))
    }

    @Test func itStandsInHoweverOldItIs() {
        let cell = cell(ttl: .seconds(1))
        cell.call("front")
        cell.run(until: .at(50))
        fail(cell, now: 60_000)
        cell.call("front", now: .at(60_000))
        cell.run(until: .at(62_000))
        #expect(cell.takeReplies().map(\.head.status) == [200, 200])
    }

    @Test func onlyReadsHaveOne() {
        let cell = cell()
        cell.send(.serviceCall, "front", method: .get)
        cell.run(until: .at(20))
        cell.send(.serviceCall, "front", method: .put, now: .at(20))
        cell.run(until: .at(50))
        _ = cell.takeReplies()
        fail(cell, now: 100)
        for (number, method) in [HTTPMethod.put, .post, .delete].enumerated() {
            cell.send(.serviceCall, "front", method: method, now: .at(Int64(100 + number * 100)))
            cell.run(until: .at(Int64(190 + number * 100)))
        }
        #expect(cell.takeReplies().allSatisfy { $0.head.status >= 500 })
        #expect(count(cell, .connection, .stale) == 0)
    }

    @Test func withoutACacheOrWithTheWordOrOffItIsToldAsItIs() {
        for cell in [
            cell(cache: false), cell { $0.connection = .tryAgain }, cell(off: [.failure]), cell(off: [.cache]),
        ] {
            cell.call("front")
            cell.run(until: .at(50))
            fail(cell, now: 100)
            cell.call("front", now: .at(100))
            cell.run(until: .at(2_000))
            #expect(cell.takeReplies().map(\.head.status) == [200, 502])
            #expect(cell.node.graph.answers == nil || cell.node.graph.answers?.counters.stale == 0)
        }
    }

    @Test func aRefusalForWantOfRoomIsStaleOnlyWhereItIsWritten() {
        for isWritten in [false, true] {
            let cell = cell { if isWritten { $0.limit = .stale } }
            cell.call("front")
            cell.run(until: .at(50))
            _ = cell.takeReplies()
            // One worker, and no place to wait.
            cell.call("front", now: .at(100))
            cell.call("front", now: .at(100))
            let second = cell.takeReplies()
            #expect(second.map(\.head.kind) == [isWritten ? .reply : .refusal])
            #expect(second.map(\.note) == [isWritten ? "front=stale" : ""])
            cell.run(until: .at(200))
            #expect(cell.isIdle && cell.node.graph.entryTransformers[0]?.isConserved == true)
        }
    }

    @Test func programsAnswerEachPathDifferently() {
        let path = Array("/a".utf8)
        let cell = cell()
        let customer = CustomerHash("c9")
        let graph = cell.node.graph
        let one = graph.keeping(0, customer: customer, isRead: true, path: path)
        #expect(one != nil && one != customer && one != graph.keeping(0, customer: customer, isRead: true, path: [1]))
        #expect(graph.keeping(0, customer: customer, isRead: true, path: []) == customer)
        #expect(graph.keeping(0, customer: customer, isRead: false, path: path) == nil)
    }

    @Test func whatIsKeptIsReadBack() {
        let answer = KeptAnswer(status: 299, isJSON: true, body: [1, 2, 3])
        #expect(KeptAnswer(answer.encoded()) == answer && KeptAnswer([]) == nil)
    }
}
