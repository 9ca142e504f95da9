import MeshBase
import Testing

@testable import Topology

@Suite struct DigestTests {
    @Test func whatAllMustAgreeOnChangesIt() {
        let base = threeRegions()
        var changes: [MeshTopology] = []
        func change(_ body: (inout MeshTopology) -> Void) {
            var topology = base
            body(&topology)
            changes.append(topology)
        }
        change { $0.seed += 1 }
        change { $0.regions[0].name += "x" }
        change { $0.regions[0].zones.append("q") }
        change { $0.cells[0].name += "x" }
        change { $0.cells[0].weight += 1 }
        change { $0.cells.removeLast() }
        change { $0.sharding.size += 1 }
        change { $0.sharding.spread = $0.sharding.spread == .cell ? .zone : .cell }
        change { $0.blueprints[0].services[0].name += "x" }
        change { $0.blueprints[0].store = $0.blueprints[0].store == nil ? StoreSettings() : nil }
        change {
            $0.blueprints[0].store = StoreSettings(tiers: [.init(prefix: "session/", tier: .important)])
        }
        change { $0.blueprints[0].store = StoreSettings(tiers: [.init(prefix: "session/", tier: .cache)]) }
        change {
            $0.blueprints[0].store = StoreSettings(tier: .important, conflicts: ConflictSettings(.siblings))
        }
        change { $0.blueprints[0].store = StoreSettings(tier: .important, conflicts: ConflictSettings(.manual)) }
        change { $0.routing.bodyLimit += 1 }
        change { $0.name += "x" }
        #expect(Set(changes.map(\.wireLabel) + [base.wireLabel]).count == changes.count + 1)
    }

    @Test func limitsMayDiffer() {
        var other = threeRegions()
        other.routing.attemptTimeout = .seconds(9)
        other.restart = .onCrash
        #expect(other.wireLabel == threeRegions().wireLabel)
        #expect(other.wireLabel.hasPrefix(other.name + "/"))
    }
}
