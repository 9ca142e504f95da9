import Foundation
import Testing
import Topology

@testable import Blueprints

@Suite struct ShippedFilesTests {
    /// Those that pin a tenth of their customers to `eu`, which is one region, and say so.
    static let pinned = ["nine-cells.yaml", "three-regions.yaml"]

    /// But for what a later version will act upon: the example workloads say what they mean, whatever is in force yet.
    static func codes(_ result: MeshFilesResult) -> [ProblemCode] {
        result.problems.map(\.code)
    }
    /// The limits of the trading desk are what they are, and too late as it says itself.
    static func expected(_ name: String) -> [ProblemCode] {
        if pinned.contains(name) { return [.pinnedToOneRegion] }
        // What it is there to show.
        if name == "leaky.yaml" { return [.poolShared] }
        return name == "trading.yaml" ? [.valueRateAboveLimit] : []
    }

    @Test(arguments: ShippedFiles.topologies) func everyTopologyIsCleanAndWarnsOfNothingButItsPins(name: String) {
        let result = ShippedFiles.load(name)
        #expect(Self.codes(result) == Self.expected(name), "\(result.rendered())")
        #expect(result.topology != nil)
        #expect(result.topology?.name == String(name.dropLast(5)))
    }

    @Test(arguments: ShippedFiles.blueprints) func everyBlueprintIsCleanByItself(name: String) {
        let result = MeshFiles.check("\(ShippedFiles.root)/cells/\(name)")
        #expect(Self.codes(result) == Self.expected(name), "\(result.rendered())")
        #expect(result.blueprint?.name == String(name.dropLast(5)))
    }

    @Test(arguments: ShippedFiles.names(in: "scenarios")) func everyScenarioIsClean(name: String) {
        let result = MeshFiles.check("\(ShippedFiles.root)/scenarios/\(name)")
        #expect(Self.codes(result).isEmpty && (result.scenario != nil || result.gameDay != nil), "\(result.rendered())")
    }

