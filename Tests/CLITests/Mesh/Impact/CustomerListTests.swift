import MeshBase
import Sharding
import Testing

@testable import cellmesh

@Suite struct CustomerListTests {
    @Test func whereNothingIsSaidItIsWhoMaySufferAndNotEverybody() throws {
        let model = try StoredMesh(topology: try #require(TopologyFile.embedded().topology))
        let cell = try #require(model.topology.cellIndex(named: "us-east-1"))
        let list = CustomerList(
            topology: model.topology, placement: model.placement, observed: nil, dead: CellSet([cell]))
        func page(_ filter: CustomerList.Filter) -> Int { list.page("m", filter, after: 0, most: 10).matching }
        let degraded = page(.init(isDegraded: true))
        #expect(degraded > 0 && page(.touched) == degraded)
        #expect(page(.init()) == model.topology.customers.count && page(.init(cell: cell)) == degraded)
        let whole = CustomerList(topology: model.topology, placement: model.placement, observed: nil, dead: CellSet())
        #expect(whole.page("m", .touched, after: 0, most: 10).customers.isEmpty)
    }

    @Test func optionsOfTracesAreThoseOfTheirExport() throws {
        let words = [
            "--failed", "--status", "5xx", "--slow", "50ms", "--policy", "breaker", "--service", "checkout",
            "--customer",
            "c7", "--cell", "us-east-1", "--fault", "f3",
        ]
        let listed = try #require(try CellMesh.parseAsRoot(["trace", "ls"] + words) as? TraceListCommand)
        let export = try CellMesh.parseAsRoot(["trace", "export", "--file", "f"] + words)
        let exported = try #require(export as? TraceExportCommand)
        for filter in [listed.choice.filter, exported.choice.filter] {
            #expect(
                filter.isFailed && filter.statuses == [500...599] && filter.slow == 50 && filter.policy == "breaker")
            #expect(
                (filter.service, filter.customer, filter.cell, filter.fault) == ("checkout", "c7", "us-east-1", "f3"))
        }
        #expect(throws: (any Error).self) {
            try CellMesh.parseAsRoot(["trace", "export", "4bf9", "--file", "f", "--slow", "5ms"])
        }
        #expect(throws: (any Error).self) { try CellMesh.parseAsRoot(["trace", "ls", "--status", "6xx"]) }
        #expect(throws: (any Error).self) { try CellMesh.parseAsRoot(["customers", "--all", "--lost"]) }
    }
}
