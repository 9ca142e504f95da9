import MeshBase
import Testing

@testable import Resilience

@Suite struct ComparisonTests {
    let t0 = Instant.zero + .hours(1)

    // MARK: Arms

    @Test(arguments: [0.0, 0.1, 0.5, 0.9, 1.0])
    func aCustomerIsInOneArmByTheShare(_ share: Double) {
        let setting = ComparisonEntry(a: .minor, b: .moderate, share: share, seed: 5)
        let inB = (0..<20_000).count { setting.arm(of: CustomerHash("c\($0)")) == .b }
        let interval = WilsonInterval(count: UInt64(inB), of: 20_000, deviations: 4)
        #expect(interval.low <= share && share <= interval.high)
        #expect(share != 0 || inB == 0)
        #expect(share != 1 || inB == 20_000)
    }

    @Test func anotherSeedDividesOtherwiseAndTheHashItselfDoesNot() {
        let first = ComparisonEntry(a: .minor, b: .minor, seed: 1)
        let second = ComparisonEntry(a: .minor, b: .minor, seed: 2)
        let customers = (0..<10_000).map { CustomerHash("c\($0)") }
        let same = customers.count { first.arm(of: $0) == second.arm(of: $0) }
        #expect(same > 4_700 && same < 5_300)
        // Placement goes by ranges of the hash: half of each range is in each arm.
        let low = customers.filter { $0.rawValue < 1 << 62 }
        let inB = low.count { first.arm(of: $0) == .b }
        #expect(Double(inB) / Double(low.count) > 0.45 && Double(inB) / Double(low.count) < 0.55)
        #expect(first.level(of: .b) == LevelEntry(.minor))
        #expect(ComparisonEntry(a: .minor, b: .minor, share: .nan).share == 0)
    }

    // MARK: Tally

    @Test func theSampleIsBoundedAndIsOfTheLeastHashesInAnyOrder() {
        let names = (0..<500).map { CustomerHash("c\($0)") }
        var forward = ComparisonTally(most: 50)
        var backward = ComparisonTally(most: 50)
        for round in 0..<3 {
            let now = t0 + .seconds(Int64(round))
            for name in names { forward.record(name, ok: true, quality: 1, took: .zero, now: now) }
            for name in names.reversed() { backward.record(name, ok: true, quality: 1, took: .zero, now: now) }
        }
        #expect(forward.count == 50 && forward.requests == 1_500)
        #expect(Set(forward.customers.keys) == Set(backward.customers.keys))
        #expect(forward.customers.values.allSatisfy { $0.requests == 3 })
    }

    @Test func whoStopsForFiveTimesTheirMeanGapHasLeft() {
        func customer(_ times: [Int64], now: Int64) -> Bool? {
            var customer = ComparisonTally.Customer(first: t0 + .seconds(times[0]), last: t0 + .seconds(times[0]))
            for time in times { customer.add(ok: true, quality: 1, took: .zero, now: t0 + .seconds(time)) }
            return customer.isAbandoned(now: t0 + .seconds(now))
        }
        // A mean gap of 2 s: ten seconds after the last they are still there.
        #expect(customer([0, 1, 4], now: 14) == false)
        #expect(customer([0, 1, 4], now: 15) == true)
        #expect(customer([0, 1], now: 1_000) == nil)
        #expect(customer([3, 3, 3], now: 1_000) == nil)
    }

    // MARK: Intervals

    private func tally(
        _ customers: Int, success: Double, requests: Int = 1, prefix: String = "c", took: Int64 = 10,
        _ generator: inout Generator
    ) -> ComparisonTally {
        var tally = ComparisonTally()
        for customer in 0..<customers {
            for request in 0..<requests {
                tally.record(
                    CustomerHash("\(prefix)\(customer)"), ok: generator.chance(success), quality: 0.5,
                    took: .milliseconds(took + Int64(generator.below(5))), now: t0 + .seconds(Int64(request)))
            }
        }
        return tally
    }

    /// With one request a customer, the bootstrap is the normal interval p +- 1.96 sqrt(p (1 - p) / n).
    @Test func theIntervalIsTheNormalOneWhereThatIsKnown() throws {
        var generator = Generator(seed: 33, concern: "comparison")
        let a = tally(2_000, success: 0.8, &generator)
        let report = ComparisonReport(a: a, b: a, now: t0, draws: 2_000, using: &generator)
        let p = try #require(report.a.figures.success.value)
        let half = 1.96 * (p * (1 - p) / 2_000).squareRoot()
        let low = try #require(report.a.figures.success.low)
        let high = try #require(report.a.figures.success.high)
        #expect(abs(low - (p - half)) < 0.2 * half && abs(high - (p + half)) < 0.2 * half)
        #expect(report.different.isEmpty)
        // All alike: the score interval of so many customers.
        let quality = report.a.figures.quality
        #expect(quality.value == 0.5 && abs((quality.low ?? 0) - 0.478) < 0.001)
    }

