import MeshBase
import Testing
import Topology

@testable import SimDriver

/// Records that keep siblings, among kills, cuts and pauses.
@Suite struct SiblingTests {
    private let topology = Meshes.small(tier: .important, customers: 12, conflicts: ConflictSettings(.siblings))

    private func run(_ seed: UInt64, _ defect: SimDefect = SimDefect()) throws -> SimulationReport {
        var configuration = Meshes.faulty(topology, seed: seed)
        configuration.defect = defect
        return try SimRun.run(configuration)
    }

    @Test(arguments: 1...8) func nothingThatWasAcknowledgedVanishesUnseen(seed: UInt64) throws {
        let report = try run(seed)
        #expect(report.isOk, "\(report.complaint)")
        let verdict = report.verdict("siblings")
        #expect(verdict?.standing == .judged && verdict?.detail.contains(" 0 conflicts read") == false)
    }

    @Test func aStoreThatDropsASiblingIsFound() throws {
        let reports = try (1...4).map { try run($0, SimDefect(store: .dropsSibling)) }
        #expect(reports.contains { $0.verdict("siblings")?.ok == false && $0.exitCode == 11 })
    }

    @Test func aRunIsTheSameEachTime() throws {
        #expect(try run(3).traceHash == run(3).traceHash)
    }

    /// One cell and one router are cut off from all others until their links are given up, and go on: then the disk is
    /// lost, before what it alone has acknowledged was sent on.
    @Test(arguments: [ConflictSettings(.siblings), ConflictSettings()])
    func whatOnlyALostDiskHadIsNotHeldAgainstTheMesh(_ conflicts: ConflictSettings) throws {
        let topology = Meshes.small(tier: .important, customers: 12, conflicts: conflicts)
        var configuration = Meshes.configuration(topology, seed: 5, seconds: 5)
        // So many that the other router writes few of the same.
        configuration.load.records = 40
        for node in ["r1-1", "router-1"] {
            for other in ["r1-2", "r2-1", "r2-2", "r3-1", "r3-2"] {
                configuration.faults.append(SimFault("partition \(node) <> \(other) @100ms for 4200ms")!)
            }
        }
        configuration.faults.append(SimFault("lose-disk r1-1 @4s for 50ms")!)
        let report = try SimRun.run(configuration)
        #expect(report.isOk, "\(report.complaint)")
        let isPlain = conflicts == ConflictSettings()
        let detail = report.verdict(isPlain ? "acknowledged-writes" : "siblings")?.detail ?? ""
        #expect(detail.contains(isPlain ? "given up" : "gone with the only disk"), "\(detail)")
    }
}
