import MeshBase
import Testing

@testable import Resilience

/// What implementations of breakers agree on (resilience4j, Polly, Linkerd).
@Suite struct BreakerConformanceTests {
    @Test func conformance01ShareIsUndefinedBelowTheVolume() {
        var bench = BreakerBench(BreakerBench.plain())
        bench.run("FFFS")
        #expect(bench.state == .closed)
        bench.run("S")
        #expect(bench.state == .open)
        #expect(bench.changes.map(\.failureRate) == [0.6])
        #expect(bench.changes[0].volume == 5 && bench.changes[0].cause == .failureRate)
        bench.run("S")
        #expect(bench.refused == 1)
    }

    @Test func conformance02SlowCallsOpen() {
        var bench = BreakerBench(BreakerBench.plain(slowAfter: .seconds(4)))
        for slow in [true, true, false, false] { bench.run("S", taking: .seconds(slow ? 5 : 1)) }
        #expect(bench.state == .closed)
        bench.run("S", taking: .seconds(5))
        #expect(bench.state == .open)
        #expect(bench.changes.last?.slowRate == 0.6 && bench.changes.last?.cause == .slowRate)
    }

    @Test func conformance03HalfOpenOnceTheTimeIsOver() {
        var bench = BreakerBench(BreakerBench.plain(open: .seconds(5)))
        bench.run("FFFFF")
        bench.now = .zero + .seconds(3)
        #expect(bench.ask() == nil)
        bench.now = .zero + .seconds(6)
        #expect(bench.ask() != nil)
        #expect(bench.state == .halfOpen)
        #expect(bench.breaker.rates(bench.policy, now: bench.now) == (0, 0, 0))
    }

    @Test func conformance04TheTimeOpenGrows() {
        var bench = BreakerBench(BreakerBench.plain(open: .seconds(5), growth: .factor(1.5), reopen: .first))
        bench.becomeReadyForProbes()
        bench.run("F")
        #expect(bench.state == .open)
        let second = bench.now
        bench.now = second + .seconds(6)
        #expect(bench.ask() == nil)
        bench.now = second + .seconds(11)
        #expect(bench.ask() != nil)
        #expect(bench.changes[2].until - second == .milliseconds(7500))
    }

    @Test func conformance05ProbesAreFewAndAPermitComesBack() {
        var bench = BreakerBench(BreakerBench.plain(halfOpen: 4))
        bench.becomeReadyForProbes()
        var permits = (0..<4).compactMap { _ in bench.ask() }
        #expect(permits.count == 4)
        #expect(bench.ask() == nil)
        bench.breaker.giveBack(permits.removeLast())
        let again = bench.ask()
        #expect(again != nil)
        permits.append(again!)
        for (permit, mark) in zip(permits, [Mark.failure, .failure, .success, .failure]) {
            #expect(bench.state == .halfOpen)
            bench.end(permit, mark)
        }
        #expect(bench.state == .open)
        #expect(bench.changes.last?.failureRate == 0.75)
    }

    @Test func conformance06IgnoredProbesDecideNothing() {
        var bench = BreakerBench(BreakerBench.plain(halfOpen: 4))
        bench.becomeReadyForProbes()
        bench.run("SSSI")
        #expect(bench.state == .halfOpen)
        bench.run("F")
        #expect(bench.state == .closed)
        #expect(bench.changes.last?.failureRate == 0.25)
    }

    @Test func conformance07ForcedOpenStaysAndMetricsOnlyTellsOnce() {
        var bench = BreakerBench(BreakerBench.plain())
        #expect(bench.breaker.force(.forcedOpen, bench.policy, now: bench.now) != nil)
        bench.now = .zero + .seconds(6)
        #expect(bench.ask() == nil)
        #expect(bench.breaker.force(.forcedOpen, bench.policy, now: bench.now) == nil)
        #expect(bench.breaker.force(.metricsOnly, bench.policy, now: bench.now)?.to == .metricsOnly)
        bench.run("FFFSS FF")
        #expect(bench.state == .metricsOnly)
        #expect(bench.changes.count == 1)
        #expect(bench.changes[0].failureRate == 0.6 && bench.changes[0].to == .metricsOnly)
    }

    @Test func conformance08InARowIsInARow() {
        var bench = BreakerBench(BreakerBench.plain(kind: .consecutive, consecutive: 3))
        bench.run("FSFF")
        #expect(bench.state == .closed)
        bench.run("F")
        #expect(bench.state == .open)
        var policy = BreakerBench.plain(window: .calls(4), volume: 4)
        policy.failureRate = 0.75
        var ratio = BreakerBench(policy)
        ratio.run(String(repeating: "SF", count: 20))
        #expect(ratio.state == .closed && ratio.changes.isEmpty)
        ratio.run("FF")
        #expect(ratio.state == .open)
    }

    @Test(arguments: [TimeAmount.nanoseconds(200_000), .seconds(1)])
    func conformance09FiveFailuresOpenHoweverTheyAreSpread(every: TimeAmount) {
        var bench = BreakerBench(BreakerBench.plain(window: .time(.seconds(10))))
        bench.run("FFFF", every: every)
        #expect(bench.state == .closed)
        bench.run("F", every: every)
        #expect(bench.state == .open)
    }

    @Test func conformance10ALateSuccessWhileOpenIsIgnored() {
        var bench = BreakerBench(
            BreakerBench.plain(
                kind: .consecutive, consecutive: 2, open: .seconds(1), growth: .factor(2), halfOpen: 1, reopen: .first))
        let late = bench.ask()!
        bench.run("FF")
        #expect(bench.state == .open)
        bench.now = .zero + .seconds(1)
        bench.run("F")
        #expect(bench.state == .open && bench.changes.last!.until - bench.now == .seconds(2))
        bench.end(late, .success)
        #expect(bench.state == .open)
        bench.now = .zero + .milliseconds(2999)
        #expect(bench.ask() == nil)
        bench.now = .zero + .seconds(3)
        bench.run("S")
        #expect(bench.state == .closed)
    }

    /// A breaker around all attempts of a call sees one failure, whatever they were.
    @Test func conformance12ABreakerAroundRetryRecordsOneFailure() {
        var bench = BreakerBench(BreakerBench.plain())
        let call = bench.ask()!
        bench.end(call, .failure)
        #expect(bench.breaker.rates(bench.policy, now: bench.now) == (1, 0, 1))
        // And one within, which opens by the first, lets one of three attempts through.
        var inner = BreakerBench(BreakerBench.plain(kind: .consecutive, consecutive: 1))
        var executed = 0
        for _ in 0..<3 {
            guard let permit = inner.ask() else { continue }
            executed += 1
            inner.end(permit, .failure)
        }
        #expect(executed == 1 && inner.refused == 2)
    }
}
