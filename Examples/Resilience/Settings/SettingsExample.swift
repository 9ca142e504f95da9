import Resilience

enum SettingsExample: Example {
    static let name = "settings"
    static let shows = "one document for all processes: whole or not at all, the higher version wins"

    static func run() -> Table {
        var holder = SettingsHolder()
        var table = Table("offered", "verdict, or what changes", "in force")
        func offer(_ name: String, _ reading: SettingsReading, at second: Int64) {
            let verdict =
                switch holder.offer(reading, now: WallTime(milliseconds: second * 1_000)) {
                case .applied(let changes): changes.map { "\($0.kind) \($0.name)" }.joined(separator: ", ")
                case .same: "in force already"
                case .older(let version): "older than \(version)"
                case .newerSchema(let schema): "schema \(schema) is of a later release"
                case .unsound(let problems): problems[0].message
                }
            table.row(name, verdict, "version \(holder.document.version)")
        }
        let first = SettingsDocument().raised(at: WallTime(milliseconds: 0)) { document in
            document.set(FlagEntry("reviews", isOn: false))
            document.set(BreakerEntry("r1/us-east-1/checkout", .forcedOpen, until: WallTime(milliseconds: 300_000)))
        }
        let second = first.raised(at: WallTime(milliseconds: 1_000)) { $0.removeFlag("reviews", scope: .mesh) }
        offer("version 1", .document(first), at: 0)
        offer("version 1 again", .document(first), at: 1)
        offer("version 2", .document(second), at: 2)
        offer("version 1, late", .document(first), at: 3)
        offer("version 3, of a later release", .newer(schema: 9, version: 3), at: 4)
        let ended = holder.expire(now: WallTime(milliseconds: 300_001))
        table.row("nothing, five minutes later", ended.map { "ended: \($0.kind) \($0.name)" }.joined(), "version 2")
        return table
    }
}
