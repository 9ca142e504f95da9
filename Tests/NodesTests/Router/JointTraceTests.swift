import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes
@testable import Wire

/// One explained request over router, cell and edge: each keeps its own part of one trace.
@Suite struct JointTraceTests {
    private func relay(_ router: RouterHarness, _ cell: CellHarness, now: Instant) {
        for frame in router.takeFrames() {
            withBytes("c1") { customer in
                withBytes("front") { name in
                    let view = FrameView(
                        head: frame.head, customer: customer, name: name, note: .empty, body: .empty)
                    cell.node.handle(frame: view, link: cell.link, now: now, into: &cell.sink)
                }
            }
            for reply in cell.takeReplies() {
                router.answer(
                    frame, reply.head.kind, status: reply.head.status, note: reply.note, body: reply.body,
                    after: reply.head.deadline, now: now)
            }
        }
    }

    @Test func aFailingRequestNamesGatePolicyAndNumbersEverywhere() throws {
        let mesh = topology(
            services: [waiting("front", 0, calls: [Topology.Edge(to: 1)]), waiting("bad", 0, errors: 1)],
            profile: .local)
        let router = RouterHarness(mesh)
        let cell = CellHarness(mesh, cell: router.shard[0].position)
        let name = mesh.cells[router.shard[0].position].name
        // The cell's own edge has been cut off by others before.
        for _ in 0..<5 { cell.call("front") }
        _ = cell.takeReplies()
        router.request(.post, service: "front", isExplained: true, now: .at(600))
        relay(router, cell, now: .at(600))
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 502)
        #expect(answer.problem?.policy.description == "breaker")
        #expect(answer.problem?.gate == "\(name)/front/bad")
        let trace = try #require(answer.trace)
        let asked = try #require(router.node.traces.log.entry(trace))
        #expect(asked.policy == "breaker" && asked.status == 502)
        let attempt = try #require(asked.decisions.first { $0.attempt == 0 && $0.verb == .settled })
        #expect(attempt.gate == "router-1/\(name)/front")
        #expect(attempt.why.detail.contains("the cell answered 502"))
        #expect(attempt.why.numbers.contains { $0.name == "retry_after_ms" && $0.value > 0 })
        let part = try #require(cell.node.traces.entry(trace))
        let refusal = try #require(part.decisions.first { $0.verb == .refused })
        #expect((refusal.gate, refusal.policy) == ("\(name)/front/bad", "breaker"))
        #expect(refusal.why.numbers.contains { $0.name == "threshold" })
        #expect(refusal.remaining > .zero)
    }
}
