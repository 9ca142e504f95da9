import Evacuation
import MeshBase
import Sharding
import Testing
import Topology

@testable import Nodes
@testable import Wire

/// What routers and deciders keep of an evacuation, in bytes.
@Suite struct EvacuationStateTests {
    /// In the middle of an evacuation: each cohort between two placements.
    private func sizes(customers: Int) throws -> (router: Int, deciders: Int) {
        let mesh = MeshTopology(
            name: "test", seed: 7, regions: (0..<3).map { Region(name: "r\($0)", zones: ["a"]) },
            cells: (0..<6).map { Cell(name: "c-\($0)", region: $0 / 2, zone: 0) },
            blueprints: [Blueprint(name: "b", services: [Service(name: "echo")], store: StoreSettings())],
            customers: Customers(count: customers), sharding: ShardingPolicy(size: 3, spread: .region),
            routers: [Router(name: "router-1", region: 0)], control: Control(region: 0))
        var ledger = PlacementLedger(Placement(mesh), seal: seal)
        var decided = PlanDecree(
            id: 1, kind: .evacuate, region: 0, percents: [5, 25, 50, 75, 95, 100], watch: .seconds(30), began: 1
        ).bytes.count
        var told = ByteBuffer()
        for cohort in 0..<ledger.cohorts {
            var entry = PlacementEntry(cohort: cohort)
            try entry.begin(evacuated: [0])
            ledger.take(decided: entry)
            decided += entry.bytes.count
            EntryExchange.append(try #require(ledger.sealed(cohort)), to: &told)
        }
        // Every customer is looked up, as by requests: nothing of it stays.
        for number in 1...min(customers, 20_000) { _ = ledger.placement.assignment(of: CustomerHash(number: number)) }
        return (told.count, decided)
    }

    @Test func itDoesNotGrowWithTheCustomers() throws {
        let few = try sizes(customers: 1_000)
        let many = try sizes(customers: 1_000_000)
        #expect(few == many)
        #expect(many.router < 8_192 && many.deciders < 8_192, "\(many)")
    }
}
