import MeshBase
import Sharding
import Topology

@testable import Evacuation

/// Equal regions `r1` ... of cells `r1-1` ... that all run one blueprint.
func mesh(
    regions: Int = 3, cells: Int = 8, size: Int = 3, spread: ShardingPolicy.Spread = .region, customers: Int = 10_000,
    popularity: Customers.Popularity = .uniform, geographies: [String?] = [],
    shares: [Customers.GeographyShare] = [], blueprints: [Blueprint] = [storefront]
) -> MeshTopology {
    MeshTopology(
        name: "test", seed: 42,
        regions: (0..<regions).map { number in
            Region(
                name: "r\(number + 1)", geography: number < geographies.count ? geographies[number] : nil,
                zones: ["a", "b"])
        },
        cells: (0..<regions).flatMap { region in
            (0..<cells).map { Cell(name: "r\(region + 1)-\($0 + 1)", region: region, zone: $0 % 2) }
        },
        blueprints: blueprints,
        customers: Customers(count: customers, popularity: popularity, geographies: shares),
        sharding: ShardingPolicy(size: size, spread: spread), routers: [], control: Control(region: regions - 1))
}

/// checkout calls user, payment and the cart; refund, which takes a payment back, calls payment; the cart reads a
/// ledger, payment a cache of rates.
let storefront = Blueprint(
    name: "storefront",
    services: [
        Service(
            name: "checkout",
            calls: [Edge(to: 1), Edge(to: 2, compensation: 3), Edge(to: 4)]),
        Service(name: "user"),
        Service(name: "payment", calls: [Edge(to: 5)]),
        Service(name: "refund", path: .cold, calls: [Edge(to: 2)]),
        Service(name: "cart", kind: .stateful, calls: [Edge(to: 6)]),
        Service(name: "rates", kind: .cache),
        Service(name: "ledger", kind: .database),
    ],
    store: StoreSettings(tier: .critical))

/// Facts of a healthy mesh in which every cell is used alike.
func facts(
    _ topology: MeshTopology, region: String = "r1", use: Double? = 0.3, kind: EvacuationPlan.Kind = .evacuate,
    isForced: Bool = false
) -> EvacuationFacts {
    let position = topology.regions.firstIndex { $0.name == region } ?? 0
    return EvacuationFacts(
        topology: topology, kind: kind, region: region, confirmation: .typed(region),
        deciders: [0, 8, 16, 1, 9].filter { $0 < topology.cells.count }.map {
            EvacuationFacts.Decider(cell: CellIndex($0), answers: true)
        },
        cells: topology.cells.map { _ in EvacuationFacts.Cell(utilisation: use) },
        load: LoadPrediction(topology, placement: Placement(topology), leaving: position), isForced: isForced)
}

/// The cells at these positions.
func shard(_ cells: Int...) -> Shard { Shard(cells.map { CellIndex($0) }) ?? Shard() }

extension EvacuationVerdict {
    var codes: [EvacuationRefusal.Code] { refusals.map(\.code) }
    var noteCodes: [EvacuationNote.Code] { notes.map(\.code) }
}
