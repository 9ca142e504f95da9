import Membership
import MeshBase
import Testing

@testable import SimDriver

/// How soon all know of a crash in a mesh to which nothing else happens.
@Suite struct SwimDetectionTests {
    private func trial(_ members: Int, _ swim: SWIMConfiguration, seed: UInt64, crashAt: TimeAmount) -> SwimTrial {
        var trial = SwimTrial(members: members, loss: 0, starved: 0, swim: swim, seed: seed)
        trial.crashAt = crashAt
        trial.duration = crashAt + .seconds(30)
        return trial
    }

    /// One machine, twelve members: a SIGKILL is known to all within two seconds, whichever instant it comes at.
    @Test func twelveOnOneMachineKnowWithinTwoSeconds() throws {
        var known: [TimeAmount] = []
        for seed in UInt64(1)...240 {
            // Swept through the probe interval.
            var trial = trial(12, .local, seed: seed, crashAt: .seconds(1) + .milliseconds(Int64(seed) * 7 % 200))
            trial.duration = .seconds(5)
            let result = try #require(try trial.run())
            #expect(result.falsePositives == 0, "seed \(seed)")
            known.append(try #require(result.known, "seed \(seed)"))
        }
        let slowest = known.max()!
        #expect(slowest <= .seconds(2), "\(slowest.milliseconds) ms, seeds 1 to 240")
        #expect(known.min()! >= .milliseconds(600), "below the shortest suspicion")
    }

    /// A hundred with the constants of a network: the first has it dead about ten seconds after the crash, and the last a
    /// twentieth of a second after the first.
    @Test func aHundredKnowAlmostAtOnce() throws {
        var detected: [TimeAmount] = []
        var spread: [TimeAmount] = []
        for seed in UInt64(1)...24 {
            let result = try #require(try trial(100, .lan, seed: seed, crashAt: .seconds(5)).run())
            #expect(result.falsePositives == 0, "seed \(seed)")
            detected.append(try #require(result.detected, "seed \(seed)"))
            spread.append(try #require(result.spread, "seed \(seed)"))
        }
        let median = detected.sorted()[11]
        #expect(median <= .milliseconds(9_900), "\(median.milliseconds) ms, seeds 1 to 24")
        // Two waves at the most: the one at once and, where it missed somebody, the next at the gossip interval.
        #expect(spread.sorted()[21] <= .milliseconds(100), "\(spread.map(\.milliseconds))")
        #expect(spread.max()! <= .milliseconds(300), "\(spread.map(\.milliseconds))")
    }

    /// What tests in this order of size can see of conformance 29: nobody is declared dead, with each of cellmesh's own
    /// additions and without it, and the crash is seen.
    @Test(arguments: [SwimArm.lifeguard, .noParallelProbes]) func theStarvedAndTheirMeshLive(_ arm: SwimArm) throws {
        for seed in UInt64(1)...1 {
            let trial = SwimTrial(
                members: 50, loss: 0.01, starved: 0.05, swim: arm.configuration(.lan), seed: seed)
            let result = try #require(try trial.run())
            #expect(result.falsePositives == 0, "seed \(seed)")
            #expect(try #require(result.known, "seed \(seed)") < .seconds(20), "seed \(seed)")
        }
    }
}
