import Testing
import Topology

@testable import Replication

@Suite struct TierRulesTests {
    private let rules = TierRules(
        StoreSettings(
            tier: .critical,
            tiers: [.init(prefix: "session/", tier: .important), .init(prefix: "session/tmp", tier: .cache)]))

    private func tier(_ key: String, escapes: Bool = false) -> StoreSettings.Tier {
        var key = key
        return key.withUTF8 { rules.tier(ofKey: UnsafeRawBufferPointer($0), escapes: escapes) }
    }

    @Test func theLongestPrefixDecides() {
        #expect(tier("session/tmp9") == .cache)
        #expect(tier("session/tm") == .important)
        #expect(tier("session") == .critical)
        #expect(tier("") == .critical)
    }

    @Test func onlyKeysOfTierImportantKeepSiblings() {
        let rules = TierRules(
            StoreSettings(
                tier: .important, tiers: [.init(prefix: "cart/strict", tier: .critical)],
                conflicts: ConflictSettings(
                    .manual,
                    prefixes: [
                        .init(prefix: "cart/", handling: .siblings), .init(prefix: "log/", handling: .lastWriterWins),
                    ])))
        func handling(_ key: String) -> ConflictHandling {
            Array(key.utf8).withUnsafeBytes { rules.handling(ofKey: $0, escapes: true) }
        }
        #expect(handling("cart%2F1") == .siblings && handling("log/1") == .lastWriterWins && handling("x") == .manual)
        #expect(handling("cart/strict1") == .lastWriterWins)
        // A claim has an order of its own.
        #expect(!rules.hasSiblings(ClaimKey.bytes(service: [1], key: [2])) && rules.hasSiblings([1]))
    }

    @Test func aKeyCountsAsItIsMeantNotAsItIsWritten() {
        #expect(tier("session%2F1", escapes: true) == .important)
        #expect(tier("%73ession%2ftmp", escapes: true) == .cache)
        #expect(tier("session%252F1", escapes: true) == .critical)
        #expect(tier("session%2", escapes: true) == .critical)
        #expect(tier("session%2F1") == .critical)
    }
}
