/// Collects keys whose syntax this version checks and which it does not run; one warning per key and file, where it
/// is first used.
final class NotInForce {
    private var uses: [(key: String, position: Position, count: Int)] = []

    func note(_ key: String, at position: Position) {
        if let known = uses.firstIndex(where: { $0.key == key }) {
            uses[known].count += 1
        } else {
            uses.append((key, position, 1))
        }
    }

    func report(to reporter: Reporter) {
        for use in uses {
            let times = use.count > 1 ? " (given \(use.count) times)" : ""
            reporter.warning(
                .notInForce, at: use.position,
                "'\(use.key)' is checked, but this version does not run it: it has no effect\(times)")
        }
    }
}
