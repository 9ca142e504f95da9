import MeshBase
import Sharding
import Testing
import Topology

@testable import cellmesh

@Suite struct CellCountTests {
    private func cell(_ name: String, _ region: String, _ state: String, takes: Bool?) -> JSONValue {
        .object(
            [("name", .string(name)), ("region", .string(region)), ("state", .string(state))]
                + (takes.map { [("takes_customers", .bool($0))] } ?? []))
    }

    /// A dead cell of a region that was left, and one that was drained and is paused, take no traffic either.
    @Test func whoTakesTrafficIsWhatThePlacementSaysAndNotTheProcess() {
        let status = MeshStatus(
            .object([
                ("mesh", "m"), ("state", "degraded"), ("evacuated", .array(["us"])),
                (
                    "cells",
                    .array([
                        cell("eu-1", "eu", "serving", takes: true), cell("eu-2", "eu", "down", takes: true),
                        cell("eu-3", "eu", "paused", takes: false), cell("us-1", "us", "down", takes: false),
                        cell("us-2", "us", "evacuated", takes: false), cell("us-3", "us", "drained", takes: false),
                    ])
                ),
            ]))
        #expect(status.count.serving == 1 && status.count.taking == 2)
        #expect(status.count.others == ", 2 evacuated, 2 drained", "a drained cell of a left region is drained")
        let text = StatusView.make(status.document).table(TableStyle(isWide: false, hasColors: false))
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
    @Test func withoutAWordOfItTheStatesTell() {
        let status = MeshStatus(
            .object([
                (
                    "cells",
                    .array([
                        cell("a", "r", "serving", takes: nil), cell("b", "r", "drained", takes: nil),
                        cell("c", "r", "evacuated", takes: nil),
                    ])
                )
            ]))
        #expect(
            status.count.taking == 1 && status.count.serving == 1 && status.count.others == ", 1 evacuated, 1 drained")
    }
}
