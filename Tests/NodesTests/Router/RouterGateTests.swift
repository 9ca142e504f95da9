import MeshBase
import Resilience
import Sharding
import Testing
import Topology
import Wire

@testable import Nodes

/// Gates before the services of cells: what fails is cut off, what cuts off is passed by.
@Suite struct RouterGateTests {
    private func problem(_ answer: RouterRecorder.Answer?) -> String {
        answer?.problem.map { "\($0.type) \($0.policy)" } ?? "none"
    }

    /// Five failures open; then nothing goes there until the time is over, and a probe that is answered leads back.
    @Test func aCellThatFailsIsPassedByUntilItIsWell() throws {
        let router = RouterHarness()
        for _ in 0..<5 {
            router.request(.post)
            router.answer(router.takeFrames()[0], status: 500)
        }
        #expect(router.states == ["router-1/\(router.name(0))/echo open"])
        router.request(.post, now: .at(100))
        let other = router.takeFrames()
        #expect(other.map(\.cell) == [router.shard[1]])
        router.answer(other[0], now: .at(101))
        router.run(from: .at(100), to: .at(2700))
        // The time open is 2 s, with at most 30 % of jitter.
        router.request(.post, now: .at(2700))
        let probe = router.takeFrames()
        #expect(probe.map(\.cell) == [router.shard[0]])
        #expect(router.states.contains("router-1/\(router.name(0))/echo half-open"))
        router.answer(probe[0], now: .at(2710))
        let told = router.sink.events.compactMap { event -> String? in
            guard case .gate(_, .breaker(let change)) = event else { return nil }
            return "\(change.to.name)"
        }
        #expect(told == ["open", "half-open"])
        let changes = router.node.gateViews(now: .at(2710))[0].figures.changes
        #expect(BreakerState.allCases.map { changes[$0] } == [0, 1, 1, 0, 0, 0, 0])
    }

    /// A mesh without requests would be called degraded for good: nobody asks the gate whose time is over.
    @Test func aGateWhoseWaitIsOverIsNotShutForItsUsers() throws {
        let router = RouterHarness()
        for _ in 0..<5 {
            router.request(.post)
            router.answer(router.takeFrames()[0], status: 500)
        }
        let cells = CellSet(router.node.topology.cells.indices.map { CellIndex($0) })
        func shut(at milliseconds: Int64) throws -> Int {
            let facts = router.node.serviceFacts(of: cells, now: .at(milliseconds))
            return try #require(facts.first { $0.name == "echo" }).shut
        }
        #expect(try shut(at: 100) == 1)
        // The time open is 2 s, with at most 30 % of jitter; what failed is in the tally until it turns.
        #expect(try shut(at: 2_700) == 0)
        #expect(router.states == ["router-1/\(router.name(0))/echo open"])
        router.run(from: .at(100), to: .at(20_000))
        #expect(router.node.impaired(now: .at(20_000)).isEmpty)
    }

