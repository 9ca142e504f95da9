import MeshBase
import Testing

@testable import Resilience

@Suite struct TimeoutTests {
    @Test func presetsAreThoseOfTheCatalogue() {
        func row(_ policy: TimeoutPolicy) -> [Double] {
            [policy.connect, policy.read, policy.write, policy.acquire].map(\.seconds)
        }
        #expect(row(.seed) == [10, 30, 15, 5] && row(.highLatency) == [30, 120, 60, 15])
        #expect(row(.lowLatency) == [2, 5, 5, 1] && row(.aligned) == [5, 30, 15, 2])
        #expect(row(.local) == [0.5, 1, 1, 0.05])
        for policy in [TimeoutPolicy.seed, .highLatency, .lowLatency, .aligned, .local] {
            #expect(policy.problems().isEmpty && policy.sound == policy)
        }
    }

    @Test func whatCannotBeMeantIsNamedAndMadeSound() {
        var policy = TimeoutPolicy.local
        policy.call = .seconds(1)
        policy.attempt = .seconds(2)
        policy.connect = .seconds(3)
        policy.acquire = .seconds(-1)
        #expect(policy.problems().map(\.key) == ["timeouts.acquire", "timeouts.connect", "attempt-timeout"])
        #expect(policy.sound.attempt == .seconds(1) && policy.sound.acquire == .zero)
        #expect(policy.attemptBase == .seconds(1))
    }

    @Test func progressiveFactorsHoldForAllBeyondThem() {
        let base = TimeAmount.milliseconds(200)
        #expect(
            (0..<5).map { ProgressiveFactors.rising.limit(base, attempt: $0).milliseconds } == [
                200, 300, 400, 400, 400,
            ])
        #expect(ProgressiveFactors.even.limit(base, attempt: 99) == base)
        #expect(ProgressiveFactors([]) == .even && ProgressiveFactors([-1, .nan, 0]) == .even)
        #expect(ProgressiveFactors([1e9]).limit(base, attempt: 0) == .seconds(12))
        #expect(ProgressiveFactors.rising.limit(base, attempt: -1) == base)
        #expect(ProgressiveFactors([1.1]).limit(.seconds(1), attempt: 0) == .milliseconds(1_100))
    }

    // MARK: Adaptive

    private func update(_ adaptive: inout AdaptiveTimeout, _ policy: AdaptiveTimeoutPolicy, ms: Int64, count: Int)
        -> [AdaptiveTimeout.Change]
    {
        var ring = DurationRing()
        return (0..<count).compactMap { _ in
            ring.record(.milliseconds(ms)) ? adaptive.update(ring, policy) : nil
        }
    }

    @Test func beforeTenTheDeclaredLimitHolds() {
        var adaptive = AdaptiveTimeout(base: .seconds(1))
        #expect(update(&adaptive, .seed, ms: 10, count: 9).isEmpty && adaptive.limit == .seconds(1))
        #expect(adaptive.explain(DurationRing()).detail == "1000 ms as declared, 0 durations known")
    }

    @Test(arguments: [
        // ms taken, limit of seed, limit of local: 1.5 x p95 in [500, 3000] and in [500, 1000].
        (10, 500, 500), (400, 600, 600), (800, 1_200, 1_000), (5_000, 3_000, 1_000),
    ]) func itIsP95WithHalfOnTopWithinBounds(_ taken: Int, _ seed: Int, _ local: Int) {
        var adaptive = AdaptiveTimeout(base: .seconds(1))
        _ = update(&adaptive, .seed, ms: Int64(taken), count: 10)
        #expect(adaptive.limit == .milliseconds(Int64(seed)))
        _ = update(&adaptive, .local, ms: Int64(taken), count: 10)
        #expect(adaptive.limit == .milliseconds(Int64(local)))
    }

    @Test func onlyChangesAboveAFifthAreTold() {
        var adaptive = AdaptiveTimeout(base: .seconds(1))
        #expect(update(&adaptive, .seed, ms: 790, count: 10).isEmpty)
        #expect(adaptive.limit == .milliseconds(1_185))
        // Small steps add up: told is what has changed since it was told.
        #expect(
            update(&adaptive, .seed, ms: 810, count: 10) == [.init(from: .seconds(1), to: .milliseconds(1_215))])
        #expect(update(&adaptive, .seed, ms: 700, count: 10).isEmpty)
        #expect(
            update(&adaptive, .seed, ms: 600, count: 20) == [.init(from: .milliseconds(1_215), to: .milliseconds(900))])
    }

    @Test func settingsOutOfRangeAreMadeSoundAndNamed() {
        let policy = AdaptiveTimeoutPolicy(factor: .nan, floor: 0, ceiling: 99)
        #expect(policy.factor == 1 && policy.floor == 0.01 && policy.ceiling == 10)
        #expect(AdaptiveTimeoutPolicy.problems(factor: 0, floor: 2, ceiling: 0).count == 3)
    }

    @Test func layersAddUpWithAFifthOnTop() {
        #expect(LayerTimeouts.endToEnd([.seconds(5), .seconds(10), .seconds(5)]) == .seconds(24))
        #expect(LayerTimeouts.limit(.memory) == .nanoseconds(100) && LayerTimeouts.limit(.order) == .hours(24))
        #expect(LayerTimeouts.limit(.database) == .seconds(5) && LayerTimeouts.limit(.externalAPI) == .seconds(10))
        #expect(LayerTimeouts.limit(.internalService) == .seconds(3))
        for layer in LayerTimeouts.Layer.allCases { #expect(LayerTimeouts.limit(layer) > .zero) }
    }
}

