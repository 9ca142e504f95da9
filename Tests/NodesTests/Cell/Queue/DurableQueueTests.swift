import Chaos
import MeshBase
import Replication
import Resilience
import Testing
import Topology

@testable import Nodes
@testable import Wire

private typealias Edge = Topology.Edge

/// Calls that are accepted and carried out later, among three cells that are the customer's shard.
@Suite struct DurableQueueTests {
    /// `front` needs `back`.
    private func mesh(
        capacity: Int = 10, overflow: Pool.Overflow = .rejectNew, off: [PolicySwitch] = [], queue: Bool = true,
        service: FailureSettings.Outcome? = .queue, call: FailureSettings.Outcome? = nil
    ) -> ClaimMesh {
        var mesh = topology(
            services: [waiting("front", 0, calls: [Edge(to: 1)]), waiting("back", 5)], profile: .local)
        mesh.policies?.off = off + [.breaker, .throttle, .retry]
        if queue {
            mesh.blueprints[0].queue = QueueSettings()
            mesh.blueprints[0].queue?.capacity = capacity
            mesh.blueprints[0].queue?.overflow = overflow
        }
        mesh.blueprints[0].services[0].policies = PoliciesBlock()
        mesh.blueprints[0].services[0].policies?.failure = FailureSettings()
        mesh.blueprints[0].services[0].policies?.failure?.connection = service
        if let call {
            mesh.blueprints[0].services[0].calls[0].policies = PoliciesBlock()
            mesh.blueprints[0].services[0].calls[0].policies?.failure = FailureSettings()
            mesh.blueprints[0].services[0].calls[0].policies?.failure?.connection = call
        }
        return ClaimMesh(mesh)
    }

    private func strike(_ mesh: ClaimMesh, isOn: Bool) {
        var effect = ServiceEffect()
        if isOn {
            effect.add(.errors(1, status: 500))
        }
        for cell in mesh.cells { cell.node.strike([.none, effect], now: mesh.now, into: &cell.sink) }
    }

    private func result(_ mesh: ClaimMesh, _ cell: Int, _ name: String) -> UInt64 {
        mesh.cells[cell].queue()?.results.first { "\($0.result)" == name }?.count ?? 0
    }

    private func isConserved(_ mesh: ClaimMesh) -> Bool {
        mesh.cells.allSatisfy { $0.node.graph.entryTransformers.allSatisfy { $0?.isConserved ?? true } }
    }

    /// Who looks deeply sees how many wait and for how long, and that no more can be taken.
    @Test func healthTellsWhatWaitsAndThatNoMoreCan() throws {
        let mesh = mesh(capacity: 1)
        #expect(mesh.cells[0].node.health(now: mesh.now).jobs == .init(waiting: 0, capacity: 1, oldest: .zero))
        mesh.run(1_500)
        #expect(mesh.cells[0].node.health(now: mesh.now).needed.isEmpty)
        strike(mesh, isOn: true)
        _ = try #require(mesh.answer(mesh.call(0, "front", key: "k")))
        mesh.run(9_000)
        let report = mesh.cells[0].node.health(now: mesh.now)
        let jobs = try #require(report.jobs)
        #expect(jobs.waiting == 1 && jobs.oldest >= .milliseconds(8_900) && jobs.oldest <= .milliseconds(9_100))
        #expect(report.needed.contains("queue of jobs full") && report.isReady)
        #expect(report.state >= .degraded)
        strike(mesh, isOn: false)
        mesh.run(12_000)
        let after = mesh.cells[0].node.health(now: mesh.now)
        #expect(after.jobs?.waiting == 0 && !after.needed.contains("queue of jobs full"))
        // Attempts at it failed until it was called no more: that is forgotten after a while.
        mesh.run(90_000)
        #expect(mesh.cells[0].node.health.state == .healthy)
        #expect(self.mesh(queue: false).cells[0].node.health(now: .zero).jobs == nil)
    }

