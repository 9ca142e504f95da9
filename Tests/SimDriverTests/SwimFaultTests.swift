import Membership
import MeshBase
import Testing

@testable import SimDriver

/// One member whose packets get lost, and what a hundred others make of it and of each other.
@Suite struct SwimFaultTests {
    private func run(_ members: Int, _ fault: SwimFault, _ arm: SwimArm = .lifeguard, seed: UInt64) throws
        -> SwimTrialResult
    {
        var grid = SwimGrid(members: [members], fault: fault)
        grid.arms = [arm]
        grid.firstSeed = seed
        grid.seeds = 1
        return try #require(try grid.trial(0).run())
    }

    @Test(arguments: [(0.8, SwimFault.Ways.both), (1, .inward), (1, .outward)])
    func viewsOfALossyMemberChangeAFewTimes(_ share: Double, _ ways: SwimFault.Ways) throws {
        for seed in UInt64(1)...4 {
            let result = try run(100, SwimFault(share: share, ways: ways), seed: seed)
            let fault = try #require(result.fault)
            #expect(fault.mostViewChanges <= 4, "seed \(seed)")
            // All have noticed, and each has its former view of it back at the end.
            #expect(fault.viewChanges >= 97 * 3, "seed \(seed)")
            #expect(fault.soundDeaths == 0 && fault.soundUnsteady == 0, "seed \(seed)")
            #expect(fault.longestSoundSuspicion < .seconds(3), "seed \(seed)")
            #expect(fault.suspicions < 2_000, "seed \(seed)")
            // What the lossy one itself takes for dead is no declaration of a sound observer.
            #expect(result.falsePositivesHealthy == fault.deaths, "seed \(seed)")
            // The other one, which crashes meanwhile, is found as ever.
            #expect(try #require(result.known, "seed \(seed)") < .seconds(20), "seed \(seed)")
        }
    }

    @Test func withoutPatienceItIsSuspectedAllTheTime() throws {
        let fault = SwimFault(share: 0.8)
        let with = try #require(try run(100, fault, seed: 1).fault)
        let without = try #require(try run(100, fault, .noPatience, seed: 1).fault)
        #expect(without.suspicions > 3 * with.suspicions)
    }

    @Test func faultsThatCannotBeAreRefused() {
        for broken in [SwimFault(share: 0), SwimFault(share: 1.1)] { #expect(broken.problem != nil) }
        var endless = SwimFault(share: 0.5)
        endless.length = .hours(13)
        #expect(endless.problem != nil)
        var crowded = SwimTrial(members: 5, loss: 0, starved: 0.6, swim: .lan, seed: 1)
        crowded.fault = SwimFault(share: 0.5)
        #expect(crowded.problem != nil)
    }
}
