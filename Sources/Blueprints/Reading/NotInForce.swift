/// Collects keys whose syntax this version checks and which it does not run; one warning per key and file, where it
/// is first used.
final class NotInForce {
    private var uses: [(key: String, position: Position, hint: String?, count: Int)] = []

    /// `hint` says what there is instead of it.
    func note(_ key: String, at position: Position, hint: String? = nil) {
        if let known = uses.firstIndex(where: { $0.key == key }) {
            uses[known].count += 1
        } else {
            uses.append((key, position, hint, 1))
        }
    }

    /// Notes the key where the mapping has it.
    func note(_ key: String, of map: MappingReader, hint: String? = nil) {
        if let entry = map.entry(key) { note(key, at: entry.position, hint: hint) }
    }

    func report(to reporter: Reporter) {
        for use in uses {
            let times = use.count > 1 ? " (given \(use.count) times)" : ""
            reporter.warning(
                .notInForce, at: use.position,
                "'\(use.key)' is checked, but this version does not run it: it has no effect\(times)", hint: use.hint)
        }
    }
}
