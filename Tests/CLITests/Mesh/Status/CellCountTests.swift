import MeshBase
import Reports
import Sharding
import Testing
import Topology

@testable import cellmesh

@Suite struct CellCountTests {
    /// A dead cell of a region that was left, and one that was drained and is paused, take no traffic either.
    @Test func whoTakesTrafficIsWhatThePlacementSaysAndNotTheProcess() {
        let status = MeshStatus(
            .sample(
                "degraded",
                [
                    .sample("eu-1", .serving), .sample("eu-2", .down), .sample("eu-3", .paused, takes: false),
                    .sample("us-1", .down, region: "us", takes: false), .sample("us-2", .evacuated, region: "us"),
                    .sample("us-3", .drained, region: "us"),
                ], evacuated: ["us"]))
        #expect(status.count.serving == 1 && status.count.taking == 2)
        #expect(status.count.others == ", 2 evacuated, 2 drained", "a drained cell of a left region is drained")
        let text = StatusView.make(status.report).table(TableStyle(isWide: false, hasColors: false))
        #expect(text.hasPrefix("mesh m is degraded: 1 of 2 cells serving, 2 evacuated, 2 drained, seed"), "\(text)")
        let topology = MeshTopology(
            name: "m", seed: 1, regions: [Region(name: "eu", zones: ["a"]), Region(name: "us", zones: ["a"])],
            cells: ["eu-1", "eu-2", "eu-3", "us-1", "us-2"].map {
                Cell(name: $0, region: $0.hasPrefix("us") ? 1 : 0, zone: 0)
            }, blueprints: [Blueprint(name: "b", services: [])], customers: Customers(count: 10),
            sharding: ShardingPolicy(size: 1, spread: .cell), routers: [], control: Control(region: 0))
        #expect(status.dead(topology).map(\.position) == [1], "only who would serve customers is dead to them")
    }

    /// A control plane of an earlier release says it by the states alone.
    @Test func withoutAWordOfItTheStatesTell() throws {
        let cells = [("a", "serving"), ("b", "drained"), ("c", "evacuated")].map { name, state in
            #"{"name":"\#(name)","region":"r","zone":"z","state":"\#(state)","customers":1,"pid":null}"#
        }
        let text =
            #"{"schema":"cellmesh/1","mesh":"m","seed":1,"epoch":1,"state":"serving","routers":[],"control":{"pid":1},"#
            + #""cells":[\#(cells.joined(separator: ","))],"later":{"more":[1]}}"#
        let status = MeshStatus(try ReportJSON.read(StatusReport.self, Array(text.utf8)))
        #expect(
            status.count.taking == 1 && status.count.serving == 1 && status.count.others == ", 1 evacuated, 1 drained")
    }
}
