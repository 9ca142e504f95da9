import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes

/// Services that fail, and the state of the cell that they are in: the worst one weighs, and is named.
@Suite struct ServiceStateTests {
    private func cell(_ services: [Topology.Service]) -> CellHarness {
        let cell = CellHarness(topology(services: services, store: nil))
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        return cell
    }

    /// As a driver does, with so many calls of each service every 100 ms.
    private func run(_ cell: CellHarness, _ calls: [(String, Int)] = [], from: Int, until end: Int) {
        for step in stride(from: from, to: end, by: 100) {
            let now = Instant.at(Int64(step))
            while cell.node.nextDeadline() <= now {
                let next = cell.node.nextDeadline()
                cell.node.wake(now: next, into: &cell.sink)
            }
            for (service, count) in calls {
                for _ in 0..<count { cell.call(service, priority: .critical, now: now) }
            }
        }
    }

    private func told(_ cell: CellHarness) -> [(state: HealthState, why: String)] {
        cell.sink.events.compactMap { event in
            guard case .health(.state(let state, _, let why)) = event else { return nil }
            return (state, why)
        }
    }

    @Test func aServiceThatFailsIsNotHiddenByOthers() {
        let cell = cell([waiting("front", 0), waiting("pay", 0, errors: 1)])
        run(cell, [("front", 40), ("pay", 1)], from: 0, until: 20_000)
        let health = cell.node.health
        #expect(health.state == .critical && health.score == 0)
        #expect(health.detail == "service pay: 0 of 100 went well, pressure 0")
        #expect(health.needed == ["service pay: 0 of 100 went well"])
        #expect(health.services.map(\.name) == ["front", "pay"] && health.services.map(\.score) == [1, 0])
        #expect(told(cell).map(\.state) == [.degraded, .unhealthy, .critical])
        let whys = told(cell).map(\.why)
        #expect(whys.allSatisfy { $0.hasPrefix("service pay: ") && $0.hasSuffix(" went well") }, "\(whys)")
        // It is no reason to ask other cells first: what fails here may fail everywhere.
        #expect(health.isReady && cell.swim.ownMetadata.state == .serving)
    }

    @Test func theCauseIsNamedBeforeWhoSuffersByIt() {
        let cell = cell([
            waiting("front", 0, calls: [Topology.Edge(to: 1)]), waiting("back", 0, errors: 1), waiting("other", 0),
        ])
        run(cell, [("front", 5), ("other", 50)], from: 0, until: 10_000)
        let health = cell.node.health
        #expect(health.needed.first?.hasPrefix("service back: ") == true, "\(health.needed)")
        #expect(health.services.filter(\.isFailing).map(\.name) == ["front", "back"])
        #expect(health.state > .degraded && health.isReady)
    }

    @Test func theLesserOfWhatCallersGotAndWhatIsItsOwnCounts() throws {
        var scores = ServiceScores(2)
        var slow = HealthScore()
        for _ in 0..<20 { slow.record(false) }
        // A callee that hangs ends no call by itself: its callers give up.
        _ = scores.take(0, .init(calls: 20, ok: 0, bad: 0), own: slow, now: .at(1))
        _ = scores.take(1, .init(calls: 20, ok: 0, bad: 20), own: HealthScore(), now: .at(1))
        #expect(scores.all.map(\.success) == [0, 0] && scores.all.map(\.count) == [20, 20])
        #expect(try #require(scores.worst).service == 0, "the cause, not who suffers by it")
        let early = scores.take(0, .init(calls: 20, ok: 0, bad: 0), own: slow, now: .at(59_000))
        let late = scores.take(0, .init(calls: 20, ok: 0, bad: 0), own: slow, now: .at(60_002))
        #expect(early == nil && late == 0)
        #expect(scores.all[0].success == 1)
    }

    @Test func aFewCallsAfterAFaultDoNotKeepItsFailuresForLonger() {
        var scores = ServiceScores(1)
        var counts = ServiceScores.Counts(calls: 0, ok: 0, bad: 0)
        var own = HealthScore()
        func second(_ now: Int, ok: UInt64 = 0, bad: UInt64 = 0) {
            (counts.calls, counts.ok, counts.bad) = (counts.calls + ok + bad, counts.ok + ok, counts.bad + bad)
            for _ in 0..<ok { own.record(true) }
            for _ in 0..<bad { own.record(false) }
            if let young = scores.take(0, counts, own: own, now: .at(Int64(now) * 1_000)) { own.keep(newest: young) }
        }
        for now in 0..<20 { second(now, bad: 5) }
        #expect(scores.all[0].success == 0)
        // One call in ten seconds: a hundred of them take a quarter of an hour.
        for now in 20..<60 { second(now, ok: now % 10 == 0 ? 1 : 0) }
        #expect(scores.all[0].success < 0.2 && own.success < 0.2)
        for now in 60..<86 { second(now, ok: now % 10 == 0 ? 1 : 0) }
        #expect(scores.all[0].success == 1 && own.success == 1, "\(scores.all[0])")
        #expect(scores.all[0].count > 0, "what was called since counts on")
    }

    @Test func withoutCallsFailuresGrowOldOneAfterTheOther() {
        let cell = cell([waiting("front", 0, errors: 1)])
        run(cell, [("front", 1)], from: 0, until: 5_000)
        run(cell, from: 5_000, until: 62_000)
        #expect(cell.node.health.state > .healthy)
        run(cell, from: 62_000, until: 80_000)
        #expect(cell.node.health.state == .healthy && cell.node.health.services.map(\.count) == [0])
    }

    @Test func oneFailureIsNone() {
        let cell = cell([waiting("front", 0, errors: 1)])
        run(cell, from: 0, until: 1_000)
        cell.call("front", priority: .critical, now: .at(1_000))
        run(cell, from: 1_000, until: 8_000)
        #expect(cell.node.health.score == 0.9 && cell.node.health.state == .healthy && told(cell).isEmpty)
        #expect(cell.node.health.needed.isEmpty)
    }

    @Test func halfOfTheCallsLeadNoDeeperThanUnhealthy() {
        let cell = cell([waiting("front", 0, errors: 0.6)])
        run(cell, [("front", 10)], from: 0, until: 30_000)
        #expect(told(cell).map(\.state) == [.degraded, .unhealthy])
    }

    @Test func whatNobodyCallsForAMinuteIsForgotten() {
        let cell = cell([waiting("front", 0, errors: 1)])
        run(cell, [("front", 10)], from: 0, until: 10_000)
        run(cell, from: 10_000, until: 65_000)
        #expect(cell.node.health.state == .critical, "that nobody calls it mends nothing")
        run(cell, from: 65_000, until: 85_000)
        #expect(cell.node.health.state == .healthy && cell.node.health.score == 1)
        #expect(told(cell).last?.why == "well")
    }

    @Test func errorsOfClientsAreNone() {
        var counters = ServiceCounters()
        for outcome in [ServiceOutcome.answered(404), .answered(500), .faulted(418), .shed(.low), .cancelled, .givenUp]
        {
            counters.calls += 1
            counters.count(outcome)
        }
        #expect(counters.failed == 3)
        #expect(counters.health == ServiceScores.Counts(calls: 6, ok: 2, bad: 1))
    }
}
