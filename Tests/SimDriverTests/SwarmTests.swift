import MeshBase
import Testing

@testable import SimDriver

@Suite struct SwarmTests {
    private func swarm() -> SimSwarm {
        SimSwarm(topology: Meshes.small(), duration: .seconds(6), rate: 60)
    }

    @Test(arguments: Array(1...24) as [UInt64]) func allOraclesHold(_ seed: UInt64) throws {
        let report = try SimRun.run(swarm().configuration(seed: seed))
        let plan = swarm().plan(seed: seed).map { "\($0)" }.joined(separator: "\n")
        #expect(report.isOk, "\(report.complaint)\n\(plan)")
    }

    /// Seeds of the larger mesh in which a clock's jump of an hour makes a member forget the dead.
    @Test(arguments: [418, 541] as [UInt64]) func theForgottenMayBeMetAgain(_ seed: UInt64) throws {
        let swarm = SimSwarm(topology: Meshes.shipped("nine-cells"))
        let report = try SimRun.run(swarm.configuration(seed: seed))
        #expect(report.isOk, "\(report.complaint)")
    }

    @Test func aSeedIsReplayedToTheLastEvent() throws {
        for seed in [3, 5] as [UInt64] {
            let report = try SimRun.checkDeterminism(swarm().configuration(seed: seed))
            #expect(report.verdict("determinism")?.ok == true, "\(report.complaint)")
        }
    }

    @Test func aFailingPlanIsMadeSmall() throws {
        // A goodbye that is taken for a death needs a goodbye, and nothing else of the plan.
        var configuration = Meshes.configuration(seed: 2, seconds: 6, rate: 150)
        configuration.defect = SimDefect(membership: .reportsLeaversDead)
        configuration.faults = [
            "kill r1-1 @500ms for 1s", "pause r3-2 @1s for 800ms", "leave r2-1 @2s for 1s",
            "kill router-1 @3s for 200ms", "kill r3-1 @4s for 1s", "pause r1-2 @4500ms for 300ms",
        ].map { SimFault($0)! }
        var minimiser = SimMinimiser(mostRuns: 60)
        let outcome = try #require(try minimiser.minimise(configuration))
        #expect(outcome.oracles.contains("membership-goodbye"))
        #expect(outcome.configuration.faults.count == 1)
        #expect(outcome.configuration.faults.first?.action == .leave)
        #expect(outcome.configuration.duration < .seconds(6))
        #expect(outcome.faultsBefore == 6 && outcome.runs <= 60)
        #expect(outcome.report.verdict("membership-goodbye")?.ok == false)
    }

    @Test func aSoundPlanIsNotMinimised() throws {
        var minimiser = SimMinimiser()
        #expect(try minimiser.minimise(Meshes.configuration(seed: 1, seconds: 1)) == nil)
    }

    @Test func aClockThatJumpsAnHourHurtsNobody() throws {
        let faults = ["skew r1-1 1h @1s", "skew router-2 1h @2s", "drift r2-1 10000ppm @1s for 4s"].map {
            SimFault($0)!
        }
        let report = try SimRun.run(Meshes.configuration(seed: 9, seconds: 8, faults: faults))
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.requests.ok == report.requests.sent)
    }

    @Test func aRegionCutOffIsFoundDeadAndComesBack() throws {
        let cut = SimFault("partition region/r1 <> * @1s for 7s")!
        let report = try SimRun.run(Meshes.configuration(seed: 10, seconds: 10, faults: [cut]))
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.verdict("no-false-deaths")?.detail.contains("declared") == true)
    }
}
