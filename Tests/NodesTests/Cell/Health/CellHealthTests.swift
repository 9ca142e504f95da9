import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes

/// What a cell finds when it looks at itself, and what it tells of it.
@Suite struct CellHealthTests {
    private func cell(_ services: [Topology.Service] = [waiting("front", 60_000, pool: Pool(workers: 2, queue: 10))])
        -> CellHarness
    {
        let cell = CellHarness(topology(services: services, store: nil))
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        return cell
    }

    /// As a driver does: whenever the node wants to be woken.
    private func run(_ cell: CellHarness, until end: Instant) {
        for _ in 0..<100_000 {
            let next = cell.node.nextDeadline()
            guard next <= end else { return }
            cell.node.wake(now: next, into: &cell.sink)
        }
        Issue.record("it wants to be woken all the time")
    }

    private func news(_ cell: CellHarness) -> [HealthNews] {
        cell.sink.events.compactMap { event -> HealthNews? in
            guard case .health(let news) = event else { return nil }
            return news
        }
    }

    @Test func aBusyProcessorIsNoReasonUnlessTheLoopIsLate() {
        let cell = cell()
        cell.node.load = LoadSignals(cpu: 1, loopLag: .milliseconds(1))
        run(cell, until: .at(10_000))
        #expect(cell.node.health.isReady && cell.swim.ownMetadata.state == .serving)
        #expect(news(cell) == [])
        cell.node.load = LoadSignals(cpu: 1, loopLag: .milliseconds(40))
        run(cell, until: .at(11_100))
        #expect(cell.node.health.isReady, "twice is not often enough")
        run(cell, until: .at(12_000))
        #expect(!cell.node.health.isReady && cell.node.health.score == 0)
        #expect(cell.swim.ownMetadata.state == .notReady)
        let failed = news(cell).contains {
            if case .probe(.readiness, false, let why) = $0 { why.contains("CPU") } else { false }
        }
        #expect(failed, "\(news(cell))")
        cell.node.load = LoadSignals()
        run(cell, until: .at(14_000))
        #expect(cell.node.health.isReady && cell.swim.ownMetadata.state == .serving)
        #expect(cell.node.health.counters[.readiness].failed >= 3)
    }

    /// The loop that is as good as dead, and a pool that frees nobody.
    @Test func aStalledPoolIsLifelessAfterHalfAMinute() {
        let cell = cell()
        for _ in 0..<2 { cell.call("front") }
        run(cell, until: .at(25_000))
        #expect(cell.node.health.whyLifeless == nil)
        run(cell, until: .at(40_000))
        #expect(cell.node.health.whyLifeless?.contains("pool stalled") == true)
        run(cell, until: .at(70_000))
        #expect(cell.node.health.whyLifeless == nil, "both have ended")
    }

    @Test func healthGoesDownStepByStepAndUpAgain() {
        let cell = cell()
        cell.node.load = LoadSignals(cpu: 1, loopLag: .milliseconds(40))
        run(cell, until: .at(30_000))
        cell.node.load = LoadSignals()
        run(cell, until: .at(60_000))
        let states = news(cell).compactMap { news -> HealthState? in
            guard case .state(let state, _, _) = news else { return nil }
            return state
        }
        #expect(states == [.degraded, .unhealthy, .critical, .unhealthy, .degraded, .healthy])
    }

    @Test func theScoreIsTheShareOfWhatWentWell() {
        var health = CellHealth(probes: .local, adaptive: nil)
        health.begin(now: .zero)
        #expect(health.report().score == 1)
        _ = health.served(counts: .init(calls: 40, ok: 30, bad: 10), now: .zero)
        #expect(health.report().score == 0.75)
        _ = health.served(counts: .init(calls: 1_000_041, ok: 1_000_030, bad: 11), now: .zero)
        #expect(health.report().score == 0.99, "one among a million is seen")
        health.look(HealthSignals(load: LoadSignals(cpu: 0.9, loopLag: .milliseconds(20))), now: .zero) { _ in }
        #expect(abs(health.report().score - 0.5) < 0.001, "half of what is left is used")
    }

    @Test func withoutThePolicyItIsReadyAndLooksNot() {
        var health = CellHealth(probes: nil, adaptive: nil)
        health.begin(now: .zero)
        #expect(health.nextLook == .distantFuture)
        health.look(HealthSignals(store: false), now: .zero) { _ in Issue.record("it told something") }
        #expect(health.isReady && health.report().probes.isEmpty)
    }
}
