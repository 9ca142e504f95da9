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
}
