import Blueprints
import MeshBase
import Resilience
import Testing
import Topology

@testable import ControlPlane

@Suite struct SettingsNamesTests {
    @Test func whatPoliciesSwitchOffIsIdle() throws {
        #expect(try topology().settingsNames.idle == .init())
        var off = try topology()
        off.policies = PoliciesBlock()
        off.policies?.profile = .off
        let names = off.settingsNames
        #expect(names.idle.gates == Set(names.gates) && names.idle.flags == ["offers"])
        #expect(names.idle.levels == [.mesh, .region("a"), .cell("a-1"), .cell("a-2")])
        var some = try topology()
        some.policies = PoliciesBlock()
        some.policies?.off = [.degradation]
        #expect(some.settingsNames.idle == .init(levels: names.idle.levels))
    }

    private func topology() throws -> MeshTopology {
        let result = MeshFiles.load(
            yaml: """
                mesh: m
                blueprint: shop
                blueprints:
                  - cell: shop
                    services:
                      - {name: pay}
                      - {name: offers}
                      - name: shop
                        calls: [{to: pay}, {to: offers, criticality: luxury, fallback: [empty]}]
                    store: {}
                regions: [{name: a, cells: 2}]
                customers: {count: 10}
                sharding: {size: 1}
                routers: 2
                flags: {offers: off}
                """, named: "m.yaml"
        ) { _ in .failure(Blueprints.FileFailure(code: .fileMissing, message: "none")) }
        return try #require(result.topology, "\(result.rendered())")
    }

    @Test func everyGateFeatureAndFlagHasItsName() throws {
        let names = try topology().settingsNames
        #expect(names.regions == ["a"] && names.cells == ["a-1", "a-2"])
        #expect(names.services == ["pay", "offers", "shop"])
        #expect(names.flags == ["offers"])
        #expect(names.gates.count == 2 * 2 * 4 + 2 * 2)
        for gate in ["r1/a-1/shop", "r2/a-2/records", "a-1/shop/pay", "a-2/shop/offers"] {
            #expect(names.gates.contains(gate), "\(gate)")
        }
    }
}
