import MeshBase
import Sharding
import Testing
import Topology

@testable import Nodes
@testable import SimDriver

/// Rows that are gone from a disk in silence come back from the other members.
@Suite struct RepairTests {
    /// No customer writes any more when rows go, so that nothing else brings them back.
    private func lossy(_ seed: UInt64, _ tier: StoreSettings.Tier, _ rule: RepairRule?) -> SimConfiguration {
        var configuration = Meshes.configuration(
            Meshes.small(tier: tier, customers: 10), seed: seed, seconds: 4, rate: 200,
            faults: ["lose-rows r1-1 @4s", "lose-rows r2-2 @4s"].map { SimFault($0)! })
        configuration.load.deletes = 0.1
        configuration.repair = rule
        configuration.placement = PlacementTable(cohortCount: 4)
        return configuration
    }
    private static let eager = RepairRule(round: .milliseconds(400), pace: .milliseconds(5))
    /// Compares nothing before the end.
    private static let late = RepairRule(round: .hours(1), pace: .milliseconds(1))

    @Test(arguments: [StoreSettings.Tier.important, .critical], [1, 2] as [UInt64])
    func lostRowsComeBack(_ tier: StoreSettings.Tier, _ seed: UInt64) throws {
        let report = try SimRun.run(lossy(seed, tier, Self.eager))
        #expect(report.verdict("replicas")?.ok == true && report.isOk, "\(report.complaint)")
        let without = try SimRun.run(lossy(seed, tier, Self.late))
        #expect(without.verdict("replicas")?.ok == false, "\(without.complaint)")
    }

    private func simulate(
        _ topology: MeshTopology, _ body: (Simulation, inout SimGuardian) throws -> Void
    ) throws {
        var configuration = Meshes.configuration(topology, seed: 3)
        configuration.repair = Self.eager
        configuration.placement = PlacementTable(cohortCount: 4)
        let simulation = try Simulation(configuration)
        defer { simulation.dispose() }
        simulation.boot()
        var guardian = SimGuardian(eventLimit: 20_000_000) { _ in true }
        #expect(simulation.run(atMost: .seconds(30), &guardian, until: { $0.isWhole }) == true)
        simulation.clients.begin(until: simulation.now + .seconds(3))
        _ = simulation.run(until: simulation.now + .seconds(3), &guardian)
        try body(simulation, &guardian)
    }

    private func status(_ simulation: Simulation, _ cell: Int) throws -> RepairStatus {
        try #require(simulation.machines[cell].process as? CellProcess).repair
    }

    /// Where nothing differs, digests are all that is read.
    @Test func whatIsAlikeIsComparedByDigestsAlone() throws {
        try simulate(Meshes.small(customers: 10)) { simulation, guardian in
            // All that was under way is old enough to be compared, and was repaired where a cell was passed over.
            _ = simulation.run(until: simulation.now + .seconds(20), &guardian)
            let before = try (0..<6).map { try status(simulation, $0) }
            _ = simulation.run(until: simulation.now + .seconds(5), &guardian)
            for cell in 0..<6 {
                let now = try status(simulation, cell)
                #expect(now.compared > before[cell].compared && now.rounds > before[cell].rounds)
                #expect(now.differing == before[cell].differing && now.repaired == before[cell].repaired)
                #expect(now.damaged == 0)
            }
        }
    }

    /// One version with two values: both members say so, and neither takes over the other's.
    @Test func damageIsCountedAndNeverTakenOver() throws {
        try simulate(Meshes.small(customers: 3)) { simulation, guardian in
            _ = simulation.run(until: simulation.now + .seconds(15), &guardian)
            let disks = (0..<6).compactMap { simulation.machines[$0].disk }
            let first = try #require(disks.first { !$0.records.isEmpty })
            first.damage { _ in true }
            let damaged = Dictionary(uniqueKeysWithValues: first.records.map { ($0.key, $0.value.value) })
            _ = simulation.run(until: simulation.now + .seconds(5), &guardian)
            let counts = try (0..<6).map { try status(simulation, $0).damaged }
            #expect(counts.count { $0 > 0 } == 3, "\(counts)")
            #expect(Dictionary(uniqueKeysWithValues: first.records.map { ($0.key, $0.value.value) }) == damaged)
            #expect(try (0..<6).allSatisfy { try status(simulation, $0).repaired == 0 })
        }
    }
}
