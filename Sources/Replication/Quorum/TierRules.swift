import Topology

/// The tier of each key of one store, as routers look it up: by the bytes that stand in a request, without taking memory.
public struct TierRules: Sendable {
    private struct Rule: Sendable {
        var prefix: [UInt8]
        var tier: StoreSettings.Tier
    }
    private let standard: StoreSettings.Tier
    /// The longer prefixes first.
    private let rules: [Rule]
    private let conflicts: ConflictHandling
    private let conflictRules: [(prefix: [UInt8], handling: ConflictHandling)]
    /// Some keys may have siblings.
    public let keepsSiblings: Bool

    /// Those of a store.
    public init(_ store: StoreSettings) {
        standard = store.tier
        rules = store.tiers.map { Rule(prefix: Array($0.prefix.utf8), tier: $0.tier) }
        conflicts = store.conflicts.standard
        conflictRules = store.conflicts.prefixes.map { (Array($0.prefix.utf8), $0.handling) }
        keepsSiblings = store.keepsSiblings
    }

    /// How conflicts of a key are handled; claims, which have an order of their own, have none.
    /// - Parameter escapes: the key stands as in a URL, where `%2F` is one byte.
    public func handling(ofKey key: UnsafeRawBufferPointer, escapes: Bool = false) -> ConflictHandling {
        guard keepsSiblings, key.first != ClaimKey.mark, tier(ofKey: key, escapes: escapes) == .important else {
            return .lastWriterWins
        }
        for rule in conflictRules where Self.begins(key, with: rule.prefix, escapes) { return rule.handling }
        return conflicts
    }

    /// Whether a key's record is a `SiblingSet`.
    public func hasSiblings(_ key: [UInt8]) -> Bool {
        keepsSiblings && key.withUnsafeBytes { handling(ofKey: $0) } != .lastWriterWins
    }

    /// Whether some keys are of a tier.
    public func has(_ tier: StoreSettings.Tier) -> Bool { standard == tier || rules.contains { $0.tier == tier } }

    /// - Parameter escapes: the key stands as in a URL, where `%2F` is one byte.
    public func tier(ofKey key: UnsafeRawBufferPointer, escapes: Bool = false) -> StoreSettings.Tier {
        guard !rules.isEmpty else { return standard }
        for index in rules.indices where Self.begins(key, with: rules[index].prefix, escapes) {
            return rules[index].tier
        }
        return standard
    }

    private static func begins(_ key: UnsafeRawBufferPointer, with prefix: [UInt8], _ escapes: Bool) -> Bool {
        guard key.count >= prefix.count else { return false }
        var position = 0
        for byte in prefix {
            guard position < key.count else { return false }
            var next = key[position]
            position += 1
            if escapes, next == UInt8(ascii: "%"), position + 1 < key.count, let high = digit(key[position]),
                let low = digit(key[position + 1])
            {
                next = high << 4 | low
                position += 2
            }
            guard next == byte else { return false }
        }
        return true
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
