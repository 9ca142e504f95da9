import MeshBase
import Testing

@testable import Nodes
@testable import SimDriver

/// A cell alone has acknowledged records of tier important, and goes: its customers move without it.
@Suite struct LeavingTests {
    /// For a second and a half only the cells of r1 live, and acknowledge alone; then they go, before anybody else is
    /// back. Their region is left meanwhile. They come back with rows of customers who are not theirs any more.
    private func left(_ seed: UInt64, _ defect: SimDefect? = nil) -> SimConfiguration {
        var faults: [SimFault] = []
        for cell in ["r2-1", "r2-2", "r3-1", "r3-2"] {
            faults.append(SimFault(at: .seconds(1), .kill, cell, for: .seconds(2)))
        }
        for cell in ["r1-1", "r1-2"] {
            faults.append(SimFault(at: .milliseconds(2_500), .kill, cell, for: .milliseconds(5_500)))
        }
        faults.append(SimFault(at: .seconds(5), .operate(.evacuate("r1")), Simulation.controlName))
        var configuration = Meshes.configuration(
            Meshes.small(tier: .important), seed: seed, seconds: 9, rate: 60, faults: faults)
        configuration.load.records = 50
        configuration.load.writes = 0.8
        configuration.load.reads = 0.2
        configuration.load.deletes = 0
        configuration.defect = defect
        return configuration
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func whatOneCellHasIsSentOnBeforeItGoes(_ seed: UInt64) throws {
        let report = try SimRun.run(left(seed))
        #expect(report.isOk, "\(report.complaint)")
    }

    @Test func whoDropsItIsFound() throws {
        let defect = try #require(SimDefect(named: "drop-hinted"))
        let report = try SimRun.run(left(1, defect))
        #expect(report.verdict("acknowledged-writes")?.ok == false, "\(report.complaint)")
    }
}