@Suite struct TimeoutHierarchyTests {
    typealias Edge = TimeoutHierarchy.Edge

    private func ms(_ n: Int64) -> TimeAmount { .milliseconds(n) }

    @Test func anEdgeNeedsItsAttemptsAndWaitsOrItsTimeout() {
        #expect(Edge(to: 0, timeout: ms(1_000)).need == ms(1_000))
        let edge = Edge(
            to: 0, timeout: ms(10_000), attempt: ms(200), progressive: .rising, attempts: 3, backoffs: ms(180))
        #expect(edge.need == ms(200 + 300 + 400 + 180))
        #expect(Edge(to: 0, timeout: ms(700), attempt: ms(200), attempts: 3, backoffs: ms(180)).need == ms(700))
    }

    @Test func serialNeedsAddUpAndOfParallelOnesTheLongestCounts() {
        let mesh = TimeoutHierarchy([
            .init(
                "page", work: ms(50),
                steps: [
                    .call(Edge(to: 1, timeout: ms(100))), .call(Edge(to: 1, timeout: ms(200))),
                    .parallel([Edge(to: 1, timeout: ms(300)), Edge(to: 1, timeout: ms(400))], within: nil),
                    .parallel([Edge(to: 1, timeout: ms(900))], within: ms(100)),
                    .parallel([Edge(to: 1, timeout: ms(60))], within: ms(100)),
                ]),
            .init("leaf", work: ms(5)),
        ])
        #expect(mesh.need(of: 0) == ms(50 + 100 + 200 + 400 + 100 + 60))
        #expect(mesh.need(of: 1) == ms(5) && mesh.need(of: 9) == .zero)
    }

    /// Balancer 25 s over a server of 20: database 5, API 10, 5 of its own.
    @Test func theExampleOfServerAndBalancer() {
        let mesh = TimeoutHierarchy([
            .init(
                "server", work: .seconds(5),
                steps: [.call(Edge(to: 1, timeout: .seconds(5))), .call(Edge(to: 2, timeout: .seconds(10)))]),
            .init("database", work: .seconds(1)), .init("api", work: .seconds(2)),
        ])
        #expect(mesh.need(of: 0) == .seconds(20))
        #expect(mesh.violations(from: "balancer", [Edge(to: 0, timeout: .seconds(24))]).isEmpty)
        let found = mesh.violations(from: "balancer", [Edge(to: 0, timeout: .seconds(23))])
        #expect(found.count == 1 && found[0].path == ["balancer", "server"] && found[0].longest == ["api"])
        #expect(found[0].limit == .seconds(23) && found[0].wanted == .seconds(24))
        #expect(
            found[0].explanation.detail
                == "balancer > server: an attempt has 23 s and should have 24 s, most of it for api")
    }

    @Test func theViolationIsReportedWithItsPath() {
        // The retry two levels down does not fit into the attempt of its caller's caller.
        let mesh = TimeoutHierarchy([
            .init("checkout", work: ms(20), steps: [.call(Edge(to: 1, timeout: ms(400)))]),
            .init(
                "payment", work: ms(20),
                steps: [.call(Edge(to: 2, timeout: ms(1_000), attempt: ms(300), attempts: 2, backoffs: ms(60)))]),
            .init("bank", work: ms(100)),
        ])
        let found = mesh.violations(from: "router", [Edge(to: 0, timeout: ms(1_000))])
        #expect(found.map(\.path) == [["router", "checkout", "payment"]])
        #expect(found[0].limit == ms(400) && found[0].wanted == ms(816) && found[0].longest == ["bank"])
    }

    @Test func theAttemptCountsNotTheWholeCall() {
        let mesh = TimeoutHierarchy([.init("a", work: ms(100))])
        #expect(mesh.violations(from: "r", [Edge(to: 0, timeout: ms(1_000), attempt: ms(119))]).count == 1)
        #expect(mesh.violations(from: "r", [Edge(to: 0, timeout: ms(1_000), attempt: ms(120))]).isEmpty)
    }

    @Test func aCircleIsNamedAndEnds() {
        let mesh = TimeoutHierarchy([
            .init("a", work: ms(1), steps: [.call(Edge(to: 1, timeout: ms(100)))]),
            .init("b", work: ms(1), steps: [.parallel([Edge(to: 0, timeout: ms(100))], within: nil)]),
        ])
        #expect(mesh.need(of: 0) == nil)
        let found = mesh.violations(from: "r", [Edge(to: 0, timeout: ms(100))])
        #expect(found.map(\.path) == [["r", "a", "b", "a"]] && found[0].isCircle)
        #expect(found[0].explanation.detail.hasPrefix("r > a > b > a leads back"))
    }

    @Test func eachEdgeIsReportedOnce() {
        // Two ways to the same service, whose one call is too short.
        let mesh = TimeoutHierarchy([
            .init("a", work: ms(1), steps: [.call(Edge(to: 2, timeout: ms(100)))]),
            .init("b", work: ms(1), steps: [.call(Edge(to: 2, timeout: ms(100)))]),
            .init("c", work: ms(1), steps: [.call(Edge(to: 3, timeout: ms(10)))]),
            .init("d", work: ms(50)),
        ])
        let found = mesh.violations(from: "r", [Edge(to: 0, timeout: ms(500)), Edge(to: 1, timeout: ms(500))])
        #expect(found.map(\.path) == [["r", "a", "c", "d"]])
    }
}
