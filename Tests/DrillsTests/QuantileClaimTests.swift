import MeshBase
import Testing

@testable import Drills

@Suite struct QuantileClaimTests {
    private let quiet = DrillNoise()

    /// Of samples 1 to n a rank is its own time.
    private func claim(
        _ quantile: Double, _ comparison: DrillClaim.Comparison, _ bound: Double, of samples: UInt64,
        _ noise: DrillNoise? = nil
    ) -> DrillClaim {
        .quantile("p", quantile, comparison, bound, samples: samples, noise: noise ?? quiet) { Double($0) }
    }

    @Test func aPercentileIsJudgedByTheIntervalOfItsOrderStatistic() {
        let met = claim(0.99, .below, 9_990, of: 10_000)
        #expect(met.verdict == .met && met.observed == 9_900 && met.class == .timing)
        #expect(met.low.map { $0 < 9_900 && $0 > 9_850 } == true && met.high.map { $0 > 9_900 && $0 < 9_950 } == true)
        #expect(claim(0.99, .below, 9_905, of: 10_000).verdict == .undecided)
        #expect(claim(0.99, .below, 9_800, of: 10_000).verdict == .deviated)
        #expect(claim(0.99, .above, 9_800, of: 10_000).verdict == .met)
    }

    @Test func tooFewSamplesAreUndecidedAndSayHowManyWouldDo() {
        let few = claim(0.99, .below, 1_000, of: 50)
        #expect(few.verdict == .undecided && few.high == nil && few.needed.map { $0 > 300 } == true)
        // What is surely too long needs no more of them.
        #expect(claim(0.99, .below, 10, of: 50).verdict == .deviated)
        #expect(claim(0.99, .below, 10, of: 0).observed == nil)
    }

    @Test func aBusyMachineDecidesNoTime() {
        let noise = DrillNoise(lateMilliseconds: 30, dropped: 0)
        #expect(claim(0.5, .below, 9_000, of: 10_000, noise).verdict == .met)
        #expect(claim(0.5, .below, 100, of: 10_000, noise).verdict == .undecided)
        #expect(DrillClaim.longest("max", 5, .below, 10, noise: noise).verdict == .undecided)
        #expect(DrillClaim.longest("max", 5, .below, 10, noise: quiet).verdict == .met)
        #expect(DrillClaim.longest("max", nil, .below, 10, noise: quiet).verdict == .undecided)
    }

    @Test func sharesStandToTheirBoundsEitherWay() {
        #expect(DrillClaim.share("e", 0, of: 100_000, .below, 0.01).verdict == .met)
        #expect(DrillClaim.share("e", 5_000, of: 100_000, .below, 0.01).verdict == .deviated)
        #expect(DrillClaim.share("e", 10, of: 1_000, .atMost, 0.0101).verdict == .undecided)
        // That all are ok is a matter of counting, and decided by whatever was counted.
        #expect(DrillClaim.share("s", 200, of: 200, .atLeast, 1).verdict == .met)
        #expect(DrillClaim.share("s", 199, of: 200, .atLeast, 1).verdict == .deviated)
        #expect(DrillClaim.share("d", 0, of: 200, .atMost, 0).verdict == .met)
        #expect(DrillClaim.figure("rate", 950, .atLeast, 900).verdict == .met)
        #expect(DrillClaim.figure("rate", nil, .atLeast, 900).verdict == .undecided)
    }
}
