import ControlPlane
import Reports
import Resilience
import Telemetry
import Topology

/// Flags of a mesh: those that were set, those of the topology, and those that are on because nobody said otherwise.
enum FlagsView {
    /// - Parameter settings: as they were made, with what has ended.
    static func list(
        _ settings: SettingsDocument, _ topology: MeshTopology, now: WallTime = StoredSettings.now
    ) -> Report {
        let set = settings.inForce(at: now).flags.sorted { ($0.name, "\($0.scope)") < ($1.name, "\($1.scope)") }
        var rows = set.map { flag in row(flag.name, "\(flag.scope)", flag.isOn, flag.set, flag.until) }
        let first = topology.flags ?? []
        for flag in first where !set.contains(where: { $0.name == flag.name && $0.scope == .mesh }) {
            rows.append(row(flag.name, "mesh", flag.isOn, nil, nil))
        }
        let said = Set(rows.compactMap { $0.scope == "mesh" ? $0.name : nil })
        for name in topology.settingsNames.flags where !said.contains(name) {
            rows.append(row(name, nil, true, nil, nil))
        }
        rows.sort { key($0) < key($1) }
        return Report(FlagsReport(version: settings.version, flags: rows), names: names(rows)) { style in
            guard !rows.isEmpty else { return "no flags: no feature of this mesh can be switched off\n" }
            var table = style.table([
                .init("FLAG"), .init("SCOPE"), .init("VALUE"), .init("UNTIL"), .init("SET", wide: true),
            ])
            for row in rows {
                table.add([
                    .init(row.name), .init(row.scope ?? "-"), .init(row.value, row.value == "on" ? .plain : .yellow),
                    .init(row.until ?? "-"), .init(row.set ?? "-"),
                ])
            }
            return table.render()
        }
    }

    private static func row(
        _ name: String, _ scope: String?, _ isOn: Bool, _ set: WallTime?, _ until: WallTime?
    ) -> FlagsReport.Row {
        FlagsReport.Row(
            name: name, scope: scope, value: isOn ? "on" : "off", set: SettingsView.time(set),
            until: SettingsView.time(until))
    }

    private static func key(_ row: FlagsReport.Row) -> String { "\(row.name) \(row.scope ?? "")" }

    /// Each once.
    private static func names(_ rows: [FlagsReport.Row]) -> [String] {
        var names: [String] = []
        for row in rows {
            let name = "flag/\(row.name)"
            if names.last != name { names.append(name) }
        }
        return names
    }
}
