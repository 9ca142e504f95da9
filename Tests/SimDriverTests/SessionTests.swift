import MeshBase
import Nodes
import Sharding
import Testing
import Topology

@testable import SimDriver

/// What sessions of tier important are answered where deletions are collected and what they have seen is out of reach.
@Suite struct SessionTests {
    /// A router that reaches one cell of each shard writes what no other cell has for a while: that cell reaches nobody but
    /// the routers and the control plane, which collects whatever is deleted, and ends now and then.
    static func loners(seed: UInt64, defect: SimDefect? = nil) -> SimConfiguration {
        var rng = Generator(seed: seed, concern: "test.loners")
        var topology = Meshes.small(tier: .important, customers: 3)
        topology.membership = MembershipSettings(profile: .wan)
        var configuration = Meshes.configuration(topology, seed: seed, seconds: 6, rate: 250)
        configuration.load.records = 30
        configuration.load.reads = 0.5
        configuration.load.writes = 0.25
        configuration.load.deletes = 0.25
        configuration.load.services = 0
        configuration.placement = PlacementTable(cohortCount: 1)
        configuration.sweep = SweepRule(grace: .milliseconds(-500), round: .milliseconds(150), pace: .milliseconds(2))
        for lonely in ["r1-1", "r1-2"] {
            for other in ["r2-1", "r2-2", "r3-1", "r3-2"] {
                configuration.faults.append(SimFault("partition \(lonely) <> \(other) @0s")!)
            }
        }
        for number in 0..<12 as Range<UInt64> {
            let at = 300 + 450 * number + rng.below(250)
            configuration.faults.append(SimFault("kill r1-\(1 + number % 2) @\(at)ms for 200ms")!)
        }
        for far in ["r2-1", "r2-2", "r3-1", "r3-2"] {
            for _ in 0..<4 {
                configuration.faults.append(
                    SimFault("partition router-1 <> \(far) @\(rng.below(5_000))ms for \(100 + rng.below(500))ms")!)
            }
        }
        configuration.defect = defect
        return configuration
    }

    /// What is deleted and collected may be missing, also for who has seen it.
    @Test(arguments: [1, 2, 3] as [UInt64]) func sessionsHoldBesideSweeps(_ seed: UInt64) throws {
        let report = try SimRun.run(Self.loners(seed: seed))
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.verdict("sessions")?.standing == .judged)
    }
}
