import MeshBase
import Resilience
import Testing
import Topology
import Wire

@testable import Nodes

/// What a router takes up at all.
@Suite struct RouterAdmissionTests {
    private func harness(_ change: (inout MeshTopology) -> Void) -> RouterHarness {
        var topology = NodesTests.topology()
        change(&topology)
        return RouterHarness(topology)
    }
    private func problem(_ answer: RouterRecorder.Answer?) -> String {
        answer.map { "\($0.status) " + ($0.problem.map { "\($0.type) \($0.policy)" } ?? "none") } ?? "none"
    }

    /// Of ten places low has seven, normal less than nine, high less than all, and critical all.
    @Test func aLoadedRouterShedsTheLowestFirst() {
        let router = harness { $0.routing.concurrent = 10 }
        for _ in 0..<7 { router.request(.get, priority: .low) }
        #expect(router.sink.answers.isEmpty)
        router.request(.get, priority: .low)
        let answer = router.takeAnswer()
        #expect(problem(answer) == "503 shed shedding" && answer?.retryAfter == 1)
        for _ in 0..<2 { router.request(.get) }
        router.request(.get)
        #expect(problem(router.takeAnswer()) == "503 shed shedding")
        router.request(.put, .record, priority: .high)
        router.request(.get, priority: .high)
        #expect(problem(router.takeAnswer()) == "503 shed shedding")
        for _ in 0..<5 { router.request(.get, priority: .critical) }
        #expect(router.sink.answers.isEmpty)
        #expect(router.node.admission?.load.shed.total == 3)
    }

    /// No class is higher than its service allows, and what names none has its service's own.
    @Test func aServiceBoundsTheClass() {
        var topology = NodesTests.topology(services: [Service(name: "echo", priority: .low)])
        topology.routing.concurrent = 10
        let router = RouterHarness(topology)
        for _ in 0..<7 { router.request(.get, priority: .critical) }
        #expect(router.sink.answers.isEmpty)
        router.request(.get, priority: .critical)
        #expect(problem(router.takeAnswer()) == "503 shed shedding")
        router.request(.get)
        #expect(problem(router.takeAnswer()) == "503 shed shedding")
    }

    @Test func aRateIsHeld() {
        let router = harness {
            var rate = RateSettings()
            rate.requests = 10
            rate.burst = 5
            $0.routing.rate = rate
        }
        for _ in 0..<5 { router.request(.get) }
        #expect(router.sink.answers.isEmpty)
        router.request(.get)
        let answer = router.takeAnswer()
        #expect(problem(answer) == "429 rate-limit rate-limit" && answer?.retryAfter == 1)
        router.request(.put, .record)
        #expect(problem(router.takeAnswer()) == "429 rate-limit rate-limit")
        router.request(.get, now: .at(100))
        #expect(router.sink.answers.isEmpty)
        #expect(router.node.rateRefused == 2)
    }

    /// Worth is at risk while it is on its way, and comes back however its request ends.
    @Test func worthIsBounded() {
        let router = harness {
            var value = ValueSettings()
            value.atRisk = 100
            $0.policies?.value = value
        }
        router.request(.post, worth: Worth(60))
        router.request(.post, worth: Worth(60))
        #expect(problem(router.takeAnswer()) == "503 capital capital")
        let frame = router.takeFrames()[0]
        router.node.abandon(AttemptNumber(rawValue: frame.head.request).operation, into: &router.sink)
        router.request(.post, worth: Worth(60))
        router.answer(router.takeFrames()[0])
        #expect(router.takeAnswer()?.status == 200)
        #expect(router.node.valueBreakers.allSatisfy { $0.breaker.inFlight == .zero })
        // Five that go wrong cut off, one of them turned away before.
        for _ in 0..<4 {
            router.request(.post, worth: Worth(1))
            router.answer(router.takeFrames()[0], status: 500)
        }
        router.sink.answers = []
        router.request(.post, worth: Worth(1))
        #expect(problem(router.takeAnswer()) == "503 value value")
    }

    /// Where nobody has written of worth nobody counts it, whatever clients say.
    @Test func worthIsCountedWhereItIsWritten() {
        let router = harness { $0.policies?.off = [.breaker, .ejection, .throttle] }
        for worth in [nil, Worth(9_000_000)] as [Worth?] {
            for _ in 0..<20 {
                router.request(.post, worth: worth)
                router.answer(router.takeFrames()[0], status: 500)
            }
        }
        #expect(router.sink.answers.allSatisfy { $0.status == 500 })
    }

    /// It is told what it was opened for, and what alone is above the bound is told of no time.
    @Test func aValueBreakerIsToldOf() {
        let router = harness {
            var value = ValueSettings()
            value.atRisk = 100
            $0.policies?.value = value
            $0.policies?.off = [.breaker, .ejection, .throttle]
        }
        router.request(.post, worth: Worth(101))
        let never = router.takeAnswer()
        #expect(problem(never) == "503 capital capital" && never?.retryAfter == 0)
        #expect(never?.problem?.detail.contains("never taken up") == true)
        #expect(never?.problem?.gate == "router-1/echo")
        for _ in 0..<4 {
            router.request(.post, worth: Worth(1))
            router.answer(router.takeFrames()[0], status: 500)
        }
        router.run(from: .zero, to: .at(1_500))
        let told = router.sink.events.compactMap { event -> String? in
            guard case .worth(let scope, let key, let state, let why) = event else { return nil }
            return "\(scope) \(key) \(state.name) \(why)"
        }
        #expect(told == ["router-1/echo no key open 5 irregular, worth 105, within 60 s"])
    }

    /// Of two hundred requests to cells that are full for all but critical ones most are held back here.
    @Test func whatIsMostlyRefusedIsHeldBack() {
        let router = harness { $0.policies?.off = [.breaker, .ejection] }
        for number in 0..<400 {
            router.request(.post, now: .at(Int64(number)))
            while let frame = router.takeFrames().first { router.refuse(frame, .overloaded, now: .at(Int64(number))) }
        }
        #expect(router.counters.throttled[.normal] > 100)
        #expect(router.counters.throttled[.critical] == 0)
        router.sink.answers = []
        router.request(.post, priority: .critical, now: .at(400))
        #expect(!router.takeFrames().isEmpty)
    }
}
