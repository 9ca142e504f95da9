import MeshBase
import Topology

extension BlueprintReader {
    func store(_ map: MappingReader) -> StoreSettings {
        let defaults = StoreSettings()
        var settings = StoreSettings(
            tier: map.word("tier", default: defaults.tier), tiers: map.mapping("tiers").map(tiers) ?? [],
            durability: map.word("durability", default: defaults.durability), priority: priority(map))
        if let entry = map.entry("conflicts") { settings.conflicts = conflicts(entry, of: settings) }
        map.finish()
        return settings
    }

    /// A word for all keys of tier important, or the beginnings of keys, each with its word.
    private func conflicts(_ entry: YAMLValue.Entry, of store: StoreSettings) -> ConflictSettings {
        guard case .mapping = entry.value.content else {
            guard let word = read.word(entry.value, "'conflicts'", ConflictHandling.self) else {
                return ConflictSettings()
            }
            if word != .lastWriterWins, !store.has(.important) { refuse(word, "no key is", at: entry.position) }
            return ConflictSettings(word)
        }
        guard let map = read.mapping(entry.value, "'conflicts'") else { return ConflictSettings() }
        let rules = prefixed(map, "conflicts", ConflictHandling.self, "'conflicts' with one word is for all keys").map {
            ConflictSettings.PrefixHandling(prefix: $0.prefix, handling: $0.word)
        }
        for rule in rules where rule.handling != .lastWriterWins && store.tier(ofKey: rule.prefix) != .important {
            refuse(rule.handling, "'\(YAMLValue.clipped(rule.prefix))' is not", at: entry.position)
        }
        return ConflictSettings(prefixes: rules)
    }

    private func refuse(_ word: ConflictHandling, _ who: String, at position: Position) {
        reporter.error(
            .outOfRange, at: position, "'conflicts: \(word.rawValue)' is for tier important, and \(who) of it",
            hint:
                "critical and cache have one order of all writes of a key already; give keys tier important, or leave it"
                + " out")
    }

    /// `"session/": important`: the beginnings of keys, each with its tier.
    private func tiers(_ map: MappingReader) -> [StoreSettings.PrefixTier] {
        prefixed(map, "tiers", StoreSettings.Tier.self, "'tier' is that of all other keys").map {
            StoreSettings.PrefixTier(prefix: $0.prefix, tier: $0.word)
        }
    }

    private func prefixed<Word: RawRepresentable & CaseIterable>(
        _ map: MappingReader, _ name: String, _ type: Word.Type, _ ofAll: String
    ) -> [(prefix: String, word: Word)] where Word.RawValue == String {
        let entries = map.allEntries()
        if entries.count > TopologyLimits.prefixesPerStore {
            reporter.error(
                .tooMany, at: map.position,
                "'\(name)' has \(entries.count) entries; at most \(TopologyLimits.prefixesPerStore) are possible")
        }
        return entries.prefix(TopologyLimits.prefixesPerStore).compactMap { entry in
            guard (1...TopologyLimits.keyPrefix).contains(entry.key.utf8.count), !entry.key.utf8.contains(0) else {
                reporter.error(
                    .badName, at: entry.position, "'\(YAMLValue.clipped(entry.key))' cannot be the beginning of a key",
                    hint: entry.key.isEmpty
                        ? ofAll
                        : "1 to \(TopologyLimits.keyPrefix) bytes, none of them NUL: \"session/\"")
                return nil
            }
            let what = "'\(YAMLValue.clipped(entry.key))' of '\(name)'"
            return read.word(entry.value, what, type).map { (entry.key, $0) }
        }
    }
}
