import MeshBase
import Testing

@Suite struct OrderIntervalTests {
    @Test func theMedianOfAHundredLiesBetweenTheKnownRanks() {
        // Tables give 41 and 60 for 95 % on both sides.
        let interval = OrderInterval(quantile: 0.5, of: 100, deviations: 1.96)
        #expect(interval.low == 40 && interval.high == 60 && interval.middle == 50)
    }

    @Test func tooFewSamplesHaveNoUpperEnd() throws {
        let few = OrderInterval(quantile: 0.99, of: 100, deviations: 1.645)
        #expect(few.high == nil && few.middle == 99 && few.low == 97)
        let needed = try #require(OrderInterval.needed(quantile: 0.99, deviations: 1.645))
        for samples in needed..<needed + 300 {
            #expect(OrderInterval(quantile: 0.99, of: samples, deviations: 1.645).high != nil, "\(samples)")
        }
        #expect(OrderInterval(quantile: 0.99, of: needed / 2, deviations: 1.645).high == nil)
        #expect((300...500).contains(needed))
        #expect(OrderInterval(quantile: 0.01, of: 10, deviations: 1.645).low == nil)
        #expect(OrderInterval.needed(quantile: 1, deviations: 1.645) == nil)
    }

    /// Drawn anew a thousand times, the interval holds the true quantile about as often as it says: 90 % for both sides.
    @Test func itHoldsTheTrueQuantileAsOftenAsItSays() throws {
        var generator = Generator(seed: 11)
        var held = 0
        for _ in 0..<1_000 {
            let samples = (0..<1_000).map { _ in generator.unit() }.sorted()
            let interval = OrderInterval(quantile: 0.9, of: 1_000, deviations: 1.6448536)
            let (low, high) = (try #require(interval.low), try #require(interval.high))
            if samples[Int(low) - 1] <= 0.9, samples[Int(high) - 1] >= 0.9 { held += 1 }
        }
        #expect((870...940).contains(held), "\(held)")
    }
}
