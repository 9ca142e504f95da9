import MeshBase
import Testing

@testable import Drills

@Suite struct DrillClaimTests {
    @Test func aCountIsExactAndNoNoiseExcusesIt() {
        #expect(DrillClaim.count("lost", 0).verdict == .met)
        let one = DrillClaim.count("lost", 1)
        #expect(one.verdict == .deviated && one.observed == 1 && one.low == 1 && one.high == 1)
        #expect(DrillClaim.count("done", 2, .equal, 2).verdict == .met)
        #expect(DrillClaim.count("done", 1, .equal, 2).verdict == .deviated)
        #expect(DrillClaim.count("seen", 3, .atLeast, 1).verdict == .met)
        #expect(DrillClaim.count("seen", 0, .atLeast, 1).verdict == .deviated)
    }

    @Test func whatIsNotKnownIsNotMet() {
        #expect(DrillClaim.count("lost", nil).verdict == .undecided)
        let some = DrillClaim.count("lost", 0, unknown: 3)
        #expect(some.verdict == .undecided && some.high == 3 && some.detail == "3 are not known")
        // What is seen is enough, whatever the rest may be.
        #expect(DrillClaim.count("lost", 1, unknown: 3).verdict == .deviated)
    }

    @Test func aShareIsJudgedByItsInterval() throws {
        #expect(DrillClaim.share("ok", 30_000, of: 30_000, atLeast: 0.9999).verdict == .met)
        let few = DrillClaim.share("ok", 4_000, of: 4_000, atLeast: 0.9999)
        #expect(few.verdict == .undecided && few.observed == 1)
        let needed = try #require(few.needed)
        #expect(DrillClaim.share("ok", UInt64(needed), of: UInt64(needed), atLeast: 0.9999).verdict == .met)
        #expect(
            DrillClaim.share("ok", UInt64(needed) - 1, of: UInt64(needed) - 1, atLeast: 0.9999).verdict == .undecided)
        // One in a hundred is not 99.9 %, and ten of a thousand are enough to say so.
        #expect(DrillClaim.share("ok", 990, of: 1_000, atLeast: 0.999).verdict == .deviated)
        // One of a thousand is just the bound: further requests decide.
        #expect(DrillClaim.share("ok", 999, of: 1_000, atLeast: 0.9995).verdict == .undecided)
        #expect(DrillClaim.share("ok", 0, of: 0, atLeast: 0.9).verdict == .undecided)
    }

    @Test func aBoundThatIsHitExactlyIsDecidedByNoNumberOfRequests() {
        #expect(DrillClaim.needed(share: 0.5, bound: 0.5) == nil)
        #expect(DrillClaim.share("ok", 1, of: 2, atLeast: 0.5).needed == nil)
    }

    @Test func aTimeIsJudgedOnlyOnAMachineThatCouldMeasureIt() {
        let quiet = DrillNoise(lateMilliseconds: 2)
        func claim(_ time: Int64?, _ noise: DrillNoise, resolution: Int64 = 0) -> DrillClaim {
            .timing(
                "off", time.map { .milliseconds($0) }, atMost: .milliseconds(100),
                resolution: .milliseconds(resolution), noise: noise)
        }
        #expect(claim(100, quiet).verdict == .met)
        #expect(claim(101, quiet).verdict == .deviated)
        // It may have been 91 ms.
        let coarse = claim(101, quiet, resolution: 10)
        #expect(coarse.verdict == .undecided && coarse.low == 91 && coarse.high == 101)
        #expect(claim(nil, quiet).verdict == .undecided)
        // Late by a fifth of the bound is not too late.
        #expect(claim(10, DrillNoise(lateMilliseconds: 20)).verdict == .met)
        #expect(claim(10, DrillNoise(lateMilliseconds: 21)).verdict == .undecided)
        #expect(claim(500, DrillNoise(lateMilliseconds: 21)).verdict == .undecided)
        #expect(claim(10, DrillNoise(dropped: 1)).verdict == .undecided)
    }
}
