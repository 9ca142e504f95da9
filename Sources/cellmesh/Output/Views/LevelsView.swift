import Reports
import Resilience
import Telemetry
import Topology

/// Degradation levels that were set by hand, and those that cells have in force by themselves, with what they leave of each
/// feature.
enum LevelsView {
    static func list(
        _ settings: SettingsDocument, _ topology: MeshTopology, cells: [CellDegradation] = [],
        now: WallTime = StoredSettings.now
    ) -> Report {
        let inForce = settings.inForce(at: now)
        var levels = inForce.levels.sorted { "\($0.scope)" < "\($1.scope)" }
        if !levels.contains(where: { $0.scope == .mesh }) { levels.append(LevelEntry(.normal)) }
        let mesh = levels.first { $0.scope == .mesh }?.level ?? .normal
        let manual = levels.map { entry in
            let isSet = inForce.levels.contains { $0.scope == entry.scope }
            return LevelsReport.Level(
                scope: "\(entry.scope)", level: "\(entry.level.name)", manual: isSet ? "\(entry.level.name)" : nil,
                why: isSet ? entry.isPinned ? "set, pinned" : "set" : "nothing set",
                until: SettingsView.time(entry.until))
        }
        // What was set for a cell the cell tells itself, with what its controller says.
        let answers = cells.map(Self.told(by:))
        let scopes = Set(answers.map(\.scope))
        let rows = manual.filter { !scopes.contains($0.scope) } + answers
        let features = features(topology, mesh, inForce, cells)
        let comparison = inForce.comparison.map {
            LevelsReport.Comparison(
                a: "\($0.a.name)", b: "\($0.b.name)", share: $0.share, until: SettingsView.time($0.until))
        }
        let document = LevelsReport(
            version: settings.version, levels: rows, features: features, comparison: comparison)
        return Report(document, names: rows.map { "level/\($0.scope)" }) { style in
            var text = table(rows, style)
            if let comparison {
                text +=
                    "compared: \(comparison.a), and \(comparison.b) for \(Wording.percent(comparison.share)) of the "
                    + "customers\n"
            }
            return features.isEmpty ? text : text + "\n" + table(features: features, style)
        }
    }

    /// What a cell tells.
    private static func told(by cell: CellDegradation) -> LevelsReport.Level {
        LevelsReport.Level(
            scope: cell.scope, level: cell.level, manual: cell.manual, controller: cell.controller,
            why: cell.by + (cell.verdict.map { ": \($0)" } ?? ""))
    }

    /// Cells that give up nothing are left to the JSON.
    private static func table(_ rows: [LevelsReport.Level], _ style: TableStyle) -> String {
        var table = style.table([.init("SCOPE"), .init("LEVEL"), .init("WHY"), .init("UNTIL")])
        for row in rows {
            if row.scope.hasPrefix("cell/"), row.level == "normal", row.manual == nil, !row.why.hasPrefix("optimiser") {
                continue
            }
            table.add([
                .init(row.scope), .init(row.level, row.level == "normal" ? .plain : .yellow), .init(row.why),
                .init(row.until ?? "-"),
            ])
        }
        return table.render()
    }

    private static func table(features: [CellDegradation.Feature], _ style: TableStyle) -> String {
        var table = style.table([
            .init("FEATURE"), .init("CRITICALITY"), .init("ON"), .init("QUALITY", .right), .init("LEAST IN"),
        ])
        for feature in features {
            table.add([
                .init(feature.name), .init(feature.criticality),
                .init(feature.on ? "on" : "off", feature.on ? .plain : .yellow),
                .init(Wording.percent(feature.quality)), .init(feature.cell ?? "all alike"),
            ])
        }
        return table.render()
    }

    /// As the mesh's own level and flags leave them; where cells tell, as the one that has the least of it.
    private static func features(
        _ topology: MeshTopology, _ level: DegradationLevel, _ settings: SettingsDocument, _ cells: [CellDegradation]
    ) -> [CellDegradation.Feature] {
        var least: [String: CellDegradation.Feature] = [:]
        var most: [String: Double] = [:]
        for cell in cells {
            for feature in cell.features {
                most[feature.name] = max(most[feature.name] ?? 0, feature.quality)
                if let known = least[feature.name], known.quality <= feature.quality { continue }
                least[feature.name] = feature
                least[feature.name]?.cell = TargetSelector.name(in: cell.scope, of: .cell)
            }
        }
        for (name, feature) in least where most[name] == feature.quality { least[name]?.cell = nil }
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
            return CellDegradation.Feature(
                name: feature.name, criticality: "\(feature.criticality.name)", on: quality > 0, quality: quality)
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
