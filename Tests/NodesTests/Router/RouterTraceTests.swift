import MeshBase
import Resilience
import Testing
import Topology
import Wire

@testable import Nodes

/// Which requests a router follows, and what it keeps of them.
@Suite struct RouterTraceTests {
    private static let parent = FrameTrace("4bf92f3577b34da6a3ce929d0e0e4736")!

    private func words(_ entry: TraceEntry?) -> [String] {
        entry?.decisions.map { "\($0.policy) \($0.verb.name)" } ?? []
    }

    @Test func nobodyIsFollowedUnasked() {
        let router = RouterHarness()
        router.request(.get)
        let frame = router.takeFrames()[0]
        #expect(frame.head.trace == nil)
        router.answer(frame)
        #expect(router.takeAnswer()?.trace == nil)
        #expect(router.node.traces.log.count == 0)
    }

    @Test func anExplainedRequestCarriesItsTraceAndItsAnswerNamesIt() throws {
        let router = RouterHarness()
        router.request(.get, isExplained: true)
        let frame = router.takeFrames()[0]
        let trace = try #require(frame.head.trace)
        #expect(trace.isExplained && !trace.isSampled)
        router.answer(frame, now: .at(5))
        #expect(router.takeAnswer()?.trace == trace)
        let entry = try #require(router.node.traces.log.entry(trace))
        #expect((entry.customer, entry.service, entry.status) == ("c1", "echo", 200))
        #expect(entry.took == .milliseconds(5))
        #expect(entry.decisions.first?.gate == "router-1")
        #expect(entry.decisions.dropFirst().first?.gate == "router-1/\(router.name(0))/echo")
        #expect(
            words(entry) == [
                "admission admitted", "placement started", "bulkhead admitted", "service settled", "service settled",
            ])
        #expect(entry.decisions.allSatisfy { !$0.why.detail.isEmpty && $0.remaining > .zero })
    }

    /// Programs are told of it, and nothing is kept.
    @Test func aTraceOfTheClientIsPassedOnAndNotKept() {
        let router = RouterHarness()
        router.request(.get, trace: Self.parent)
        let frame = router.takeFrames()[0]
        #expect(frame.head.trace == Self.parent)
        router.answer(frame)
        #expect(router.takeAnswer()?.trace == nil)
        #expect(router.node.traces.log.count == 0)
        router.request(.get, isExplained: true, trace: Self.parent)
        let explained = router.takeFrames()[0].head.trace
        #expect(explained?.text == Self.parent.text && explained?.isExplained == true)
    }

    @Test func oneInSoManyIsFollowed() {
        let router = RouterHarness(traceSample: 10)
        for _ in 0..<2_000 {
            router.request(.get)
            for frame in router.takeFrames() { router.answer(frame) }
        }
        #expect((170...230).contains(router.node.traces.log.begun))
        #expect(router.sink.answers.allSatisfy { $0.trace == nil }, "nobody asked")
    }

    /// Of a failure nobody followed, the router tells at its end who said no, and after which attempts.
    @Test func aFailureIsKeptWithItsGateAndNumbers() throws {
        let router = RouterHarness()
        for position in 0..<3 {
            for _ in 0..<5 {
                router.request(.post, now: .at(Int64(position) * 300))
                router.answer(router.takeFrames()[0], status: 500, now: .at(Int64(position) * 300))
            }
        }
        router.sink.answers = []
        router.request(.get, now: .at(700))
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 503)
        let trace = try #require(answer.trace)
        #expect(!trace.isExplained)
        let entry = try #require(router.node.traces.log.entry(trace))
        #expect((entry.policy, entry.status, entry.service) == ("breaker", 503, "echo"))
        let refusal = try #require(entry.decisions.first { $0.verb == .refused })
        #expect(refusal.policy == "breaker")
        #expect(refusal.gate.hasPrefix("router-1/r-") && refusal.gate.hasSuffix("/echo"))
        #expect(refusal.why.detail.hasPrefix("failure rate 1 of 5, threshold "))
        #expect(refusal.why.detail.contains(", open for ") && refusal.why.detail.hasSuffix(" s more"))
        #expect(refusal.why.numbers.contains { $0.name == "failure_rate" && $0.value == 1 })
    }

    @Test func aFloodOfFailuresIsKeptInPart() {
        let router = RouterHarness(up: false)
        for _ in 0..<TraceSampler.most * 3 { router.request(.get) }
        #expect(router.node.traces.log.count == TraceSampler.most)
        #expect(router.sink.answers.filter { $0.trace != nil }.count == TraceSampler.most)
        router.request(.get, isExplained: true)
        #expect(router.node.traces.log.count == TraceSampler.most + 1, "what is asked for is always kept")
        router.request(.get, now: .at(1_000))
        #expect(router.node.traces.log.count == TraceSampler.most + 2)
    }

    @Test func whoIsNotTakenUpIsToldWhy() throws {
        var topology = NodesTests.topology()
        topology.routing.concurrent = 10
        let router = RouterHarness(topology)
        for _ in 0..<7 { router.request(.get, priority: .low) }
        router.request(.get, priority: .low, isExplained: true)
        let answer = try #require(router.takeAnswer())
        let entry = try #require(answer.trace.flatMap { router.node.traces.log.entry($0) })
        #expect(words(entry) == ["shedding shed"])
        #expect(entry.decisions[0].gate == "router-1")
        #expect(entry.decisions[0].why.detail == "7 of 10 in work, low is refused from 0.7 on")
        #expect(entry.policy == "shedding")
        // One that is let through is told so.
        router.request(.get, priority: .critical, isExplained: true)
        let trace = try #require(router.takeFrames().last?.head.trace)
        #expect(words(router.node.traces.log.entry(trace)).first == "admission admitted")
    }

    @Test func aRetryAndWhatCameOfTheAttemptBeforeAreTold() throws {
        let router = RouterHarness()
        router.request(.get, isExplained: true)
        let first = router.takeFrames()[0]
        router.refuse(first, .overloaded, now: .at(3))
        let second = router.wakeUntilSent(from: .at(3))[0]
        router.answer(second, now: .at(400))
        let trace = try #require(first.head.trace)
        #expect(second.head.trace == trace && second.head.attempt == 1)
        let decisions = try #require(router.node.traces.log.entry(trace)?.decisions)
        let end = try #require(decisions.first { $0.verb == .settled })
        #expect((end.policy, end.attempt) == ("bulkhead", 0))
        #expect(end.why.detail == "refused: overloaded; the cell refused: overloaded")
        let again = try #require(decisions.first { $0.attempt == 1 })
        #expect(again.gate == "router-1/\(router.name(1))/echo")
        #expect(decisions.last.map { "\($0.policy) \($0.verb.name)" } == "service settled")
    }

    // MARK: By outcome

    private func kept(_ router: RouterHarness) -> [TraceEntry] { router.node.traces.log.latest(10) }

    /// Nobody followed it, and a second attempt was needed: kept, with what its attempts were called.
    @Test func aFailOverIsKeptAndNamesItsAttempts() throws {
        let router = RouterHarness()
        router.request(.get)
        let first = router.takeFrames()[0]
        router.refuse(first, .overloaded, now: .at(3))
        let second = router.wakeUntilSent(from: .at(3))[0]
        router.answer(second, now: .at(400))
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 200 && answer.trace == nil, "its client did not ask")
        let entry = try #require(kept(router).first)
        #expect(entry.reason == .failedOver && entry.status == 200 && entry.took == .milliseconds(400))
        #expect(
            words(entry).prefix(4) == ["placement started", "bulkhead settled", "retry retried", "service settled"])
        let ends = entry.decisions.filter { $0.verb == .settled && $0.attempt != nil }
        #expect(ends.map(\.at) == [.at(3), .at(400)] && ends.map(\.attempt) == [0, 1])
        #expect(ends.map(\.why.detail) == ["refused: overloaded", "ok"])
        #expect(
            entry.attempts
                == [first, second].map {
                    FrameTrace(customer: router.customer, request: $0.head.request)
                })
    }

    /// The first attempt ran into its limit: it ends there, and not with the request.
    @Test func anAttemptThatWasCutEndsAtItsLimit() throws {
        let router = RouterHarness()
        router.request(.get)
        let first = router.takeFrames()[0]
        var (now, again) = (Instant.zero, [RouterRecorder.Frame]())
        for _ in 0..<50 where again.isEmpty {
            now = max(router.nextDeadline(), now)
            router.wake(now)
            router.answerPings(now: now)
            again = router.takeFrames().filter { $0.head.kind == .serviceCall }
        }
        let second = try #require(again.first)
        #expect(first.head.request != second.head.request)
        let answered = now + .milliseconds(5)
        router.answer(second, now: answered)
        let entry = try #require(kept(router).first)
        let cut = try #require(entry.decisions.first { $0.verb == .cancelled })
        #expect(cut.attempt == 0 && cut.policy == "attempt-timeout" && cut.at < answered)
        #expect(cut.gate == entry.decisions.first?.gate)
        #expect(entry.decisions.map(\.at) == entry.decisions.map(\.at).sorted())
    }

    /// The cell of the first attempt died: it ends there, and not with the request.
    @Test func anAttemptWhoseCellDiedEndsWithItsLink() throws {
        let router = RouterHarness()
        router.request(.get)
        let first = router.takeFrames()[0]
        router.linkDown(first.cell, now: .at(3))
        let second = try #require(router.wakeUntilSent(from: .at(3)).first)
        router.answer(second, now: .at(400))
        let entry = try #require(kept(router).first)
        let end = try #require(entry.decisions.first { $0.attempt == 0 && $0.verb == .settled })
        #expect(end.at == .at(3) && end.why.detail == "failed: reset")
    }

    @Test func whatIsLessThanAllIsKept() throws {
        let router = RouterHarness()
        router.request(.get)
        router.answer(router.takeFrames()[0], note: "payment=cached", now: .at(3))
        #expect(router.takeAnswer()?.degraded == "payment=cached")
        #expect(kept(router).map(\.reason) == [.degraded])
        router.request(.get)
        router.answer(router.takeFrames()[0], now: .at(3))
        #expect(kept(router).count == 1, "what ends like most is not")
    }

    @Test func whatIsSlowByItsObjectiveIsKept() throws {
        var topology = NodesTests.topology()
        for index in topology.blueprints.indices {
            topology.blueprints[index].objectives = Objectives(p99: .milliseconds(50))
        }
        let router = RouterHarness(topology)
        for (number, time) in [49, 50].enumerated() {
            router.request(.get)
            router.answer(router.takeFrames()[0], now: .at(Int64(time)))
            #expect(kept(router).count == number, "\(time) ms")
        }
        #expect(kept(router).map(\.reason) == [.slow])
    }

    @Test func whatWasFollowedAnywaySaysHowItEnded() throws {
        let router = RouterHarness(traceSample: 1)
        router.request(.get)
        router.answer(router.takeFrames()[0], note: "payment=cached")
        #expect(kept(router).map(\.reason) == [.degraded])
        router.request(.get)
        router.answer(router.takeFrames()[0])
        #expect(kept(router).contains { $0.reason == .sampled })
    }

    @Test func whatACallerKeepsIsFollowedSoManyTimesASecond() {
        let router = RouterHarness()
        for number in 0..<UInt64(TraceSampler.most * 2) {
            var trace = FrameTrace(high: 7, low: number + 1, isExplained: false)
            trace.isSampled = true
            router.request(.get, trace: trace)
            let frame = router.takeFrames()[0]
            #expect(frame.head.trace?.isSampled == (number < UInt64(TraceSampler.most)), "\(number)")
            router.answer(frame)
        }
        #expect(router.node.traces.log.count == TraceSampler.most)
    }

    @Test func aRecordTellsItsPhasesAndWhoRefused() throws {
        let router = RouterHarness()
        router.request(.get, .record, isExplained: true)
        let frames = router.takeFrames()
        let trace = try #require(frames[0].head.trace)
        #expect(frames.allSatisfy { $0.head.trace == trace })
        for frame in frames { router.refuse(frame, .refilling) }
        let answer = try #require(router.takeAnswer())
        #expect(answer.status == 503 && answer.trace == trace)
        let entry = try #require(router.node.traces.log.entry(trace))
        #expect(entry.service == "records")
        #expect(words(entry).prefix(2) == ["admission admitted", "quorum started"])
        #expect(entry.decisions.contains { $0.verb == .refused && $0.why.detail.contains("refilling") })
        #expect(words(entry).last == "quorum settled")
    }
}
