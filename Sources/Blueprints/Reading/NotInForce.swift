/// What files may have, and no process acts upon.
package enum UnusedKeys {
    /// As in files: `slo`, `pool.dynamic`.
    package static var all: Set<String> { Set(NotInForce.keys.keys) }
}

/// Collects keys that are read, checked and kept, and that no process acts upon yet; one warning per key and file, where it is
/// first used.
final class NotInForce {
    /// All of them, with what there is instead. A key is struck out, here and in docs/files.md, by whoever makes a process act
    /// upon it; a test holds the two together.
    static let keys: [String: String?] = [
        // Topology.
        "near": nil, "peak": nil,
        // Everywhere: with a cache or a queue it would do more than say when to come back.
        "failure": nil,
        // Cells.
        "shedding.adaptive": nil, "slo": nil, "connections": nil,
        "health.startup": nil, "health.shallow": nil, "health.deep": nil, "health.dependency": nil,
        "health.synthetic": nil,
        "queue": nil, "memory": nil, "objectives": "'--slo' of 'cellmesh load run' judges a run",
        // Services and their calls.
        "pool.dynamic": nil, "cacheable": nil, "quality": nil, "ladder": nil,
    ]

    /// Of a policy, or of what stands in `policies`.
    static func isOnlyRead(_ key: String) -> Bool {
        keys[key] != nil || key == "shedding" && keys["shedding.adaptive"] != nil
    }

    private var uses: [(key: String, position: Position, count: Int)] = []

    /// Passes over keys that are acted upon.
    func note(_ key: String, at position: Position) {
        guard Self.keys[key] != nil else { return }
        if let known = uses.firstIndex(where: { $0.key == key }) {
            uses[known].count += 1
        } else {
            uses.append((key, position, 1))
        }
    }

    /// Notes the key where the mapping has it.
    ///
    /// - Parameter name: in `keys`, where that is another.
    func note(_ key: String, of map: MappingReader, as name: String? = nil) {
        if let entry = map.entry(key) { note(name ?? key, at: entry.position) }
    }

    func report(to reporter: Reporter) {
        for use in uses {
            let times = use.count > 1 ? " (given \(use.count) times)" : ""
            reporter.warning(
                .notInForce, at: use.position,
                "'\(use.key)' is checked, but this version does not run it: it has no effect\(times)",
                hint: Self.keys[use.key] ?? nil)
        }
    }
}