    /// Each workload has a blueprint, a mesh that runs it, and a scenario whose load calls one of its services.
    @Test(arguments: ["social-feed", "dashboard", "streaming", "dispatch", "trading"])
    func everyWorkloadIsWhole(name: String) throws {
        let mesh = try #require(ShippedFiles.load("\(name).yaml").topology)
        #expect(mesh.blueprints.map(\.name) == [name])
        let scenario = ShippedFiles.text("scenarios/\(name).yaml")
        let service = try #require(scenario.firstMatch(of: /service: ([a-z-]+)\}/)?.output.1)
        #expect(mesh.blueprints[0].services.contains { $0.name == service })
        let struck = try #require(scenario.firstMatch(of: /service\/([a-z-]+)(@([a-z-]+))?/))
        #expect(mesh.blueprints[0].services.contains { $0.name == struck.output.1 })
        if let cell = struck.output.3 { #expect(mesh.cellIndex(named: String(cell)) != nil) }
    }

    @Test func theFilesAreThere() {
        for name in [
            "eight-cells", "flagship-poison-replaced", "flagship-poison", "flagship", "hundred-cells", "leaky",
            "monolith",
            "nine-cells", "poison-replaced", "poison", "thousand-cells", "three-regions", "walled",
        ] { #expect(ShippedFiles.topologies.contains("\(name).yaml")) }
        for name in ["echo", "storefront-important", "storefront"] {
            #expect(ShippedFiles.blueprints.contains("\(name).yaml"))
        }
    }

    @Test func shapesAreThoseOfThePredictions() throws {
        let eight = try #require(ShippedFiles.load("eight-cells.yaml").topology)
        #expect(eight.cells.count == 8 && eight.sharding.size == 2 && eight.customers.count == 1000)
        #expect(eight.blueprints[0].store?.tier == .important)
        let flagship = try #require(ShippedFiles.load("flagship.yaml").topology)
        #expect(flagship.cells.count == 24 && flagship.sharding.size == 3 && flagship.customers.count == 10_000)
        #expect(flagship.customers.geographies.isEmpty && flagship.deciders == 5)
        let hundred = try #require(ShippedFiles.load("hundred-cells.yaml").topology)
        #expect(hundred.cells.count == 100 && hundred.sharding.size == 5 && hundred.sharding.spread == .cell)
        let thousand = try #require(ShippedFiles.load("thousand-cells.yaml").topology)
        #expect(thousand.cells.count == 1_000 && thousand.regions.count == 5 && thousand.membership.profile == .lan)
        let monolith = try #require(ShippedFiles.load("monolith.yaml").topology)
        #expect(monolith.cells.count == 1 && monolith.sharding.size == 1 && monolith.deciders == 1)
        var poison = try #require(ShippedFiles.load("flagship-poison.yaml").topology)
        #expect(poison.customers.poison == 1 && poison.sharding.replacement == .never)
        poison.name = flagship.name
        poison.customers.poison = 0
        #expect(poison == flagship)
        let replaced = try #require(ShippedFiles.load("flagship-poison-replaced.yaml").topology)
        #expect(replaced.sharding.replacement == .onCrash && replaced.customers.poison == 1)
        // The pair for the drill differs in the same alone.
        let small = try #require(ShippedFiles.load("poison.yaml").topology)
        var control = try #require(ShippedFiles.load("poison-replaced.yaml").topology)
        #expect(small.sharding.size == 3 && small.restart == .never && small.customers.poison == 1)
        #expect(control.sharding.replacement == .onCrash)
        control.sharding.replacement = .never
        control.name = small.name
        #expect(control == small)
        // And so does the leaky bulkhead.
        let walled = try #require(ShippedFiles.load("walled.yaml").topology)
        var leaky = try #require(ShippedFiles.load("leaky.yaml").topology)
        #expect(walled.cells.map { walled.blueprints[$0.blueprint].connections?[0].value.max } == [50, 30, 20])
        #expect(leaky.shared == [.init("database", 100)])
        leaky.shared = nil
        leaky.name = walled.name
        #expect(leaky == walled)
    }

    @Test func threeRegionsIsReadInFull() throws {
        let mesh = try #require(ShippedFiles.load("three-regions.yaml").topology)
        #expect(mesh.name == "three-regions" && mesh.seed == 42)
        #expect(mesh.regions.map(\.name) == ["us-east", "us-west", "eu-west"])
        #expect(mesh.regions[2].geography == "eu")
        #expect(mesh.cells.map(\.name).prefix(5) == ["us-east-1", "us-east-2", "us-east-3", "us-east-4", "us-west-1"])
        #expect(mesh.cells.prefix(4).map(\.zone) == [0, 1, 0, 1])
        #expect(mesh.customers.geographies == [.init(geography: "eu", share: 0.1)])
        #expect(mesh.routers == [Router(name: "r1", region: 0)] && mesh.control.region == 1)
        #expect(mesh.links.isPlain && mesh.deciders == 5 && mesh.restart == .never)
        #expect(mesh.evacuation == EvacuationSettings())

        let storefront = mesh.blueprints[0]
        let names = storefront.services.map(\.name)
        #expect(names == ["checkout", "user", "inventory", "payment", "order", "refund", "shipping"])
        let calls = storefront.services[0].calls
        #expect(calls.map { names[$0.to] } == ["user", "inventory", "payment", "order", "shipping"])
        #expect(calls[2].compensation == 5 && calls[2].criticality == .core)
        #expect(calls[1].fallback == [.static] && calls[4].fallback == [.static, .empty])
        #expect(storefront.store == StoreSettings(tier: .critical, durability: .process))
    }

    @Test(arguments: ShippedFiles.topologies) func yamlRoundTrip(name: String) throws {
        let topology = try #require(ShippedFiles.load(name).topology)
        let yaml = ConfigurationRenderer.yaml(topology)
        let again = load(yaml)
        #expect(Self.codes(again) == Self.expected(name), "\(again.rendered())")
        #expect(again.topology == topology)
        #expect(again.topology.map(ConfigurationRenderer.yaml) == yaml)
    }

    @Test(arguments: ShippedFiles.topologies) func jsonRoundTrip(name: String) throws {
        let topology = try #require(ShippedFiles.load(name).topology)
        let data = try JSONEncoder().encode(topology)
        #expect(try JSONDecoder().decode(MeshTopology.self, from: data) == topology)
    }
}
