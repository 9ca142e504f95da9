import MeshBase
import Testing

@testable import Resilience

@Suite struct BreakerInfluenceTests {
    static let hour = Instant.zero + .seconds(3600)

    static func influenced(_ impact: Double, volume: Int = 65_535) -> BreakerBench {
        var bench = BreakerBench(BreakerBench.plain(window: .time(.seconds(3600)), volume: volume))
        if let change = bench.breaker.influence(impact, until: hour, bench.policy, now: bench.now) {
            bench.changes.append(change)
        }
        return bench
    }

    /// A fifth is critical, a tenth high, half normal, a fifth low: all of low goes, a tenth of normal, no others.
    @Test func aQuarterIsHeldBackTheLowestFirst() {
        var bench = Self.influenced(0.5)
        var asked = [0, 0, 0, 0]
        var refused = [0, 0, 0, 0]
        for i in 0..<20_000 {
            let rank = [0, 2, 3, 2, 1, 0, 2, 3, 2, 2][i % 10]
            asked[rank] += 1
            if bench.ask(Priority(rawValue: UInt8(rank))!) == nil { refused[rank] += 1 }
        }
        #expect(refused[0] == 0 && refused[1] == 0)
        #expect(Double(refused[3]) / Double(asked[3]) > 0.99)
        #expect(abs(Double(refused[2]) / Double(asked[2]) - 0.1) < 0.015)
        #expect(abs(Double(bench.refused) / 20_000 - 0.25) < 0.01)
        #expect(bench.state == .closed && bench.changes.map(\.cause) == [.influenced])
    }

    @Test func criticalIsNeverHeldBack() {
        var bench = Self.influenced(0.5)
        for _ in 0..<1000 { _ = bench.ask(.critical) }
        #expect(bench.refused == 0)
    }

    @Test func whoAsksWhyIsToldTheCause() {
        var bench = BreakerBench(BreakerBench.plain(window: .time(.seconds(3600)), volume: 10))
        #expect(bench.breaker.influencedBy(now: bench.now) == nil)
        _ = bench.breaker.influence(0.5, until: Self.hour, bench.policy, now: bench.now)
        #expect(bench.breaker.influencedBy(now: bench.now) == nil, "nobody has said")
        _ = bench.breaker.influence(0.5, by: 7, until: Self.hour, bench.policy, now: bench.now)
        #expect(bench.breaker.influencedBy(now: bench.now) == 7)
        #expect(
            bench.breaker.explanation(bench.policy, cause: "ledger", now: bench.now).detail.hasPrefix(
                "closed, influenced by ledger: 75 % admitted"))
        #expect(bench.breaker.influencedBy(now: Self.hour) == nil)
        _ = bench.breaker.influence(0, until: .zero, bench.policy, now: bench.now)
        #expect(bench.breaker.influencedBy(now: bench.now) == nil)
    }

    @Test func aVolumeOfGoodResultsEndsIt() {
        var bench = Self.influenced(0.5, volume: 10)
        for _ in 0..<100 where bench.breaker.isInfluenced(now: bench.now) { bench.run("S") }
        #expect(bench.breaker.rates(bench.policy, now: bench.now).volume == 10)
        #expect(bench.changes.map(\.cause) == [.influenced, .released])
    }

    @Test func aVolumeOfBadResultsOpens() {
        var bench = Self.influenced(0.5, volume: 10)
        while bench.state == .closed { bench.run("F") }
        #expect(bench.changes.map(\.cause) == [.influenced, .failureRate])
        #expect(!bench.breaker.isInfluenced(now: bench.now))
    }

    @Test func whatWasCountedBeforeDecidesNothing() {
        var bench = BreakerBench(BreakerBench.plain(volume: 10))
        bench.run("FFFFFFFFF")
        #expect(bench.breaker.influence(0.5, until: Self.hour, bench.policy, now: bench.now)?.volume == 9)
        for _ in 0..<5 { if let permit = bench.askUntilPermitted() { bench.end(permit, .failure) } }
        #expect(bench.state == .closed)
    }

    /// At distance 2 the impact is 1/3: 0.5 / (1 + 2/3) = 0.3.
    @Test func fromFurtherAwayTheThresholdSinks() {
        var bench = Self.influenced(BreakerCoordination.impact(distance: 2), volume: 10)
        #expect(abs(bench.breaker.threshold(bench.policy) - 0.3) < 1e-6)
        bench.run("FFFSSSSSS")
        #expect(bench.state == .closed && bench.refused == 0)
        bench.run("S")
        #expect(bench.state == .open)
    }

    @Test func itEndsWithItsCauseOrItsTime() {
        var told = Self.influenced(0.5)
        #expect(told.breaker.influence(0, until: .zero, told.policy, now: told.now)?.cause == .released)
        #expect(told.breaker.influence(0, until: .zero, told.policy, now: told.now) == nil)
        var unheard = Self.influenced(0.5)
        unheard.now = Self.hour
        #expect(unheard.ask(.low) != nil)
        #expect(unheard.changes.map(\.cause) == [.influenced, .released])
    }

    @Test func theSameInfluenceAgainIsNoEvent() {
        var bench = Self.influenced(0.5)
        #expect(bench.breaker.influence(0.5, until: Self.hour, bench.policy, now: bench.now) == nil)
        var far = Self.influenced(0.25)
        #expect(far.breaker.influence(0.5, until: Self.hour, far.policy, now: far.now)?.cause == .influenced)
        bench.policy.coordinate = false
        var deaf = BreakerBench(bench.policy)
        #expect(deaf.breaker.influence(0.5, until: Self.hour, deaf.policy, now: deaf.now) == nil)
        #expect(deaf.breaker.influence(now: deaf.now) == 0)
    }

    // MARK: Who hears of it

    /// 0 calls 1 calls 2 calls 3, 4 calls 3; 5 calls 3 without needing it.
    static let edges = [(caller: 0, callee: 1), (caller: 1, callee: 2), (caller: 2, callee: 3), (caller: 4, callee: 3)]

    @Test func callersHearOfItByDistance() {
        var mesh = BreakerCoordination(services: 6, coreEdges: Self.edges)
        let heard = mesh.opened(3, until: Self.hour)
        #expect(heard.map(\.service) == [0, 1, 2, 4])
        #expect(heard.map(\.impact) == [0.25, 1.0 / 3, 0.5, 0.5])
        #expect(heard.allSatisfy { $0.cause == 3 && $0.until == Self.hour })
        #expect(mesh.influence(on: 5) == nil && mesh.influence(on: 3) == nil)
        #expect(mesh.opened(3, until: Self.hour).isEmpty)
    }

    @Test func theNearestCauseHoldsAndEndsAlone() {
        var mesh = BreakerCoordination(services: 6, coreEdges: Self.edges)
        _ = mesh.opened(3, until: Self.hour)
        #expect(mesh.opened(1, until: Self.hour).map(\.service) == [0])
        #expect(mesh.influence(on: 0)?.impact == 0.5)
        #expect(mesh.ended(1) == [.init(service: 0, impact: 0.25, until: Self.hour, cause: 3)])
        #expect(mesh.ended(3).map(\.impact) == [0, 0, 0, 0])
        #expect(mesh.ended(3).isEmpty)
    }

    @Test func aCircleOfCallsEnds() {
        var mesh = BreakerCoordination(
            services: 3, coreEdges: [(caller: 0, callee: 1), (caller: 1, callee: 2), (caller: 2, callee: 0), (9, 9)])
        #expect(mesh.opened(0, until: Self.hour).map(\.impact) == [1.0 / 3, 0.5])
    }
}
