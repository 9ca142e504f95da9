import Blueprints
import Checkers
import MeshBase
import Sharding
import Topology

@testable import SimDriver

enum Meshes {
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        .joined(separator: "/")

    /// A topology of the repository.
    static func shipped(_ name: String) -> MeshTopology {
        guard let topology = MeshFiles.load(topology: "\(root)/topology/\(name).yaml").topology else {
            fatalError("topology/\(name).yaml cannot be read")
        }
        return topology
    }

    /// Six cells in three regions, two routers, one service and a store: quick to simulate.
    static func small(
        tier: StoreSettings.Tier = .critical, customers: Int = 40, poison: Int = 0, restart: RestartPolicy = .never,
        links: Links = Links(), conflicts: ConflictSettings = ConflictSettings()
    ) -> MeshTopology {
        let regions = ["r1", "r2", "r3"].map { Region(name: $0, zones: ["a"]) }
        let cells = (0..<6).map { Cell(name: "r\($0 / 2 + 1)-\($0 % 2 + 1)", region: $0 / 2, zone: 0) }
        let work = Work(wait: .init(p50: .milliseconds(1), p99: .milliseconds(4)), cpu: .microseconds(20))
        return MeshTopology(
            name: "small", seed: 11, regions: regions, cells: cells,
            blueprints: [
                Blueprint(
                    name: "b",
                    services: [
                        Service(name: "front", work: work, calls: [Edge(to: 1, timeout: .milliseconds(500))]),
                        Service(name: "back", work: work),
                    ], store: StoreSettings(tier: tier, conflicts: conflicts))
            ], links: links,
            customers: Customers(count: customers, popularity: .zipf(exponent: 0.8), poison: poison),
            sharding: ShardingPolicy(size: 3, spread: .region),
            routers: [Router(name: "router-1", region: 0), Router(name: "router-2", region: 1)],
            control: Control(region: 2), restart: restart)
    }

    static func configuration(
        _ topology: MeshTopology = small(), seed: UInt64, seconds: Int64 = 4, rate: Double = 200,
        faults: [SimFault] = []
    ) -> SimConfiguration {
        var configuration = SimConfiguration(topology: topology, seed: seed)
        configuration.duration = .seconds(seconds)
        configuration.load.rate = rate
        configuration.load.records = 4
        configuration.faults = faults
        return configuration
    }

    /// As many reads as writes of a few records, by cohorts so few, so that whoever is wrong once is seen.
    static func contended(
        _ topology: MeshTopology, seed: UInt64, seconds: Int64, rate: Double, cohorts: Int
    ) -> SimConfiguration {
        var configuration = configuration(topology, seed: seed, seconds: seconds, rate: rate)
        configuration.load.records = 3
        configuration.load.reads = 0.5
        configuration.load.writes = 0.5
        configuration.load.deletes = 0
        configuration.load.services = 0
        configuration.placement = PlacementTable(cohortCount: cohorts)
        return configuration
    }

    /// A configuration with faults drawn from its seed.
    static func faulty(
        _ topology: MeshTopology = small(), seed: UInt64, seconds: Int64 = 6, count: Int = 6
    ) -> SimConfiguration {
        configuration(
            topology, seed: seed, seconds: seconds,
            faults: SimFault.random(seed: seed, topology: topology, duration: .seconds(seconds), count: count))
    }
}

extension SimulationReport {
    /// What went wrong, for a failing expectation.
    var complaint: String {
        let failed = verdicts.filter { !$0.ok }.map { "\($0.oracle): \($0.detail)" }.joined(separator: "\n")
        return "seed \(seed), exit code \(exitCode), trace \(traceHash)\n\(failed)"
    }
}