    /// Requests of one customer are alike: drawn one by one the interval would be a third as wide.
    @Test func customersAreDrawnWhole() throws {
        var generator = Generator(seed: 34, concern: "comparison")
        var alike = ComparisonTally()
        for customer in 0..<400 {
            let ok = generator.chance(0.5)
            for request in 0..<9 {
                alike.record(
                    CustomerHash("c\(customer)"), ok: ok, quality: 1, took: .zero, now: t0 + .seconds(Int64(request)))
            }
        }
        let report = ComparisonReport(a: alike, b: alike, now: t0, using: &generator)
        let estimate = report.a.figures.success
        let half = (try #require(estimate.high) - #require(estimate.low)) / 2
        #expect(abs(half - 1.96 * (0.25 / 400).squareRoot()) < 0.01)
    }

    @Test func aDifferenceIsFoundAndNoneIsRarelyFound() {
        let seed: UInt64 = 35
        var found = 0
        for run in 0..<60 {
            var generator = Generator(seed: seed, concern: "comparison", node: UInt64(run))
            let a = tally(100, success: 0.9, requests: 4, &generator)
            let b = tally(100, success: 0.9, requests: 4, prefix: "d", &generator)
            let report = ComparisonReport(a: a, b: b, now: t0, draws: 200, using: &generator)
            if report.different.contains("success") { found += 1 }
            let worse = tally(100, success: 0.7, requests: 4, prefix: "e", took: 40, &generator)
            let other = ComparisonReport(a: a, b: worse, now: t0, draws: 200, using: &generator)
            #expect(
                other.different.contains("success") && other.different.contains("p99_ms"), "seed \(seed), run \(run)")
            #expect((other.difference.success.high ?? 1) < 0 && (other.difference.p99.low ?? 0) > 20)
        }
        // Five in a hundred are expected; 12 of 60 would come once in ten thousand times.
        #expect(found < 12, "seed \(seed): \(found)")
    }

    @Test func abandonmentIsComparedToo() {
        var generator = Generator(seed: 36, concern: "comparison")
        var stays = ComparisonTally()
        var leaves = ComparisonTally()
        for customer in 0..<100 {
            for second in 0..<30 {
                let hash = CustomerHash("c\(customer)")
                let now = t0 + .seconds(Int64(second))
                stays.record(hash, ok: true, quality: 1, took: .zero, now: now)
                if customer % 2 == 0 || second < 5 { leaves.record(hash, ok: true, quality: 1, took: .zero, now: now) }
            }
        }
        let report = ComparisonReport(a: stays, b: leaves, now: t0 + .seconds(30), using: &generator)
        #expect(report.a.figures.abandonment.value == 0 && report.b.figures.abandonment.value == 0.5)
        #expect(report.different == ["abandonment"])
    }

    @Test func theSameSeedGivesTheSameReportAndNothingGivesNone() {
        var generator = Generator(seed: 1, concern: "comparison")
        let a = tally(50, success: 0.9, &generator)
        var first = Generator(seed: 2)
        var second = Generator(seed: 2)
        #expect(
            ComparisonReport(a: a, b: a, now: t0, using: &first)
                == ComparisonReport(a: a, b: a, now: t0, using: &second))
        let none = ComparisonReport(a: ComparisonTally(), b: a, now: t0, using: &first)
        #expect(none.a.figures.success.value == nil && none.different.isEmpty && none.difference.p99.value == nil)
        #expect(none.b.figures.success.low != nil)
    }

    /// A few customers who all fared alike are no proof that all do.
    @Test func aSampleWithoutSpreadIsNotCertain() throws {
        var generator = Generator(seed: 37, concern: "comparison")
        let many = tally(500, success: 0.98, requests: 4, &generator)
        let few = tally(19, success: 1, requests: 2, prefix: "d", took: 40, &generator)
        let report = ComparisonReport(a: many, b: few, now: t0, using: &generator)
        let success = report.b.figures.success
        let low = try #require(success.low)
        #expect(success.value == 1 && success.high == 1 && abs(low - 0.832) < 0.001)
        #expect(report.b.figures.p99.value != nil && report.b.figures.p99.low == nil, "of 38 requests")
        #expect(report.different.isEmpty)
        // Two groups of which everybody fared alike, and differently, differ.
        let none = tally(100, success: 0, prefix: "e", &generator)
        let all = tally(100, success: 1, prefix: "f", &generator)
        #expect(ComparisonReport(a: all, b: none, now: t0, using: &generator).different == ["success"])
    }
}
