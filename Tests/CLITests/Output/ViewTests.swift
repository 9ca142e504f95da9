import MeshBase
import Reports
import Sharding
import Testing
import Topology

@testable import cellmesh

@Suite struct ViewTests {
    private let plain = TableStyle(isWide: false, hasColors: false)

    @Test func aFullStoreIsServedAndTold() throws {
        func cell(_ name: String) -> String {
            """
            {"name":"\(name)","region":"a","zone":"z","pid":7,"state":"degraded","address":null,"customers":1,
            "takes_customers":true,"reached_by":["r1"],"health_score":1,"health":"healthy","trouble":"store-full"}
            """
        }
        let answer = try ReportJSON.read(
            StatusReport.self,
            Array(
                """
                {"cells":[\(cell("a-1")),\(cell("a-2"))],"control":{"pid":9,"address":"http://127.0.0.1:2"},"epoch":1,"mesh":"m",
                "routers":[],"schema":"cellmesh/1","seed":42,"state":"degraded"}
                """.utf8))
        let text = StatusView.make(answer).table(plain)
        #expect(text.contains("2 of 2 cells serving, 2 of them degraded, seed 42"))
        #expect(text.contains("store full, reads are answered and writes are refused: cell/a-1, cell/a-2\n"))
    }

    @Test func statusNamesWhatIsDown() throws {
        let answer = try ReportJSON.read(
            StatusReport.self,
            Array(
                #"""
                {"cells":[{"name":"a-1","region":"a","zone":"z","pid":7,"state":"serving","address":"127.0.0.1:1",
                "customers":1200,"health_score":0.125,"health":"critical",
                "failing":[{"service":"pay","health_score":0.125,"of":100}]},{"name":"a-2","region":"a","zone":"z","pid":null,"state":"down","address":null,
                "customers":3}],"control":{"pid":9,"address":"http://127.0.0.1:2"},"epoch":1,"mesh":"m",
                "routers":[{"name":"r1","pid":8,"state":"degraded","reaches":1,"address":"127.0.0.1:3"}],"schema":"cellmesh/1","seed":42,
                "state":"degraded"}
                """#.utf8))
        let report = StatusView.make(answer)
        #expect(
            report.table(plain) == """
                mesh m is degraded: 1 of 2 cells serving, seed 42, epoch 1

                CELL  REGION  ZONE  STATE    HEALTH  CUSTOMERS  ADDRESS
                a-1   a       z     serving    0.13      1 200  127.0.0.1:1
                a-2   a       z     down          -          3  -

                PROCESS    STATE     REACHES  ADDRESS
                router/r1  degraded  1 cells  127.0.0.1:3
                control    serving         -  http://127.0.0.1:2

                failing: service/pay in 1 cell, at worst 0.13 of 1 well (cell/a-1)

                """)
        #expect(report.names == ["cell/a-1", "cell/a-2", "router/r1"])
        #expect(
            report.json(.compact).hasPrefix(
                #"{"schema":"cellmesh/1","mesh":"m","seed":42,"epoch":1,"state":"degraded","cells":[{"name":"a-1","#))
    }

    @Test func differingViewsAreGrouped() {
        let report = MemberViews.report(
            [
                .init(observer: "x", statuses: [("a", "alive"), ("b", "dead")]),
                .init(observer: "y", statuses: [("a", "alive"), ("b", "suspect")]),
                .init(observer: "z", statuses: [("a", "alive"), ("b", "dead")]),
            ], silent: ["w"])
        #expect(
            report.table(plain) == """
                2 different views
                  A  2 nodes: x, z
                  B  1 node: y

                MEMBER  SEEN BY A  SEEN BY B
                b       dead       suspect
                no answer from: w

                """)
        #expect(report.fields["differences"].elements.map { $0["name"].text } == ["b"])
        #expect(report.fields["sides"].elements.map { $0.elements.compactMap(\.text) } == [["x", "z"], ["y"]])
    }

    @Test func manyDifferentViewsAreToldMemberByMember() {
        let report = MemberViews.report(
            (0..<8).map { view in
                .init(
                    observer: "n\(view)",
                    statuses: (0..<8).map { ("m\($0)", $0 == view ? "dead" : "alive") })
            }, silent: [])
        let text = report.table(plain)
        #expect(text.hasPrefix("8 different views of 8 nodes\n\nMEMBER  STATUS  SEEN BY\nm0      dead    n0\n"))
        #expect(text.contains("n1, n2, n3, n4, n5, n6 and 1 more"))
    }

    @Test func aBlastRadiusStandsBesideItsComparisons() {
        var report = BlastRadiusReport(
            cells: ["a-1", "a-2"], customers: 1000, counts: .init(lost: 36, degraded: 429, untouched: 535),
            noQuorum: 12,
            traditional: .init(degraded: 1000), plainCells: .init(lost: 250, untouched: 750),
            expected: .init(lost: 35.7, lostDeviation: 5.87, degraded: 428.6, degradedDeviation: 15.6))
        report.of = 8
        #expect(
            BlastRadiusView(report: report).full.table(plain) == """
                2 dead cells of 8: a-1, a-2; 1 000 customers

                CUSTOMERS  PREDICTED   SHARE      EXPECTED  ONE POOL  PLAIN CELLS
                lost              36  3.60 %    35.7 ± 5.9         0          250
                degraded         429  42.9 %  428.6 ± 15.6     1 000            0
                untouched        535  53.5 %                       0          750
                no quorum         12  1.20 %

                """)
    }

    @Test func aRouteHasTheFirstHealthyCell() throws {
        let model = try StoredMesh(topology: try #require(TopologyFile.embedded().topology))
        let placement = model.placement.shard(of: CustomerHash("c1")).map { model.topology.cells[$0.position].name }
        #expect(RouteView(model, customer: "c1", status: nil).report.fields["serving"].isNull)
        func status(_ states: [ProcessState]) -> MeshStatus {
            MeshStatus(.sample("degraded", zip(placement, states).map { .sample($0, $1) }))
        }
        func serving(_ states: ProcessState...) -> String? {
            RouteView(model, customer: "c1", status: status(states)).report.fields["serving"].text
        }
        #expect(serving(.serving, .serving, .serving) == placement[0])
        #expect(serving(.down, .degraded, .serving) == placement[1])
        #expect(serving(.paused, .unreachable, .serving) == placement[2])
        #expect(serving(.down, .down, .down) == nil)
    }

    @Test func aShardInOneRegionSaysSo() throws {
        let topology = try #require(TopologyFile.embedded().topology)
        let first = { (text: String) in text.split(separator: "\n").first.map(String.init) ?? "" }
        func head(_ customer: String, _ table: PlacementTable = PlacementTable()) throws -> String {
            first(
                RouteView(try StoredMesh(topology: topology, table: table), customer: customer, status: nil).report
                    .table(plain))
        }
        let placement = try StoredMesh(topology: topology).placement
        let names = (1...100).map { Customers.name($0) }
        let pinned = try #require(names.first { placement.geography(of: CustomerHash($0)) == "eu" })
        let free = try #require(names.first { placement.geography(of: CustomerHash($0)) == nil })
        #expect(try head(pinned).hasSuffix("never leaves geography eu, all of it in region eu-west, lost with it"))
        #expect(try head(free).hasSuffix("spread over regions"))
        func pinnedTo(_ cells: Int...) throws -> PlacementTable {
            let shard = try #require(Shard(cells.map { CellIndex($0) }))
            var table = PlacementTable()
            let customer = CustomerHash(free)
            try table.change(cohort: table.cohort(of: customer)) { entry throws(PlacementChangeError) in
                try entry.pin(customer, from: shard, to: shard)
            }
            return table
        }
        #expect(
            try head(free, pinnedTo(0, 1, 2)).hasSuffix("pinned by hand, all of it in region us-east, lost with it"))
        #expect(try head(free, pinnedTo(0)).hasSuffix("pinned by hand"))
    }

    @Test func aRouteIsThatOfTheRoutersThatReachTheCells() throws {
        let model = try StoredMesh(topology: try #require(TopologyFile.embedded().topology))
        let shard = model.placement.shard(of: CustomerHash("c1")).map { model.topology.cells[$0.position].name }
        let reached = [["r2"], ["r1", "r2"], ["r1"]]
        var told = StatusReport.sample("degraded", zip(shard, reached).map { .sample($0, .degraded, reachedBy: $1) })
        told.routers = ["r1", "r2"].map { .init(name: $0, pid: nil, state: .degraded, address: nil) }
        let status = MeshStatus(told)
        let report = RouteView(model, customer: "c1", status: status).report
        #expect(report.fields["serving"].text == shard[0])
        #expect(report.fields["by_router"].elements.map { $0["serving"].text } == [shard[1], shard[0]])
        #expect(report.table(plain).contains("through r1: \(shard[1]) serves"))
    }

    @Test func failuresAreDocumentsToo() {
        let failure = CommandFailure(.noSuchMesh, "no mesh", next: "cellmesh up")
        #expect(
            DocumentText.json(failure.document, .compact)
                == #"{"schema":"cellmesh/1","error":{"code":"no-such-mesh","exit_code":4,"message":"no mesh","hint":null,"#
                + #""next":"cellmesh up"}}"#)
    }
}
