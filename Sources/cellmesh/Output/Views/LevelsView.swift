import Resilience
import Telemetry
import Topology

/// Degradation levels that were set by hand, and those that cells have in force by themselves, with what they leave of each
/// feature.
enum LevelsView {
    static func list(
        _ settings: SettingsDocument, _ topology: MeshTopology, cells: [JSONValue] = [],
        now: WallTime = StoredSettings.now
    ) -> Report {
        let inForce = settings.inForce(at: now)
        var levels = inForce.levels.sorted { "\($0.scope)" < "\($1.scope)" }
        if !levels.contains(where: { $0.scope == .mesh }) { levels.append(LevelEntry(.normal)) }
        let mesh = levels.first { $0.scope == .mesh }?.level ?? .normal
        let manual = levels.map { entry in
            let isSet = inForce.levels.contains { $0.scope == entry.scope }
            return JSONValue.object([
                ("scope", .string("\(entry.scope)")), ("level", .string("\(entry.level.name)")),
                ("manual", isSet ? .string("\(entry.level.name)") : .null), ("controller", .null),
                ("why", .string(isSet ? entry.isPinned ? "set, pinned" : "set" : "nothing set")),
                ("until", SettingsView.time(entry.until)),
            ])
        }
        // What was set for a cell the cell tells itself, with what its controller says.
        let answers = cells.map(Self.told(by:))
        let scopes = Set(answers.compactMap { $0["scope"].text })
        let rows = manual.filter { !scopes.contains($0["scope"].text ?? "") } + answers
        let features = features(topology, mesh, inForce, cells)
        var document = [
            ("version", JSONValue.integer(settings.version)), ("levels", .array(rows)), ("features", .array(features)),
        ]
        if let comparison = inForce.comparison {
            document.append(
                (
                    "comparison",
                    .object([
                        ("a", .string("\(comparison.a.name)")), ("b", .string("\(comparison.b.name)")),
                        ("share", .decimal(comparison.share)), ("until", SettingsView.time(comparison.until)),
                    ])
                ))
        }
        let names = rows.compactMap { $0["scope"].text.map { "level/\($0)" } }
        return Report(.document(document), names: names) { style in
            var text = table(rows, style)
            if let comparison = inForce.comparison {
                text +=
                    "compared: \(comparison.a.name), and \(comparison.b.name) for \(Wording.percent(comparison.share)) of the "
                    + "customers\n"
            }
            return features.isEmpty ? text : text + "\n" + table(features: features, style)
        }
    }

    /// What a cell tells.
    private static func told(by cell: JSONValue) -> JSONValue {
        let why = (cell["by"].text ?? "nobody") + (cell["verdict"].text.map { ": \($0)" } ?? "")
        return .object([
            ("scope", cell["scope"]), ("level", cell["level"]), ("manual", cell["manual"]),
            ("controller", cell["controller"]), ("why", .string(why)), ("until", .null),
        ])
    }

    /// Cells that give up nothing are left to the JSON.
    private static func table(_ rows: [JSONValue], _ style: TableStyle) -> String {
        var table = style.table([.init("SCOPE"), .init("LEVEL"), .init("WHY"), .init("UNTIL")])
        for row in rows {
            if row["scope"].text?.hasPrefix("cell/") == true, row["level"].text == "normal",
                row["manual"].text == nil, row["why"].text?.hasPrefix("optimiser") != true
            {
                continue
            }
            table.add([
                .init(row["scope"].text ?? ""),
                .init(row["level"].text ?? "", row["level"].text == "normal" ? .plain : .yellow),
                .init(row["why"].text ?? ""), .init(row["until"].text ?? "-"),
            ])
        }
        return table.render()
    }

    private static func table(features: [JSONValue], _ style: TableStyle) -> String {
        var table = style.table([.init("FEATURE"), .init("CRITICALITY"), .init("ON"), .init("QUALITY", .right)])
        for feature in features {
            let isOn = feature["on"].flag == true
            table.add([
                .init(feature["name"].text ?? ""), .init(feature["criticality"].text ?? ""),
                .init(isOn ? "on" : "off", isOn ? .plain : .yellow),
                .init(Wording.percent(feature["quality"].double ?? 0)),
            ])
        }
        return table.render()
    }

    /// As the mesh's own level and flags leave them; where cells tell, as the one that has the least of it.
    private static func features(
        _ topology: MeshTopology, _ level: DegradationLevel, _ settings: SettingsDocument, _ cells: [JSONValue]
    ) -> [JSONValue] {
        var least: [String: JSONValue] = [:]
        for feature in cells.flatMap({ $0["features"].elements }) {
            guard let name = feature["name"].text else { continue }
            if let known = least[name], known["quality"].double ?? 1 <= feature["quality"].double ?? 1 { continue }
            least[name] = feature
        }
        var found: [(name: String, criticality: FeatureCriticality)] = []
        for blueprint in topology.blueprints {
            for feature in blueprint.features ?? [] where !found.contains(where: { $0.name == feature.name }) {
                found.append((feature.name, Self.criticality(feature.criticality)))
            }
            for edge in blueprint.services.flatMap(\.calls) where edge.criticality != .core {
                let name = blueprint.services[edge.to].name
                if !found.contains(where: { $0.name == name }) {
                    found.append((name, Self.criticality(edge.criticality)))
                }
            }
        }
        return found.map { feature in
            if let told = least[feature.name] { return told }
            let isFlagged = settings.flags.last { $0.name == feature.name && $0.scope == .mesh }?.isOn
            let initial = topology.flags?.first { $0.name == feature.name }?.isOn
            let quality = isFlagged ?? initial ?? true ? level.quality(of: feature.criticality) : 0
            return .object([
                ("name", .string(feature.name)), ("criticality", .string("\(feature.criticality.name)")),
                ("on", .bool(quality > 0)), ("quality", .decimal(quality)), ("score", .null),
            ])
        }
    }

    private static func criticality(_ criticality: Edge.Criticality) -> FeatureCriticality {
        switch criticality {
        case .core: .core
        case .enhanced: .enhanced
        case .luxury: .luxury
        }
    }
}