    @Test func whatCannotBeDoneIsAcknowledgedAndDoneLater() throws {
        let mesh = mesh()
        strike(mesh, isOn: true)
        let first = try #require(mesh.answer(mesh.call(0, "front", key: "k")))
        #expect(first.head.status == 202 && first.body.contains("\"outcome\":\"queued\",\"estimate_ms\":5000"))
        #expect(mesh.cells[0].queue()?.depth == 1 && result(mesh, 0, "queued") == 1)
        // Whoever asks again, wherever, is told the same; the key is for this request alone.
        for cell in 0..<3 {
            let again = try #require(mesh.answer(mesh.call(cell, "front", key: "k")))
            #expect(again.head.status == 202 && again.isReplayed)
            #expect(try #require(mesh.answer(mesh.call(cell, "front", key: "k", body: "y"))).refusal == .keyReused)
        }
        mesh.run(3_000)
        #expect(mesh.cells[0].queue()?.depth == 1 && result(mesh, 0, "failed") >= 2, "it is tried in vain")
        strike(mesh, isOn: false)
        mesh.run(5_000)
        #expect(mesh.cells[0].queue()?.depth == 0 && result(mesh, 0, "done") == 1)
        for cell in 0..<3 {
            let done = try #require(mesh.answer(mesh.call(cell, "front", key: "k")))
            #expect(done.head.status == 200 && done.isReplayed && done.body.contains("\"outcome\":\"ok\""))
        }
        #expect(isConserved(mesh))
        let queued = mesh.cells[0].node.graph.entryTransformers[0]?.count(from: .connection, to: .queued)
        mesh.run(100)
        #expect(queued == 1 && mesh.cells.allSatisfy(\.isIdle))
    }

    @Test func itSurvivesTheDeathOfItsProcess() throws {
        let mesh = mesh()
        strike(mesh, isOn: true)
        #expect(try #require(mesh.answer(mesh.call(0, "front", key: "k"))).head.status == 202)
        mesh.restart(0)
        mesh.run(8_000)
        #expect(mesh.cells[0].queue()?.depth == 0 && result(mesh, 0, "adopted") == 1 && result(mesh, 0, "done") == 1)
        #expect(try #require(mesh.answer(mesh.call(1, "front", key: "k"))).head.status == 200)
    }

    @Test func anotherCellStandsInForOneThatIsGone() throws {
        let mesh = mesh()
        strike(mesh, isOn: true)
        #expect(try #require(mesh.answer(mesh.call(0, "front", key: "k"))).head.status == 202)
        mesh.down = [0]
        strike(mesh, isOn: false)
        mesh.run(40_000)
        #expect((1...2).map { result(mesh, $0, "done") }.reduce(0, +) >= 1, "by one of the two")
        #expect(try #require(mesh.answer(mesh.call(2, "front", key: "k"))).head.status == 200)
    }

    /// However long it cannot be done: one of those that live has it, and it is carried out once.
    @Test func oneCellStandsInForOneThatIsGone() throws {
        let mesh = mesh()
        strike(mesh, isOn: true)
        #expect(try #require(mesh.answer(mesh.call(0, "front", key: "k"))).head.status == 202)
        mesh.down = [0]
        mesh.run(60_000)
        #expect((1...2).map { result(mesh, $0, "adopted") }.reduce(0, +) == 1)
        #expect((1...2).compactMap { mesh.cells[$0].queue()?.depth }.reduce(0, +) == 1)
        strike(mesh, isOn: false)
        mesh.run(40_000)
        #expect((1...2).map { result(mesh, $0, "done") }.reduce(0, +) == 1)
        for cell in 1...2 {
            #expect(try #require(mesh.answer(mesh.call(cell, "front", key: "k"))).head.status == 200)
        }
        // Should its owner come back after all, it is done.
        mesh.down = []
        mesh.run(20_000)
        #expect((0...2).compactMap { mesh.cells[$0].queue()?.depth }.reduce(0, +) == 0)
        #expect(try #require(mesh.answer(mesh.call(0, "front", key: "k"))).head.status == 200)
    }

    private func calls(_ mesh: ClaimMesh, _ cell: Int) -> UInt64 { mesh.cells[cell].services()[0].counters.calls }

    /// Whoever stood still while others did its jobs asks before it goes on.
    @Test func whoStoodStillDoesNotDoAgainWhatOthersHaveDone() throws {
        let mesh = mesh()
        strike(mesh, isOn: true)
        #expect(try #require(mesh.answer(mesh.call(0, "front", key: "k"))).head.status == 202)
        mesh.run(300)
        let before = calls(mesh, 0)
        mesh.still = [0]
        strike(mesh, isOn: false)
        mesh.run(40_000)
        #expect((1...2).map { result(mesh, $0, "done") }.reduce(0, +) == 1)
        mesh.still = []
        mesh.run(20_000)
        #expect(calls(mesh, 0) == before && mesh.cells[0].queue()?.depth == 0)
    }

