import MeshBase

extension MaturityReport {
    /// For people.
    package var sheet: LabSheet {
        let next = MaturityLevel(rawValue: level.rawValue + 1)
        var lead = [
            "Level \(level.rawValue), \(level.name): usual there are \(level.uptime) of uptime and repair in \(level.repair). "
                + "Score \(LabCommandLine.written((score * 1_000).rounded() / 1_000)) of 1."
        ]
        if let next, !lacking.isEmpty {
            lead.append("Level \(next.rawValue), \(next.name), lacks \(lacking.joined(separator: ", ")).")
        }
        var sheet = LabSheet(title: "Maturity", lead: lead, replay: settings.command)
        sheet.tables = [scores] + (missing.isEmpty ? [] : [tiers]) + (recommendations.isEmpty ? [] : [advice])
        sheet.tables.append(programme)
        let count = settings.problems.count
        sheet.notes = [
            count == 0
                ? "'cellmesh validate' has nothing to say about the file."
                : "'cellmesh validate' has \(count) \(count == 1 ? "thing" : "things") to say about the file as it is written.",
            "A check holds where four fifths of what it could hold for have it; presence counts services: 80 % are 1, 50 % 0.7, "
                + "20 % 0.4.",
            "Tier 1: priority critical; 2: what a request cannot do without, and priority high; 3: the rest.",
            "Aims and effort are published ones: weeks 1 and 2 take 60 % of a team, 3 to 6 40 %, then 10 %.",
        ]
        return sheet
    }

    private var scores: LabTable {
        LabTable(
            columns: ["AREA", "WEIGHT", "SCORE", "HAS", "LACKS"],
            rows: areas.map { area in
                func names(_ isThere: Bool) -> LabFigure {
                    .text(area.checks.filter { $0.ok == isThere }.map(\.name).joined(separator: ", "))
                }
                return [
                    .text(area.area.rawValue), .number(area.area.weight, 2), .number(area.score, 2), names(true),
                    names(false),
                ]
            })
    }

    private var tiers: LabTable {
        LabTable(
            "Missing for the tier of the service", columns: ["CELL", "SERVICE", "TIER", "MISSING"],
            rows: missing.map {
                [
                    .text($0.cell), .text($0.service), .count($0.tier),
                    .text($0.missing.map(\.rawValue).joined(separator: ", ")),
                ]
            })
    }

    private var advice: LabTable {
        LabTable(
            "What to do next", columns: ["PRIORITY", "PATTERN", "EFFORT", "SCORE", "FOR LEVEL", "ACTION"],
            rows: recommendations.map {
                [
                    .text($0.priority.rawValue), .text($0.pattern), .text($0.effort),
                    $0.impact > 0 ? .text("+\(LabCommandLine.written(($0.impact * 100).rounded() / 100))") : .none,
                    $0.level.map { .count($0) } ?? .none, .text($0.action),
                ]
            })
    }

    private var programme: LabTable {
        LabTable(
            "What 30 days are measured by", columns: ["INDICATOR", "BEFORE", "AIM", "THIS FILE"],
            rows: indicators.map {
                [
                    .text($0.name), $0.before.map { .text($0) } ?? .none, .text($0.after),
                    $0.now.map { .share($0) } ?? .none,
                ]
            })
    }
}
