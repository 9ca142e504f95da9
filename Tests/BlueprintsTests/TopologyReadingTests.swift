import MeshBase
import Testing
import Topology

@testable import Blueprints

/// One wrong topology after another: which problems it has, and where.
@Suite struct TopologyReadingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var yaml: String
        var problems: [String]
        var testDescription: String { problems.joined(separator: " ") + " in " + yaml.prefix(60) }
        init(_ yaml: String, _ problems: String...) {
            self.yaml = yaml
            self.problems = problems
        }
        /// The minimal topology with lines replaced.
        init(_ replacements: [String: String], _ problems: String...) {
            var lines = minimal().split(separator: "\n").map(String.init)
            for (key, line) in replacements {
                if let position = lines.firstIndex(where: { $0.hasPrefix(key) }) {
                    lines[position] = line
                } else {
                    lines.append(line)
                }
            }
            yaml = lines.joined(separator: "\n")
            self.problems = problems
        }
    }

    @Test func theMinimalTopologyHasTheDocumentedDefaults() throws {
        let result = load(minimal())
        #expect(result.rendered() == "")
        let mesh = try #require(result.topology)
        #expect(
            mesh
                == MeshTopology(
                    name: "test", seed: 42, regions: [Region(name: "a")],
                    cells: (1...3).map { Cell(name: "a-\($0)", region: 0, zone: 0) },
                    blueprints: [Blueprint(name: "echo", services: [Service(name: "ping")])],
                    customers: Customers(count: 10), sharding: ShardingPolicy(size: 3, spread: .cell),
                    routers: [Router(name: "r1", region: 0)], control: Control(region: 0), deciders: 3))
        #expect(mesh.blueprints[0].store == nil)
    }

    static let names = [
        Case(["mesh": "mesh: Test"], "bad-name@1:7"),
        Case(["mesh": "mesh: [a]"], "wrong-type@1:7"),
        Case(["mesh": "mesh:"], "wrong-type@1:6"),
        Case(["mesh": "seed: 1"], "missing-key@1:1"),
        Case(["mesh": "mesh: \(String(repeating: "a", count: 64))"], "bad-name@1:7"),
        Case(["seed": "seed: -1"], "bad-number@7:7"),
        Case(["seed": "seed: one"], "bad-number@7:7"),
        Case(["blueprint": "routers: 1"], "missing-key@1:1"),
        Case(["blueprint": "blueprint: none.yaml"], "file-missing@2:12"),
        Case(["blueprint": "blueprint: {cell: x}"], "wrong-type@2:12"),
        Case(["zebra": "zebra: 1"], "unknown-key@7:1"),
        Case(["mesh": "mesh: test\nmesh: test"], "duplicate-key@2:1"),
    ]

    static let regions = [
        Case(["  - {name": "  - {cells: 3}"], "missing-key@4:5"),
        Case(["  - {name": "  - {name: a}"], "missing-key@4:5"),
        Case(["  - {name": "  - {name: a, cells: 0}"], "out-of-range@4:22"),
        Case(["  - {name": "  - {name: a, cells: 1001}"], "out-of-range@4:22"),
        Case(["  - {name": "  - {name: a, cells: 2.5}"], "bad-number@4:22"),
        Case(["  - {name": "  - {name: a, cells: few}"], "wrong-type@4:22"),
        Case(["  - {name": "  - {name: a, cells: []}"], "too-few@4:22"),
        Case(["  - {name": "  - {name: a, cells: [x, y, x, z]}"], "duplicate-name@4:29"),
        Case(["  - {name": "  - {name: a, cells: [x, y, control, z]}"], "bad-name@4:29"),
        Case(["  - {name": "  - {name: a, cells: [x, y, {name: z, zone: b}]}"], "unknown-zone@4:45"),
        Case(["  - {name": "  - {name: a, cells: [x, y, {name: z, weight: 0}]}"], "out-of-range@4:47"),
        Case(["  - {name": "  - {name: a, cells: [x, y, {name: z, blueprint: no.yaml}]}"], "file-missing@4:50"),
        Case(["  - {name": "  - {name: a, cells: 3, blueprint: no.yaml}"], "file-missing@4:36"),
        Case(["  - {name": "  - {name: a, cells: 3, zones: []}"], "too-few@4:32"),
        Case(["  - {name": "  - {name: a, cells: 3, zones: [b, b]}"], "duplicate-name@4:36"),
        Case(["  - {name": "  - {name: a, cells: 3, geography: 1}"], "bad-name@4:36"),
        Case(["  - {name": "  - {name: a, cells: 3, near: [b]}"], "unknown-region@4:32"),
        Case(["  - {name": "  - {name: a, cells: 3, near: [a]}"], "bad-link@4:32"),
        Case(["  - {name": "  - {name: a, cells: 3}\n  - {name: a, cells: 3}"], "duplicate-name@5:12"),
        Case(["  - {name": "  - {name: a, cells: [b-1, x]}\n  - {name: b, cells: 1}"], "duplicate-name@5:22"),
        Case(["  - {name": "  - 3"], "wrong-type@4:5"),
        Case(["regions": "regions: []\nx:"], "too-few@3:10", "unknown-key@4:1"),
        Case(["  - {name": "  - {name: a, cells: 600}\n  - {name: b, cells: 600}"], "too-many@5:22"),
    ]

    static let parts = [
        Case(["links": "links: {a: {latency: 1ms}}"], "bad-link@7:9"),
        Case(["links": "links: {a/b: {latency: 1ms}}"], "unknown-region@7:9"),
        Case(["links": "links: {a/a: {latency: 1ms}}"]),
        Case(["links": "links: {default: {latency: 11s}}"], "out-of-range@7:28"),
        Case(["links": "links: {default: {loss: 2}}"], "out-of-range@7:25"),
        Case(["links": "links: {default: {latency: 1ms, jitter: 2ms}}"], "jitter-above-latency@7:41"),
        Case(["customers": "customers: {}"], "missing-key@5:12"),
        Case(["customers": "customers: {count: 0}"], "out-of-range@5:20"),
        Case(["customers": "customers: {count: 10000001}"], "out-of-range@5:20"),
        Case(["customers": "customers: {count: 1, poison: 2}"], "out-of-range@5:31"),
        Case(["customers": "customers: {count: 1, popularity: zipf}"], "bad-popularity@5:35"),
        Case(["customers": "customers: {count: 1, popularity: zipf(11)}"], "bad-popularity@5:35"),
        Case(["customers": "customers: {count: 1, geographies: {eu: 10%}}"], "unknown-geography@5:37"),
        Case(["sharding": "sharding: {size: 0, spread: cell}"], "out-of-range@6:18"),
        Case(["sharding": "sharding: {size: 17, spread: cell}"], "out-of-range@6:18"),
        Case(["sharding": "sharding: {size: 4, spread: cell}"], "shard-too-large@6:18"),
        Case(["sharding": "sharding: {spread: zone}"], "shard-too-large@6:1"),
        Case(["sharding": "restart: never"], "shard-too-large@1:1"),
        Case(["sharding": "sharding: {spread: rack}"], "unknown-word@6:20"),
        Case(["sharding": "sharding: {spread: cell, replacement: always}"], "unknown-word@6:39"),
        Case(["routing": "routing: {attempt-timeout: 0s}"], "out-of-range@7:28"),
        Case(["routing": "routing: {attempt-timeout: 5s}"], "request-timeout@7:28"),
        Case(["routing": "routing: {body-limit: 1048576}"], "bad-size@7:23"),
        Case(["routing": "routing: {connection-limit: 0}"], "out-of-range@7:29"),
        Case(["routers": "routers: 0"], "out-of-range@7:10"),
        Case(["routers": "routers: []"], "too-few@7:10"),
        Case(["routers": "routers: [{name: r1, region: b}]"], "unknown-region@7:30"),
        Case(["routers": "routers: [{name: r1}, {name: r1}]"], "duplicate-name@7:30"),
        Case(["routers": "routers: [{name: a-1}]"], "duplicate-name@7:18"),
        Case(["routers": "routers: [{region: a}]"], "missing-key@7:11"),
        Case(["control": "control: {region: b}"], "unknown-region@7:19"),
        Case(["control": "control: {}"], "missing-key@7:10"),
        Case(["deciders": "deciders: 5"], "out-of-range@7:11"),
        Case(["deciders": "deciders: 2"], "even-deciders@7:11"),
        Case(["restart": "restart: always"], "unknown-word@7:10"),
        Case(["membership": "membership: {profile: lna}"], "unknown-word@7:23"),
        Case(["membership": "membership: {probe-interval: 1s, probe-timeout: 1s}"], "wrong-order@7:13"),
        Case(["membership": "membership: {indirect-probes: 17}"], "out-of-range@7:31"),
        Case(["evacuation": "evacuation: {stages: [5, 50]}"], "wrong-order@7:22"),
        Case(["evacuation": "evacuation: {stages: []}"], "wrong-order@7:22"),
        Case(["evacuation": "evacuation: {stages: [0, 100]}"], "out-of-range@7:23"),
        Case(["evacuation": "evacuation: {headroom: 100%}"], "out-of-range@7:24"),
        Case(["evacuation": "evacuation: {watch: soon}"], "bad-duration@7:21"),
    ]

    @Test(arguments: names + regions + parts) func everyMistakeIsFoundWhereItStands(example: Case) {
        let result = load(example.yaml)
        #expect(codes(result) == example.problems, "\(result.rendered())")
        #expect((result.topology == nil) == result.problems.hasErrors)
    }

    @Test func whatIsInForceIsNotWarnedOf() {
        let yaml = """
            mesh: test
            blueprint: echo.yaml
            regions:
              - {name: a, cells: 2, near: [b]}
              - {name: b, cells: 2, near: [a]}
            customers: {count: 10}
            sharding: {size: 2}
            deciders: 3
            evacuation: {watch: 3s}
            """
        let result = load(yaml)
        #expect(codes(result) == [])
        #expect(result.topology?.evacuation.watch == .seconds(3))
        #expect(result.topology?.regions.map(\.near) == [["b"], ["a"]])
        #expect(result.topology?.deciders == 3 && result.report.ok)
    }

    @Test func roundsOfRepairHaveBounds() {
        func read(_ value: String) -> MeshFilesResult {
            load(
                "mesh: test\nblueprint: echo.yaml\ncustomers: {count: 1}\nsharding: {size: 1}\nregions: [{name: a, cells: 1}]\n"
                    + "repair: \(value)\n")
        }
        #expect(read("{round: 100ms}").topology?.repair == RepairSettings(round: .milliseconds(100)))
        #expect(read("{}").topology?.repair == RepairSettings(round: .minutes(1)))
        #expect(codes(read("{round: 0s}")) == ["out-of-range@6:17"])
        #expect(codes(read("{round: 25h}")) == ["out-of-range@6:17"])
        #expect(codes(read("{rounds: 1m}")) == ["unknown-key@6:10"])
    }

    @Test func tombstonesHaveBounds() {
        func read(_ value: String) -> MeshFilesResult {
            load(
                "mesh: test\nblueprint: echo.yaml\ncustomers: {count: 1}\nsharding: {size: 1}\nregions: [{name: a, cells: 1}]\n"
                    + "tombstones: \(value)\n")
        }
        #expect(
            read("{grace: 0s, round: 100ms}").topology?.tombstones
                == TombstoneSettings(grace: .zero, round: .milliseconds(100)))
        #expect(read("{}").topology?.tombstones == TombstoneSettings())
        #expect(codes(read("{grace: 25h}")) == ["out-of-range@6:21"])
        #expect(codes(read("{round: 0s}")) == ["out-of-range@6:21"])
        #expect(codes(read("{every: 5m}")) == ["unknown-key@6:14"])
    }

    static func pinned(_ regions: [String], _ rest: String = "sharding: {size: 3}") -> [String] {
        let list = regions.map { "  - {\($0)}\n" }.joined()
        return codes(
            load(
                "mesh: test\nblueprint: echo.yaml\ncustomers: {count: 10, geographies: {eu: 10%, us: 0%}}\n"
                    + rest + "\nregions:\n" + list + "  - {name: u, geography: us, cells: 1}\n"))
    }

    /// Where the loss of one region takes whole shards of pinned customers, and only there.
    @Test func customersPinnedToOneRegionAreWarnedOf() {
        let eight = "name: a, geography: eu, zones: [x, y, z], cells: 8"
        let warning = ["pinned-to-one-region@3:38"]
        #expect(Self.pinned([eight, "name: b, cells: 1"]) == warning)
        #expect(Self.pinned([eight], "sharding: {size: 2, spread: zone}") == warning)
        #expect(Self.pinned([eight, "name: b, cells: 1"], "sharding: {size: 1}") == [])
        #expect(Self.pinned([eight, "name: b, geography: eu, cells: 1"], "sharding: {size: 2}") == [])
        // Three cells in two regions are spread over zones: a has three of them, or fewer than all cells need.
        #expect(Self.pinned([eight, "name: b, geography: eu, cells: 1"]) == warning)
        let few = "name: a, geography: eu, zones: [x, y], cells: 8"
        #expect(Self.pinned([few, "name: b, geography: eu, zones: [x, y], cells: 2"]) == [])
        // Who spreads by zones or cells has not asked for regions.
        #expect(Self.pinned([few, "name: b, geography: eu, cells: 1"], "sharding: {size: 2, spread: cell}") == [])
    }

    @Test func aMeshOfOneRegionIsNotWarnedOfIt() {
        let yaml = minimal().replacing("{name: a", with: "{name: a, geography: eu").replacing(
            "{count: 10}", with: "{count: 10, geographies: {eu: 10%}}")
        #expect(codes(load(yaml)) == [])
    }

    @Test func theWarningOfAPinNamesTheRegionAndAWayOut() throws {
        let problem = try #require(ShippedFiles.load("three-regions.yaml").problems.first)
        #expect(
            problem.message
                == "all 3 cells of a customer pinned to 'eu' lie in 'eu-west', its only region: the loss of that "
                + "takes them all")
        #expect(problem.hint?.hasPrefix("add a region with this geography") == true)
    }

    @Test func pinnedCustomersNeedEnoughCellsInTheirGeography() {
        let yaml = """
            mesh: test
            blueprint: echo.yaml
            regions:
              - {name: a, geography: us, cells: 3}
              - {name: b, geography: eu, cells: 2}
              - {name: c, geography: us, cells: 2}
              - {name: d, geography: us, cells: 2}
            customers: {count: 10, geographies: {us: 20%, eu: SHARE}}
            """
        #expect(codes(load(yaml.replacing("SHARE", with: "10%"))) == ["geography-too-small@8:47"])
        #expect(codes(load(yaml.replacing("SHARE", with: "0%"))) == [])
        #expect(codes(load(yaml.replacing("SHARE", with: "81%"))).contains("out-of-range@8:37"))
    }

    @Test func twoCellsToAShardAndTierCriticalRefuseWithOneDeadCell() {
        let store = echo + "store: {}\n"
        let yaml = minimal().replacing("size: 3", with: "size: 2")
        #expect(codes(load(yaml, ["echo.yaml": store])) == ["quorum-of-two@6:18"])
        #expect(codes(load(yaml)) == [])
    }

    @Test func blueprintsPerRegionAndPerCell() throws {
        let yaml = """
            mesh: test
            blueprint: echo.yaml
            regions:
              - {name: a, cells: 2}
              - {name: b, cells: [x, {name: y, blueprint: echo.yaml}], blueprint: ../cells/shop.yaml}
              - {name: c, cells: [{name: z, blueprint: ../cells/shop.yaml, weight: 3}]}
            customers: {count: 10}
            """
        let result = load(yaml, ["shop.yaml": "cell: shop\nservices: [{name: buy}]"])
        #expect(result.rendered() == "")
        let mesh = try #require(result.topology)
        #expect(mesh.blueprints.map(\.name) == ["echo", "shop"])
        #expect(mesh.cells.map(\.blueprint) == [0, 0, 1, 0, 1])
        #expect(mesh.cells[4].weight == 3)
        #expect(load(ConfigurationRenderer.yaml(mesh)).topology == mesh)

        let clash = load(yaml, ["shop.yaml": echo])
        #expect(codes(clash).contains("duplicate-name@5:71"))
    }

    @Test func routersAndCellsAreSpread() throws {
        let yaml = """
            mesh: test
            blueprint: echo.yaml
            regions:
              - {name: a, zones: [x, y, z], cells: 5}
              - {name: b, cells: 2}
            customers: {count: 10}
            sharding: {size: 2}
            routers: 3
            control: {region: b}
            """
        let mesh = try #require(load(yaml).topology)
        #expect(mesh.cells.map(\.zone) == [0, 1, 2, 0, 1, 0, 0])
        #expect(
            mesh.routers == [
                Router(name: "r1", region: 0), Router(name: "r2", region: 1), Router(name: "r3", region: 0),
            ])
        #expect(mesh.control.region == 1)
        #expect(mesh.deciders == 5)
    }

    @Test func problemsAreBounded() {
        let keys = (0..<2000).map { "key\($0): 1" }.joined(separator: "\n")
        let result = load(keys)
        #expect(result.problems.count == ProblemCollector.most + 1)
        #expect(result.problems.last?.code == .tooManyProblems)
        #expect(!result.report.ok)
    }
}
