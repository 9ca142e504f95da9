import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes
@testable import Wire

/// What a cell says of its services before calls of them fail.
@Suite struct RouterHintTests {
    private func hint(
        _ router: RouterHarness, _ cell: CellIndex, _ service: String, impact: UInt16, by cause: String = "",
        for time: UInt32 = 2_000, now: Instant
    ) {
        var head = FrameHead(kind: .hint, request: 0, customer: CustomerHash(rawValue: 0), epoch: .first)
        head.status = impact
        head.deadline = time
        withBytes(service) { body in
            withBytes(cause) { note in
                let view = FrameView(head: head, customer: .empty, name: .empty, note: note, body: body)
                router.node.handle(frame: view, from: cell, now: now, into: &router.sink)
            }
        }
    }

    private func told(_ router: RouterHarness) -> [String] {
        router.sink.events.compactMap { event in
            guard case .gate(_, .breaker(let change)) = event else { return nil }
            return "\(change.to.name) \(change.cause.name)"
        }
    }

    /// A quarter of what comes goes to the next cell, and critical requests never do.
    @Test func aQuarterIsSentElsewhereAndCriticalNever() {
        let router = RouterHarness()
        let first = router.shard[0]
        router.request(.get)
        router.answer(router.takeFrames()[0])
        hint(router, first, "echo", impact: 500, now: .at(1))
        #expect(told(router) == ["closed influenced by an opening"])
        #expect(router.node.gateViews(now: .at(1)).first?.figures.influence == 0.5)
        func elsewhere(_ priority: Priority, _ count: Int) -> Int {
            var others = 0
            for _ in 0..<count {
                router.request(.get, priority: priority, now: .at(2))
                let frames = router.takeFrames()
                if frames[0].cell != first { others += 1 }
                // What says nothing of the cell judges no influence.
                for frame in frames { router.answer(frame, status: 400, now: .at(2)) }
            }
            return others
        }
        #expect(elsewhere(.critical, 40) == 0)
        let low = elsewhere(.low, 120)
        #expect(low > 30 && low < 90, "\(low)")
    }

    /// Whoever is held back is told for what: in the trace of each gate, and in the answer where none lets it through.
    @Test func theCauseIsNamed() throws {
        let router = RouterHarness(topology(services: [waiting("echo", 0), waiting("back", 0)]))
        for cell in router.shard {
            hint(router, cell, "echo", impact: 500, by: "back", now: .at(1))
        }
        #expect(told(router).isEmpty, "no gate is there yet")
        router.request(.get)
        // None of them takes it, so that each has a gate, and no result.
        for _ in router.shard {
            for frame in router.takeFrames() { router.refuse(frame, .stopping) }
        }
        router.sink.answers = []
        for cell in router.shard { hint(router, cell, "echo", impact: 500, by: "back", now: .at(1)) }
        var refusal: RouterRecorder.Answer?
        var traced = false
        for _ in 0..<2_000 where refusal == nil {
            router.request(.get, priority: .low, isExplained: true, now: .at(2))
            for frame in router.takeFrames() { router.answer(frame, status: 400, now: .at(2)) }
            let answer = try #require(router.takeAnswer())
            let decisions = answer.trace.flatMap { router.node.traces.log.entry($0)?.decisions } ?? []
            traced =
                traced
                || decisions.contains {
                    $0.verb == .refused && $0.policy == "breaker"
                        && $0.why.detail.hasPrefix("closed, influenced by back: 75 % admitted, ")
                }
            if answer.status == 503 { refusal = answer }
        }
        #expect(traced)
        let problem = try #require(refusal?.problem)
        #expect("\(problem.policy)" == "breaker")
        #expect(problem.detail.hasSuffix(" because back, which is needed behind it, is cut off."), "\(problem.detail)")
    }

    @Test func itEndsWhenToldSoAndByItself() {
        let router = RouterHarness()
        router.request(.get)
        router.answer(router.takeFrames()[0])
        hint(router, router.shard[0], "echo", impact: 500, now: .at(1))
        hint(router, router.shard[0], "echo", impact: 0, for: 0, now: .at(2))
        #expect(told(router) == ["closed influenced by an opening", "closed influence is over"])
        hint(router, router.shard[0], "echo", impact: 500, for: 100, now: .at(3))
        #expect(router.node.gateViews(now: .at(200)).first?.figures.influence == 0)
    }

    /// Unknown services, cells that were not called: nothing is kept of them.
    @Test func whatWasNeverCalledHearsNothing() {
        let router = RouterHarness()
        hint(router, router.shard[0], "echo", impact: 500, now: .at(1))
        hint(router, router.shard[0], "nothing", impact: 65_535, now: .at(1))
        hint(router, router.shard[0], "", impact: 500, now: .at(1))
        #expect(told(router).isEmpty && router.node.gateViews(now: .at(1)).isEmpty && router.counters.lateFrames == 0)
    }

    /// Four samples a second of a steady service, then one that takes ten times as long and fails now and then.
    @Test func whatBecomesUnlikeItselfIsForeseen() {
        let router = RouterHarness()
        var now = Instant.zero
        func second(_ took: Int64, failing: Bool = false) {
            for call in 0..<20 {
                router.wake(now)
                router.request(.post, now: now)
                let at = now + .milliseconds(took)
                let status: UInt16 = failing && call % 7 == 0 ? 500 : 200
                for frame in router.takeFrames() { router.answer(frame, status: status, now: at) }
                now += .milliseconds(50)
                router.answerPings(now: now)
            }
        }
        for _ in 0..<30 { second(5) }
        #expect(router.node.gateViews(now: now).allSatisfy { $0.figures.probability < 0.8 && !$0.figures.isPredicted })
        for _ in 0..<2 { second(45, failing: true) }
        #expect(told(router).contains("closed predicted"), "\(told(router))")
    }
}
