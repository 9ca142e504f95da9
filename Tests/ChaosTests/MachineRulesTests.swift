import MeshBase
import Testing
import Topology

@testable import Chaos

@Suite struct MachineRulesTests {
    private func rules(_ name: String, hasDisk: Bool = true, _ faults: String...) -> MachineRules {
        let node = Mesh.nodes.all[Mesh.nodes.number(of: name)!]
        return MachineRules(
            node, hasDisk: hasDisk,
            faults: faults.enumerated().map { number, text in
                Fault(id: "f\(number + 1)", try! FaultRequest(text: text).spec(in: Mesh.topology()))
            })
    }

    @Test func aFaultStrikesWhomItNames() {
        #expect(rules("e1", "fill-disk cell/e1").filled == ["f1"])
        #expect(rules("e2", "fill-disk cell/e1") == MachineRules())
        #expect(rules("r1", "skew router/r1 1h").ahead == .hours(1))
        #expect(rules("r1", "skew e1,r1 1h").ids == ["f1"])
        #expect(rules("w1", "skew e1,r1 1h") == MachineRules())
    }

    /// As with kills: routers and the control plane are in a zone too, and are named by themselves.
    @Test func aPlaceMeansItsCells() {
        #expect(rules("w1", "skew region/west 1h").ahead == .hours(1))
        #expect(rules("w2", "fill-disk zone/west/b").filled == ["f1"])
        #expect(rules("e1", "skew mesh 1h", "fill-disk region/west").ids == ["f1"])
        for own in ["r1", "control"] {
            #expect(rules(own, "skew mesh 1h", "fill-disk zone/west/a") == MachineRules(), "\(own)")
        }
    }

    @Test func whoHasNoDiskHasNoneThatIsFull() {
        #expect(rules("e1", hasDisk: false, "fill-disk e1", "skew e1 5s").ids == ["f2"])
    }

    @Test func severalClocksAddUpAndOtherFaultsAreNoneOfThese() {
        let found = rules("e1", "skew e1 1h", "kill e1", "skew region/east 30s", "latency e1 5ms", "drift e1 200ppm")
        #expect(found.ahead == .seconds(3_630) && found.ids == ["f1", "f3"] && found.filled.isEmpty)
        #expect(rules("e1", "skew e1 8760h", "skew region/east 8760h").ahead == .hours(8_760), "a year at most")
    }
}