    /// What metrics tell has a series before the first call: of each cell and service that has a gate, within a bound.
    @Test func gatesAndEjectionsAreToldBeforeTheyAreNeeded() {
        let router = RouterHarness()
        #expect(router.node.gateViews(now: .zero).isEmpty)
        let all = router.node.allGateViews(upTo: 100, now: .zero)
        let cells = router.node.topology.cells.count
        #expect(all.filter { $0.to == "echo" }.count == cells && Set(all.map(\.name)).count == all.count)
        #expect(all.allSatisfy { $0.figures.state == .closed || $0.figures.state == nil })
        #expect(router.node.allGateViews(upTo: 2, now: .zero).count == 2)
        router.request(.post)
        let made = router.node.gateViews(now: .zero).map(\.name)
        #expect(
            made.count == 1
                && router.node.allGateViews(upTo: 100, now: .zero).map(\.name).sorted() == all.map(\.name).sorted())
        let ejected = router.node.ejected(upTo: 100).filter { $0.scope == "router-1/echo" }
        #expect(ejected.count == cells && !ejected.contains { $0.isOut })
        #expect(router.node.ejected(upTo: 1).count == 1)
    }

    /// A hang is counted when it is slow: the breaker is open before the first attempt has run into its limit.
    @Test func aHangOpensBeforeItsTimeout() {
        let router = RouterHarness()
        for _ in 0..<5 { router.request(.post) }
        router.wake(.at(499))
        #expect(router.states.isEmpty)
        router.wake(.at(500))
        #expect(router.states == ["router-1/\(router.name(0))/echo open"])
        #expect(router.sink.answers.isEmpty && router.counters.attemptTimeouts == 0)
    }

    /// This process stood still: what it did not hear is nobody's fault.
    @Test func aTimerThatComesLateCountsNothing() {
        let router = RouterHarness()
        for _ in 0..<5 { router.request(.post) }
        router.wake(.at(900))
        #expect(router.states.isEmpty)
    }

    @Test func whereAllAreCutOffTheEarliestIsTold() throws {
        let router = RouterHarness()
        for position in 0..<3 {
            for _ in 0..<5 {
                router.request(.post, now: .at(Int64(position) * 300))
                router.answer(router.takeFrames()[0], status: 500, now: .at(Int64(position) * 300))
            }
        }
        #expect(router.states.count == 3)
        router.sink.answers = []
        router.request(.get, now: .at(700))
        #expect(router.takeFrames().isEmpty && router.isIdle)
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 503 && problem(answer) == "breaker-open breaker")
        #expect(answer.problem?.gate?.hasSuffix("/echo") == true)
        // The first opened at 0 for 2.2 to 2.6 s.
        #expect(answer.retryAfter == 2)
    }

    /// Neither a dependency's failure, nor a client's error, nor a priority shed says anything about the cell.
    @Test func whatIsNotItsFaultOpensNothing() {
        let router = RouterHarness()
        for status: UInt16 in [502, 504, 404, 422, 501] {
            for _ in 0..<20 {
                router.request(.post)
                router.answer(router.takeFrames()[0], status: status)
            }
        }
        for _ in 0..<20 {
            router.request(.post, priority: .low)
            for _ in 0..<3 { router.shed(router.takeFrames()[0], as: .low) }
        }
        #expect(router.states.isEmpty)
    }

    /// Of the cells that serve a service one that fails is the last choice for a while, before its breaker has enough.
    @Test func anEjectedCellIsTheLastChoice() {
        var topology = NodesTests.topology()
        topology.policies?.off = [.breaker]
        let router = RouterHarness(topology)
        for _ in 0..<5 {
            router.request(.post)
            router.answer(router.takeFrames()[0], status: 500)
        }
        router.request(.post)
        #expect(router.takeFrames().map(\.cell) == [router.shard[1]])
        #expect(
            router.sink.events.contains {
                if case .ejection("router-1/echo", _, .out) = $0 { true } else { false }
            })
        // Out for 2 s, looked at once a second.
        router.run(from: .zero, to: .at(3100))
        router.request(.post, now: .at(3100))
        #expect(router.takeFrames().map(\.cell) == [router.shard[0]])
    }

    /// Retries are bounded over all cells: beyond 100 at once, or a fifth of the calls, the first failure is the answer.
    @Test func theBudgetBoundsRetries() {
        var topology = NodesTests.topology()
        topology.policies?.off = [.breaker, .ejection, .throttle, .hedge]
        let router = RouterHarness(topology)
        for _ in 0..<2000 {
            router.request(.get)
            while let frame = router.takeFrames().first { router.answer(frame, status: 503) }
        }
        // Two more for each would be 4 000.
        #expect(router.counters.attempts <= 2000 + 400)
        #expect(router.counters.attempts >= 2000 + 390)
        #expect(router.sink.answers.count == 2000)
    }

    /// Hedges: a read that is out for longer than usual is asked once more elsewhere; who answers first has answered.
    @Test func aSlowReadIsHedged() throws {
        let router = RouterHarness()
        for _ in 0..<40 {
            router.request(.get)
            router.answer(router.takeFrames()[0], now: .at(4))
        }
        router.sink.answers = []
        router.request(.get, now: .at(100))
        let first = router.takeFrames()
        router.wake(.at(110))
        let hedge = router.takeFrames()
        #expect(hedge.map(\.cell) == [router.shard[1]])
        router.answer(hedge[0], body: "hedge", now: .at(112))
        #expect(router.takeAnswer()?.body == "hedge")
        #expect(router.sink.cancels.map(\.cell) == [first[0].cell])
        #expect(router.sink.cancels[0].head.request == first[0].head.request)
        // A write never is.
        router.request(.post, now: .at(200))
        _ = router.takeFrames()
        router.wake(.at(400))
        #expect(router.takeFrames().isEmpty)
    }

    @Test func aKeyedPostIsRepeatedElsewhere() {
        let router = RouterHarness()
        router.request(.post, isKeyed: true)
        _ = router.takeFrames()
        router.linkDown(router.shard[0], now: .at(10))
        #expect(router.takeFrames().map(\.cell) == [router.shard[1]])
    }

    /// Every permit comes back, whatever becomes of requests.
    @Test(arguments: 0..<20) func permitsComeBack(seed: UInt64) {
        let router = RouterHarness()
        var random = Generator(seed: seed)
        var now = Instant.zero
        var out: [RouterRecorder.Frame] = []
        for _ in 0..<600 {
            now += .milliseconds(Int64(random.below(20)))
            switch random.below(8) {
            case 0: router.request(.get, now: now)
            case 1: router.request(.post, priority: .low, deadline: .milliseconds(60), now: now)
            case 2: router.request(.put, .record, now: now)
            case 3: router.request(.get, .record, now: now)
            case 4: router.wake(now)
            case 5 where random.below(20) == 0:
                let cell = router.shard[Int(random.below(3))]
                router.linkDown(cell, now: now)
                router.connect(cell, now: now)
            default: break
            }
            out += router.takeFrames()
            router.answerPings(now: now)
            guard !out.isEmpty, random.below(3) > 0 else { continue }
            let frame = out.remove(at: Int(random.below(UInt64(out.count))))
            switch random.below(6) {
            case 0: router.refuse(frame, .overloaded, now: now)
            case 1: router.answer(frame, status: frame.head.kind == .serviceCall ? 500 : 200, now: now)
            case 2: router.node.abandon(AttemptNumber(rawValue: frame.head.request).operation, into: &router.sink)
            default: router.answer(frame, now: now)
            }
        }
        router.run(from: now, to: now + .seconds(12))
        #expect(router.isIdle, "seed \(seed)")
        #expect(router.node.gates.gates.allSatisfy { $0.bulkhead.busy == 0 && $0.waiting == 0 }, "seed \(seed)")
    }

    @Test func withPoliciesOffNothingIsTriedAgain() {
        let router = RouterHarness(topology(profile: .off))
        router.request(.get)
        let frames = router.takeFrames()
        #expect(frames[0].head.deadline == 5000)
        router.answer(frames[0], status: 503)
        #expect(router.takeAnswer()?.status == 503)
        #expect(router.sink.frames.isEmpty && router.node.gates.gates.isEmpty)
    }

    // MARK: Records

    /// A cell whose gate is shut is left out while the others are enough.
    @Test func aBlockedCellIsLeftOutOfAQuorum() {
        let router = RouterHarness()
        failRecords(router, at: [0])
        router.request(.get, .record)
        #expect(router.takeFrames().map(\.cell) == [router.shard[1], router.shard[2]])
        #expect(router.counters.gatesOverruled == 0)
    }

    /// A breaker never takes away a quorum that is there.
    @Test func blockedCellsAreAskedWhereTheOthersAreTooFew() {
        let router = RouterHarness()
        failRecords(router, at: [0, 1])
        #expect(router.states.count == 2)
        router.request(.get, .record)
        let frames = router.takeFrames()
        #expect(frames.count == 3)
        for frame in frames { router.answer(frame) }
        #expect(router.takeAnswer()?.status == 404)
        #expect(router.counters.gatesOverruled > 0)
    }

    private func failRecords(_ router: RouterHarness, at positions: Set<Int>) {
        for _ in 0..<6 {
            router.request(.get, .record)
            let frames = router.takeFrames()
            for frame in frames where positions.contains(where: { router.shard[$0] == frame.cell }) {
                router.refuse(frame, .storeBroken)
            }
            for frame in frames where !positions.contains(where: { router.shard[$0] == frame.cell }) {
                router.answer(frame)
            }
        }
        router.sink.answers = []
    }
}

extension RouterHarness {
    /// Gates whose breakers are not closed.
    var states: [String] {
        node.gates.gates.indices.filter { node.gates.gates[$0].breaker.state != .closed }
            .map { "\(node.name(ofGate: $0)) \(node.gates.gates[$0].breaker.state.name)" }
    }
    func name(_ position: Int) -> String { node.topology.cells[shard[position].position].name }
}
