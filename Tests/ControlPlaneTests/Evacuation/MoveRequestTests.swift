import Blueprints
import MeshBase
import Reports
import Sharding
import Testing
import Topology

@testable import ControlPlane

/// Cells a-1, a-2 of region a (geography x), b-1, b-2 of region b, and c-1 of region c, which has no store.
private let topology = MeshTopology(
    name: "test", seed: 42,
    regions: [
        Region(name: "a", geography: "x", zones: ["z"]), Region(name: "b", zones: ["z"]),
        Region(name: "c", zones: ["z"]),
    ],
    cells: [
        Cell(name: "a-1", region: 0, zone: 0), Cell(name: "a-2", region: 0, zone: 0),
        Cell(name: "b-1", region: 1, zone: 0), Cell(name: "b-2", region: 1, zone: 0),
        Cell(name: "c-1", region: 2, zone: 0, blueprint: 1),
    ],
    blueprints: [
        Blueprint(name: "shop", services: [], store: StoreSettings(tier: .critical)),
        Blueprint(name: "front", services: [], store: nil),
    ],
    customers: Customers(count: 100, geographies: [.init(geography: "x", share: 0.5)]),
    sharding: ShardingPolicy(size: 2), routers: [], control: Control(region: 0))

private let names = (1...100).map { Customers.name($0) }

@Suite struct MoveRequestTests {
    private let placement = Placement(topology)
    private var bound: String {
        names.first { placement.geography(of: CustomerHash($0)) == "x" } ?? ""
    }
    private var free: String { names.first { placement.geography(of: CustomerHash($0)) == nil } ?? "" }

    private func order(
        _ customer: String, _ cells: [String], evacuated: Set<Int> = []
    ) -> Result<MoveRequest.Order, APIFailure> {
        do throws(APIFailure) {
            return .success(
                try MoveRequest(customer: customer, cells: cells).order(topology, placement, evacuated: evacuated))
        } catch { return .failure(error) }
    }

    @Test func cellsAreFoundInTheirOrder() throws {
        let order = try order(free, ["b-2", "cell/a-1"]).get()
        #expect(order.customer == CustomerHash(free))
        #expect(order.shard.map(\.position) == [3, 0])
        #expect(try self.order(bound, ["a-2"]).get().shard.map(\.position) == [1])
    }

    @Test func whatMustNotBeIsRefused() {
        func failure(_ customer: String, _ cells: [String], evacuated: Set<Int> = []) -> APIFailure? {
            if case .failure(let failure) = order(customer, cells, evacuated: evacuated) { failure } else { nil }
        }
        #expect(failure(free, ["b-3"])?.status == 404)
        #expect(failure(free, ["b-3"])?.detail.contains("did you mean") == true)
        #expect(failure(free, ["b-1", "b-1"])?.status == 400)
        #expect(failure(bound, ["a-1", "b-1"])?.detail.contains("never leaves geography x") == true)
        #expect(failure(bound, ["a-1", "b-1"])?.status == 409)
        #expect(failure(free, ["c-1"])?.detail.contains("no store") == true)
        #expect(failure(free, ["b-1"], evacuated: [1])?.detail.contains("cellmesh restore b") == true)
        func check(_ cells: [String], unused: Set<CellIndex> = [], dead: Set<CellIndex> = []) throws(APIFailure) {
            _ = try MoveRequest(customer: free, cells: cells).order(
                topology, placement, evacuated: [], unused: unused, isAlive: { !dead.contains($0) })
        }
        // A cell that was drained holds nobody; where no majority lives nobody would be served.
        #expect(throws: APIFailure.self) { try check(["a-1", "b-1"], unused: [CellIndex(0)]) }
        #expect(throws: APIFailure.self) { try check(["a-1", "b-1"], dead: [CellIndex(0)]) }
        #expect(throws: Never.self) { try check(["a-1", "a-2", "b-1"], dead: [CellIndex(0)]) }
    }

    @Test(arguments: [
        (#"{"customer":"c1"}"#, "'cells' must be"), (#"{"cells":["a-1"]}"#, "'customer' must be"),
        (#"{"customer":"c1","cells":[]}"#, "'cells' must be"), (#"{"customer":"a/b","cells":["a-1"]}"#, "'customer'"),
        (#"{"customer":"","cells":["a-1"]}"#, "'customer'"), (#"{"customer":"c1","cells":[1]}"#, "a list of texts"),
        (#"{"customer":"c1","cells":"a-1"}"#, "a list of texts"),
        (#"{"customer":"c1","cells":["a-1"],"to":"x"}"#, "'to' is no member"),
    ])
    func bodiesAreReadStrictly(_ body: String, _ detail: String) {
        do {
            _ = try MoveRequest(body: Array(body.utf8))
            Issue.record("\(body) was taken")
        } catch { #expect(error.status == 400 && error.detail.contains(detail), "\(error.detail)") }
    }

    @Test func namesAreThoseOfRequests() {
        #expect(MoveRequest.isName("c1") && MoveRequest.isName("zoë") && MoveRequest.isName("a b"))
        #expect(MoveRequest.isName(String(repeating: "x", count: 128)))
        for name in ["", "a/b", "a\n", "\u{7F}", String(repeating: "x", count: 129)] {
            #expect(!MoveRequest.isName(name))
        }
    }
}

@Suite struct PinsReportTests {
    private func pinned(_ customer: String, to cells: [UInt16], in table: inout PlacementTable) throws {
        let placement = try Placement(topology, table: table)
        let hash = CustomerHash(customer)
        let from = placement.shard(of: hash)
        try table.change(cohort: table.cohort(of: hash)) { entry throws(PlacementChangeError) in
            try entry.pin(hash, from: from, to: Shard(cells.map { CellIndex($0) }) ?? Shard())
        }
    }

    @Test func pinsAreNamedWhereTheirNamesAreKnown() throws {
        var table = PlacementTable()
        let placement = Placement(topology)
        let free = try #require(
            names.first { name in
                placement.geography(of: CustomerHash(name)) == nil
                    && Set(placement.shard(of: CustomerHash(name)).map(\.position)) == [1, 2]
            })
        let stranger = try #require(
            (0..<100).map { "stranger-\($0)" }.first { placement.geography(of: CustomerHash($0)) == nil })
        try pinned(free, to: [3], in: &table)
        try pinned(stranger, to: [2], in: &table)
        let report = PinsReport(table, topology)
        #expect(report.count == 2 && Set(report.pins.map(\.customer)) == [free, nil])
        let moving = try #require(report.pins.first { $0.customer == free })
        #expect(moving.phase == "joint" && moving.cells == ["b-2"])
        #expect(Set(moving.leaving) == ["a-2", "b-1"] && !moving.ends && moving.home.isEmpty)
        #expect(PinsReport(table, topology) { _ in stranger }.pins.contains { $0.customer == stranger })
        #expect(PinsReport(of: stranger, table, topology).pins.map(\.customer) == [stranger])
        #expect(PinsReport(of: "nobody", table, topology).pins.isEmpty)
        // Null, not left out.
        #expect(String(decoding: ReportJSON.encode(report), as: UTF8.self).contains(#""customer":null"#))
    }
}
