import MeshBase
import Testing
import Topology
import Wire

@testable import LoadGenerator

@Suite struct ScheduleTests {
    private func instants(
        rate: Double, seconds: Int64, _ arrivals: LoadConfiguration.Arrivals, seed: UInt64 = 1
    ) -> [Instant] {
        var schedule = ArrivalSchedule(rate: rate, duration: .seconds(seconds), arrivals: arrivals, seed: seed)
        #expect(schedule.next == nil)
        schedule.begin(at: Instant(nanoseconds: 5_000))
        var instants: [Instant] = []
        while let next = schedule.next {
            instants.append(next)
            schedule.advance()
        }
        return instants
    }

    @Test func uniformArrivalsAreEvenAndDoNotDrift() {
        let instants = instants(rate: 3, seconds: 1000, .uniform)
        #expect(instants.count == 3000)
        #expect(instants[0] == Instant(nanoseconds: 5_000))
        #expect(instants[2999].nanoseconds - 5_000 == 999_666_666_666)
        #expect(
            zip(instants, instants.dropFirst()).allSatisfy {
                (333_333_332...333_333_334).contains(($1 - $0).nanoseconds)
            })
    }

    @Test func poissonArrivalsHaveTheirMeanAndVariance() {
        let seed: UInt64 = 7
        let instants = instants(rate: 1000, seconds: 100, .poisson, seed: seed)
        #expect(abs(Double(instants.count) - 100_000) < 4 * 100_000.0.squareRoot(), "seed \(seed)")
        let gaps = zip(instants, instants.dropFirst()).map { ($1 - $0).seconds }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
        // An exponential distribution's deviation is its mean.
        #expect(abs(variance.squareRoot() / mean - 1) < 0.03, "seed \(seed)")
        #expect(instants.allSatisfy { $0.nanoseconds - 5_000 < 100_000_000_000 })
        #expect(self.instants(rate: 1000, seconds: 100, .poisson, seed: seed) == instants)
    }

    @Test func anEndedScheduleGivesNoMore() {
        var schedule = ArrivalSchedule(rate: 10, duration: .seconds(10), arrivals: .uniform, seed: 1)
        schedule.begin(at: .zero)
        schedule.advance()
        schedule.end()
        #expect(schedule.next == nil)
    }

    @Test func requestsFollowTheMix() throws {
        let seed: UInt64 = 11
        var configuration = LoadConfiguration(rate: 1, duration: .seconds(1), customers: 50)
        configuration.seed = seed
        configuration.services = ["a", "b"]
        configuration.keys = 3
        configuration.priorities = try PriorityMix("critical=10%,low=90%")
        var source = RequestSource(configuration)
        var kinds = [0, 0, 0, 0]
        var priorities = [0, 0, 0, 0]
        for _ in 0..<100_000 {
            let request = source.next(intended: .zero)
            kinds[Int(request.kind.rawValue)] += 1
            priorities[Int(request.priority.rawValue)] += 1
            #expect((1...50).contains(request.customer))
            #expect(request.kind == .service ? request.item < 2 : (1...3).contains(request.item))
        }
        #expect(abs(kinds[0] - 60_000) < 1000 && abs(kinds[1] - 30_000) < 1000, "seed \(seed): \(kinds)")
        #expect(abs(priorities[0] - 10_000) < 700, "seed \(seed): \(priorities)")
        #expect(priorities[1] == 0 && priorities[2] == 0)
    }

    @Test func aMixWithoutServicesNeverAsksForOne() {
        var configuration = LoadConfiguration(rate: 1, duration: .seconds(1))
        configuration.mix = .recordsOnly
        var source = RequestSource(configuration)
        for _ in 0..<100_000 where source.next(intended: .zero).kind == .service { Issue.record("asked for a service") }
    }
}
