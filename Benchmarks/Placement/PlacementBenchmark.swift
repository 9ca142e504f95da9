import BenchmarkSupport
import MeshBase
import Sharding
import Topology

/// A customer's cells, as the router asks for them with each request. Exits with 1 where a lookup is above its limit, or
/// allocates.
///
///     swift run -c release placement-benchmark [--rounds N] [--small NS] [--large NS] [--huge NS]
///
/// The limits are of 24, 1 000 and 10 000 cells; without a flag nothing is held against them.
enum PlacementBenchmark {
    static func run() -> Int32 {
        guard let flags = Benchmark.flags(["--rounds", "--small", "--large", "--huge"]) else { return 64 }
        var benchmark = Benchmark(calls: 200_000, rounds: Int(min(flags["--rounds"] ?? 9, 1_000)))
        let rows: [(String, Placement, String)] = [
            ("24 cells, k = 3", placement(24, in: 3, size: 3, isUneven: false), "--small"),
            ("24 cells of unequal weights", placement(24, in: 3, size: 3, isUneven: true), "--small"),
            ("1 000 cells, k = 8", placement(1_000, in: 8, size: 8, isUneven: false), "--large"),
            ("1 000 cells of unequal weights", placement(1_000, in: 8, size: 8, isUneven: true), "--large"),
            ("10 000 cells, k = 8", placement(10_000, in: 8, size: 8, isUneven: false), "--huge"),
            ("10 000 cells of unequal weights", placement(10_000, in: 8, size: 8, isUneven: true), "--huge"),
        ]
        for (name, placement, limit) in rows {
            benchmark.measure(name, limit: flags[limit]) { look(placement, calls: $0) }
        }
        return benchmark.report()
    }

    private static func placement(_ cells: Int, in regions: Int, size: Int, isUneven: Bool) -> Placement {
        let topology = MeshTopology(
            name: "benchmark", seed: 7,
            regions: (0..<regions).map { Region(name: "r\($0)", zones: ["a", "b"]) },
            cells: (0..<cells).map {
                Cell(
                    name: "c\($0)", region: $0 % regions, zone: $0 / regions % 2,
                    weight: isUneven ? UInt32(1 + $0 % 5) : 1)
            },
            blueprints: [Blueprint(name: "b", services: [Service(name: "ping")])],
            customers: Customers(count: 1_000), sharding: ShardingPolicy(size: size, spread: .region),
            routers: [Router(name: "r1", region: 0)], control: Control(region: 0))
        return Placement(topology)
    }

    private static func look(_ placement: Placement, calls: Int) {
        var sum = 0
        for call in 0..<calls {
            let customer = CustomerHash(rawValue: UInt64(call) &* 0x9E37_79B9_7F4A_7C15)
            sum &+= placement.assignment(of: customer).inForce.count
        }
        Benchmark.consume(sum)
    }
}
