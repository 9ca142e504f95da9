import Foundation
import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes
@testable import Wire

/// A cell that takes over its part of an evacuated region: the load is 3/2 of before, in virtual time.
@Suite struct EvacuationLoadTests {
    struct Outcome {
        var offered = PriorityCounts()
        var shed = PriorityCounts()
        var full: UInt64 = 0

        func share(_ priority: Priority) -> Double { Double(shed[priority]) / Double(max(1, offered[priority])) }
        var share: Double { Double(shed.total) / Double(offered.total) }
    }

    enum Arrivals: CaseIterable { case even, poisson }

    /// Calls of one pool without a queue, at so many times what its workers can do, for thirty times the time of one call.
    private func run(
        _ arrivals: Arrivals, load: Double, shares: SIMD4<Double>, workers: Int = 1000, seed: UInt64 = 7
    ) -> Outcome {
        let work = 100_000_000.0
        let cell = CellHarness(
            topology(
                services: [waiting("front", 100, pool: Pool(workers: workers))], shedding: SheddingThresholds()))
        var random = Generator(seed: seed, concern: "arrivals", node: 0)
        let gap = work / (load * Double(workers))
        var outcome = Outcome()
        var at = 0.0
        while at < work * 35 {
            at += arrivals == .even ? gap : -log(1 - random.unit()) * gap
            let now = Instant.zero + .nanoseconds(Int64(at))
            cell.run(until: now)
            cell.sink.replies.removeAll(keepingCapacity: true)
            var draw = random.unit()
            let priority =
                Priority.allCases.first {
                    draw -= shares[Int($0.rawValue)]
                    return draw < 0
                } ?? .low
            let number = cell.call("front", priority: priority, now: now)
            // The first calls fill the pool; what comes after them counts.
            guard at >= work * 5 else { continue }
            outcome.offered[priority] += 1
            guard let reply = cell.sink.replies.last, reply.head.request == number else { continue }
            if reply.head.status == Refusal.shed.rawValue {
                outcome.shed[priority] += 1
            } else {
                outcome.full += 1
            }
        }
        return outcome
    }

    /// As often as not requests differ in what they are worth.
    static let mix = SIMD4(0.1, 0.1, 0.6, 0.2)

    @Test func fromFortyFivePercentNothingIsShed() {
        let outcome = run(.even, load: 0.45 * 1.5, shares: Self.mix)
        #expect(outcome.shed.total == 0 && outcome.full == 0)
    }

    @Test(arguments: Arrivals.allCases) func fromFiftyPercentLowIsShedAndNothingElse(_ arrivals: Arrivals) {
        let outcome = run(arrivals, load: 0.5 * 1.5, shares: Self.mix)
        let forecast = ShedForecast(load: 0.75, shares: Self.mix)
        #expect(outcome.shed[.low] > 0 && outcome.shed.total == outcome.shed[.low] && outcome.full == 0)
        #expect(abs(outcome.share - forecast.share) < 0.02, "\(outcome.share), forecast \(forecast.share)")
    }

    @Test(arguments: Arrivals.allCases) func fromSeventyPercentNineteenPercentIsShedAndNothingCritical(
        _ arrivals: Arrivals
    ) {
        let mix = SIMD4(0.1, 0.1, 0.7, 0.1)
        let outcome = run(arrivals, load: 0.7 * 1.5, shares: mix)
        #expect(abs(outcome.share - 0.19) < 0.02, "\(outcome.share)")
        #expect(outcome.shed[.critical] == 0 && outcome.shed[.high] == 0 && outcome.full == 0)
        #expect(outcome.share(.low) > 0.98, "\(outcome.share(.low))")
        #expect(abs(outcome.share(.normal) - ShedForecast(load: 1.05, shares: mix).share(of: .normal)) < 0.03)
    }

    /// The control: without thresholds what comes first is served, and critical requests are refused like all others.
    @Test func withoutSheddingCriticalSuffersAsAllDo() {
        let cell = CellHarness(topology(services: [waiting("front", 100, pool: Pool(workers: 20))]))
        for number in 0..<21 { cell.call("front", priority: number < 20 ? .low : .critical) }
        #expect(cell.takeReplies().map(\.head.status) == [Refusal.overloaded.rawValue])
    }
}