    /// What was carried out is not done again because its answer could not be kept: the answer is, until it can.
    @Test func whatWasDoneIsKeptUntilTheShardTakesIt() throws {
        let mesh = mesh()
        strike(mesh, isOn: true)
        #expect(try #require(mesh.answer(mesh.call(0, "front", key: "k"))).head.status == 202)
        let before = calls(mesh, 0)
        // The others agree that it is to do, and then have no room.
        mesh.full = [1, 2]
        mesh.room = [0, 1, 0]
        strike(mesh, isOn: false)
        mesh.run(70_000)
        #expect(calls(mesh, 0) == before + 1 && mesh.cells[0].queue()?.depth == 1)
        mesh.full = []
        mesh.run(70_000)
        #expect(calls(mesh, 0) == before + 1 && mesh.cells[0].queue()?.depth == 0 && result(mesh, 0, "done") == 1)
        #expect(try #require(mesh.answer(mesh.call(1, "front", key: "k"))).head.status == 200)
    }

    /// Without a majority nothing is acknowledged.
    @Test func nothingIsAcknowledgedThatOneCellAloneHas() throws {
        let mesh = mesh()
        strike(mesh, isOn: true)
        let request = mesh.call(0, "front", key: "k", deadline: 60_000)
        // It has the key by now, and fails a moment later.
        mesh.run(3)
        mesh.down = [1, 2]
        mesh.run(2_000)
        #expect(mesh.answers[request]?.head.status != 202)
        #expect(mesh.cells[0].queue()?.depth == 0)
    }

    /// A call cannot be put off by itself, as its caller needs its answer: what is written there says what its client's becomes.
    @Test func whatIsWrittenAtACoreCallHoldsForTheClientsCall() throws {
        let queued = mesh(service: .tryAgain, call: .queue)
        strike(queued, isOn: true)
        #expect(try #require(queued.answer(queued.call(0, "front", key: "k"))).head.status == 202)
        #expect(try #require(queued.answer(queued.call(0, "front", key: nil))).head.status == 502, "it has no key")
        strike(queued, isOn: false)
        queued.run(5_000)
        #expect(try #require(queued.answer(queued.call(1, "front", key: "k"))).head.status == 200)
        let refused = mesh(service: .queue, call: .tryAgain)
        strike(refused, isOn: true)
        #expect(try #require(refused.answer(refused.call(0, "front", key: "k"))).head.status == 502)
        #expect(refused.cells[0].queue()?.depth == 0 && isConserved(queued) && isConserved(refused))
    }

    @Test func aFullQueueRefusesOrLetsOthersGo() throws {
        let full = mesh(capacity: 1)
        strike(full, isOn: true)
        #expect(try #require(full.answer(full.call(0, "front", key: "a"))).head.status == 202)
        #expect(try #require(full.answer(full.call(0, "front", key: "b"))).head.status == 502)
        #expect(result(full, 0, "refused") == 1 && full.cells[0].queue()?.depth == 1 && isConserved(full))
        let oldest = mesh(capacity: 1, overflow: .dropOldest)
        strike(oldest, isOn: true)
        #expect(try #require(oldest.answer(oldest.call(0, "front", key: "a"))).head.status == 202)
        #expect(try #require(oldest.answer(oldest.call(0, "front", key: "b"))).head.status == 202)
        oldest.run(500)
        // Whoever asks for the one that gave way hears of it.
        let gone = try #require(oldest.answer(oldest.call(1, "front", key: "a")))
        #expect(gone.head.status == 503 && gone.body.contains("gave way"))
        #expect(result(oldest, 0, "displaced") == 1 && oldest.cells[0].queue()?.depth == 1)
    }

    @Test func onlyCallsUnderAKeyAreQueuedAndOnlyWhereItIsDeclared() throws {
        let keyed = mesh()
        strike(keyed, isOn: true)
        #expect(try #require(keyed.answer(keyed.call(0, "front", key: nil))).head.status == 502)
        for mesh in [mesh(queue: false), mesh(off: [.queue]), mesh(off: [.failure])] {
            strike(mesh, isOn: true)
            #expect(try #require(mesh.answer(mesh.call(0, "front", key: "k"))).head.status == 502)
            #expect(mesh.cells[0].queue() == nil || mesh.cells[0].queue()?.depth == 0)
        }
    }
}
