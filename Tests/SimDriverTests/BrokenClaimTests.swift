import MeshBase
import Sharding
import Testing
import Topology

@testable import SimDriver

/// Calls under idempotency keys while their customer moves: each shortcut of the models is shown to the oracle `keys`.
@Suite struct BrokenClaimTests {
    /// One customer that goes to and fro between cells that share none, under calls of few keys, while cells end now and
    /// then and messages are late by up to 60 ms.
    static func shuttle(seed: UInt64, defect: SimDefect? = nil) -> SimConfiguration {
        var rng = Generator(seed: seed, concern: "test.claims")
        var topology = Meshes.small(customers: 1, links: Links(default: .init(jitter: .milliseconds(60))))
        topology.routers = (1...4).map { Router(name: "router-\($0)", region: $0 % 3) }
        topology.membership = MembershipSettings(profile: .wan)
        var configuration = Meshes.configuration(topology, seed: seed, seconds: 6, rate: 300)
        configuration.load.records = 3
        configuration.load.reads = 0.05
        configuration.load.writes = 0.05
        configuration.load.deletes = 0
        configuration.load.services = 0.9
        configuration.load.keyed = 1
        configuration.placement = PlacementTable(cohortCount: 1)
        let places = [[0, 2, 4], [1, 3, 5]]
        configuration.faults = (0..<14).map { number in
            SimFault(
                at: .milliseconds(Int64(200 + 390 * number) + Int64(rng.below(90))),
                .operate(.customer(1, places[number % 2])), "control")
        }
        for cell in topology.cells.map(\.name) where rng.chance(0.4) {
            configuration.faults.append(
                SimFault("kill \(cell) @\(500 + rng.below(4_500))ms for \(100 + rng.below(600))ms")!)
        }
        configuration.defect = defect
        return configuration
    }

    /// The same, and cells that are slow to store or apart from some routers, so that several cells claim one key and need
    /// many rounds.
    static func quarrel(seed: UInt64, defect: SimDefect? = nil) -> SimConfiguration {
        var configuration = shuttle(seed: seed, defect: defect)
        var rng = Generator(seed: seed, concern: "test.quarrel")
        for cell in configuration.topology.cells.map(\.name) {
            for _ in 0..<3 {
                configuration.faults.append(
                    SimFault(
                        "slow \(cell) \(60 + rng.below(300))ms @\(200 + rng.below(5_000))ms for \(200 + rng.below(900))ms"
                    )!)
                configuration.faults.append(
                    SimFault(
                        "partition router-\(1 + rng.below(4)) <> \(cell) @\(200 + rng.below(5_000))ms for \(300 + rng.below(1_200))ms"
                    )!)
                let other = configuration.topology.cells[Int(rng.below(6))].name
                guard other != cell else { continue }
                configuration.faults.append(
                    SimFault(
                        "partition \(other) <> \(cell) @\(200 + rng.below(5_000))ms for \(300 + rng.below(1_200))ms")!)
            }
        }
        return configuration
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>) func theSoundBuildHolds(_ seed: UInt64) throws {
        let report = try SimRun.run(seed <= 2 ? Self.shuttle(seed: seed) : Self.quarrel(seed: seed))
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.verdict("keys")?.standing == .judged)
    }

    @Test(arguments: ["claim-one-quorum", "claim-not-carried"])
    func eachShortcutIsFound(_ name: String) throws {
        let defect = try #require(SimDefect(named: name))
        let found = try (1...12).contains { seed in
            try SimRun.run(Self.shuttle(seed: UInt64(seed), defect: defect)).verdict("keys")?.ok == false
        }
        #expect(found)
    }
}
