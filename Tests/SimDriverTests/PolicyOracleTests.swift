import MeshBase
import Testing
import Topology

@testable import SimDriver

/// Services that are struck under calls of all classes, of which there are now and then too many: what policies take comes
/// back.
@Suite struct PolicyOracleTests {
    private func swarm(_ defect: SimDefect? = nil, rate: Double = 60) -> SimSwarm {
        var swarm = SimSwarm(topology: Meshes.shipped("nine-cells"), duration: .seconds(6), rate: rate)
        swarm.strikesServices = true
        swarm.defect = defect
        return swarm
    }

    @Test(arguments: Array(1...16) as [UInt64]) func whatPoliciesTakeComesBack(_ seed: UInt64) throws {
        let report = try SimRun.run(swarm().configuration(seed: seed))
        let plan = swarm().plan(seed: seed).map { "\($0)" }.joined(separator: "\n")
        #expect(report.isOk, "\(report.complaint)\n\(plan)")
        #expect(report.verdict("policies")?.standing == .judged)
    }

    @Test(arguments: ["keep-permit", "end-twice", "keep-place"]) func whatDoesNotComeBackIsSeen(_ name: String) throws {
        let defect = try #require(SimDefect.known.first { $0.name == name }?.defect)
        var found = 0
        for seed in 1...16 as ClosedRange<UInt64> {
            let report = try SimRun.run(swarm(defect).configuration(seed: seed))
            if report.verdict("policies")?.ok == false { found += 1 }
        }
        // Some seeds strike nothing that is given up.
        #expect(found >= 4, "\(name): \(found) of 16")
    }

    /// Far more than there is room for, a quarter of it critical.
    private func overload(_ defect: SimDefect? = nil) -> SimConfiguration {
        var configuration = Meshes.configuration(Meshes.shipped("nine-cells"), seed: 4, seconds: 4, rate: 100)
        (configuration.load.reads, configuration.load.writes, configuration.load.deletes) = (0, 0, 0)
        configuration.load.services = 1
        configuration.load.classes = SIMD4(1, 1, 1, 1)
        configuration.load.spike = SimLoad.Spike(from: .seconds(1), to: .seconds(3), factor: 40)
        configuration.faults = [SimFault("latency service/checkout 400ms @500ms for 3s")!]
        configuration.defect = defect
        return configuration
    }

    @Test func nobodyCriticalIsShed() throws {
        let report = try SimRun.run(overload())
        #expect(report.verdict("policies")?.ok == true, "\(report.complaint)")
        let tally = report.answers.tally()
        #expect(tally.policies["shedding"] ?? 0 > 100, "\(tally.policies)")
    }

    @Test func whoShedsTheCriticalIsSeen() throws {
        let report = try SimRun.run(overload(SimDefect(cell: .shedsCritical)))
        #expect(report.verdict("policies")?.ok == false)
    }
}
