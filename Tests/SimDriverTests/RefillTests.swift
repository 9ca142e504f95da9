import MeshBase
import Nodes
import Testing
import Topology

@testable import SimDriver

/// Lost disks: what was acknowledged comes back from the other cells, and a build that does it wrong is found.
@Suite struct RefillTests {
    private let cells = ["r1-1", "r2-1", "r3-1", "r1-2", "r2-2", "r3-2"]

    private func run(
        _ faults: [String], seed: UInt64, seconds: Int64, topology: MeshTopology = Meshes.small(),
        defect: SimDefect.Refill? = nil, customers: Int = 6, rate: Double = 200, isFounded: Bool = true
    ) throws -> SimulationReport {
        var configuration = Meshes.configuration(
            topology, seed: seed, seconds: seconds, rate: rate, faults: faults.map { SimFault($0)! })
        configuration.load.customers = customers
        configuration.defect = SimDefect(refill: defect)
        configuration.isFounded = isFounded
        return try SimRun.run(configuration)
    }

    /// All disks, each lost when the one before was refilled.
    private func oneAfterTheOther(every seconds: Int64 = 8) -> [String] {
        cells.enumerated().map { "lose-disk \($0.element) @\(1 + seconds * Int64($0.offset))s for 200ms" }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func allDisksAreLostOneAfterTheOther(_ seed: UInt64) throws {
        let report = try run(oneAfterTheOther(), seed: seed, seconds: 50)
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.faultsFired == 6, "a disk was spared: a refill took too long")
    }

    private func isFound(
        _ defect: SimDefect.Refill?, _ faults: [String], seconds: Int64, topology: MeshTopology = Meshes.small(),
        customers: Int, rate: Double
    ) throws -> Bool {
        try ([1, 2, 3] as [UInt64]).contains { seed in
            let report = try run(
                faults, seed: seed, seconds: seconds, topology: topology, defect: defect, customers: customers,
                rate: rate)
            return report.exitCode == 11
        }
    }

    @Test func votesAtOnceIsFound() throws {
        let faults = cells.enumerated().map { "lose-disk \($0.element) @\(3_000 + 300 * $0.offset)ms for 100ms" }
        #expect(try isFound(.votesAtOnce, faults, seconds: 6, customers: 40, rate: 100))
        #expect(try !isFound(nil, faults, seconds: 6, customers: 40, rate: 100))
    }

    @Test func refillingFromOneIsFound() throws {
        // r2-1 misses what is written while it is down, and is then the only one that is there to be read.
        let faults = [
            "kill r2-1 @500ms for 1500ms", "destroy r1-1 @2020ms for 100ms", "pause r3-1 @2050ms for 8s",
            "pause r3-2 @2050ms for 8s",
        ]
        #expect(try isFound(.readsOne, faults, seconds: 12, customers: 4, rate: 300))
        #expect(try !isFound(nil, faults, seconds: 12, customers: 4, rate: 300))
    }

    @Test func notWaitingIsFound() throws {
        // A write that r1-1 has acknowledged goes on for seconds, while r1-1 loses it and reads the others.
        var topology = Meshes.small()
        topology.routing.attemptTimeout = .milliseconds(4_500)
        let faults = [
            "latency router-1 > region/r2 1500ms @0s", "latency router-1 > region/r3 2500ms @0s",
            "destroy r1-1 @3s for 50ms", "destroy r1-2 @3s for 50ms",
        ]
        #expect(try isFound(.doesNotWait, faults, seconds: 14, topology: topology, customers: 30, rate: 200))
        #expect(try !isFound(nil, faults, seconds: 14, topology: topology, customers: 30, rate: 200))
    }

    @Test func twoOfThreeDisksAreRefusedAndNotTakenForEmpty() throws {
        let report = try run(
            [
                "destroy r1-1 @3s for 100ms", "destroy r2-1 @3s for 100ms", "destroy r1-2 @3s for 100ms",
                "destroy r2-2 @3s for 100ms",
            ], seed: 1, seconds: 5)
        #expect(report.exitCode == 12, "\(report.complaint)")
        #expect(report.verdict("registers")?.ok == true, "\(report.complaint)")
    }

    @Test func aMeshThatNobodyFoundsIsBornByItself() throws {
        let report = try run(oneAfterTheOther(), seed: 4, seconds: 50, isFounded: false)
        #expect(report.isOk, "\(report.complaint)")
    }

    @Test func aRunWithARefillIsReplayedToTheLastEvent() throws {
        var configuration = Meshes.configuration(
            seed: 5, seconds: 9, faults: ["lose-disk r1-1 @1s for 100ms"].map { SimFault($0)! })
        configuration.load.customers = 6
        let report = try SimRun.checkDeterminism(configuration)
        #expect(report.isOk, "\(report.complaint)")
    }

    @Test(arguments: Array(1...16) as [UInt64]) func theSwarmMayLoseDisks(_ seed: UInt64) throws {
        var swarm = SimSwarm(topology: Meshes.small(), duration: .seconds(10), rate: 60)
        swarm.losesDisks = true
        let report = try SimRun.run(swarm.configuration(seed: seed))
        let plan = swarm.plan(seed: seed).map { "\($0)" }.joined(separator: "\n")
        #expect(report.isOk, "\(report.complaint)\n\(plan)")
    }
}
