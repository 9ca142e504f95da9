import Foundation
import Testing

@testable import Topology

@Suite struct StoreSettingsTests {
    private let store = StoreSettings(
        tier: .important,
        tiers: [.init(prefix: "s", tier: .cache), .init(prefix: "session/", tier: .critical)])

    @Test func theLongestPrefixWins() {
        #expect(store.tier(ofKey: "session/1") == .critical)
        #expect(store.tier(ofKey: "sess") == .cache)
        #expect(store.tier(ofKey: "Session/1") == .important)
        #expect(store.tier(ofKey: "") == .important)
        #expect(store.strictest == .critical && store.weakest == .cache)
        #expect(store.has(.important) && StoreSettings().strictest == .critical && !StoreSettings().has(.cache))
    }

    /// `mesh.json` of a mesh that was started by a release without prefixes.
    @Test func aModelWithoutPrefixesIsRead() throws {
        let old = Data(#"{"tier": "important", "durability": "process"}"#.utf8)
        #expect(try JSONDecoder().decode(StoreSettings.self, from: old) == StoreSettings(tier: .important))
        let both = try JSONDecoder().decode(StoreSettings.self, from: JSONEncoder().encode(store))
        #expect(both == store)
    }

    @Test func keysOfALoadMeetEveryTier() {
        var topology = threeRegions()
        topology.blueprints[0].store = store
        let prefixes = topology.keyPrefixes
        #expect(prefixes == ["", "session/", "s"])
        let tiers = (1...6).map { topology.tier(ofKey: MeshTopology.key($0, prefixes: prefixes)) }
        #expect(tiers == [.critical, .cache, .important, .critical, .cache, .important])
        topology.blueprints[0].store = StoreSettings(tier: .cache)
        #expect(MeshTopology.key(3, prefixes: topology.keyPrefixes) == "k3")
    }

    /// A beginning that differs in what becomes of conflicts alone is asked too.
    @Test func keysOfALoadMeetEveryHandlingOfConflicts() {
        var topology = threeRegions()
        topology.blueprints[0].store = StoreSettings(
            tier: .important, conflicts: ConflictSettings(prefixes: [.init(prefix: "cart/", handling: .manual)]))
        let prefixes = topology.keyPrefixes
        #expect(prefixes == ["", "cart/"])
        #expect(MeshTopology.key(3, prefixes: prefixes) == "cart/k3")
    }
}
