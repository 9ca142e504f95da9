import Blueprints
import Drills
import Reports
import Telemetry
import UVDriver

/// How drills have ended, as a counter: of the reports that lay there at the first look, and of all that came since, whether they
/// still lie there or not.
struct DrillRuns {
    /// All that this program has; scenarios of files share one name.
    static let names = BuiltInScenarios.names
    static let others = "file"

    private var counts: [String: UInt64] = [:]
    /// Those of the last look: as many as a mesh keeps.
    private var seen: Set<String> = []

    /// Counts what is new.
    mutating func look(_ reports: ReportStore) {
        let ids = reports.drillIDs
        for id in ids where !seen.contains(id) {
            guard let drill = ReportShelf.drill(of: id), let report = reports.drillReport(id) else { continue }
            let name = BuiltInScenarios.canonical(drill)
            counts[Self.key(Self.names.contains(name) ? name : Self.others, report.outcome), default: 0] += 1
        }
        seen = Set(ids)
    }

    /// Runs of a drill that ended so.
    func count(_ drill: String, _ outcome: DrillOutcome) -> UInt64 { counts[Self.key(drill, outcome)] ?? 0 }

    private static func key(_ drill: String, _ outcome: DrillOutcome) -> String { "\(drill)/\(outcome.rawValue)" }
}

extension ReportStore {
    /// Reports of drills, newest first. An evacuation that was none of a drill's has a report of the same name, and its own file
    /// beside.
    package var drillIDs: [String] {
        ids.filter {
            holds("drill.json", $0)
                // Of earlier releases.
                || ["evacuation", "partition"].contains(ReportShelf.drill(of: $0)) && !holds("evacuation.json", $0)
        }
    }

    /// A report as its drill has it: beside the one that all reports have, or in its place; nil where there is none.
    package func drillReport(_ id: String) -> DrillReport? {
        ["drill.json", "report.json"].lazy.compactMap { file($0, of: id) }
            .compactMap { ReportJSON.decode(DrillReport.self, $0) }.first
    }
}

extension MetricPage {
    /// Every drill that there is, and every way in which it may end.
    mutating func drills(_ runs: DrillRuns) {
        for drill in DrillRuns.names + [DrillRuns.others] {
            for outcome in DrillOutcome.allCases {
                counter(
                    "cellmesh_drill_runs_total", "Drills that were run and have left a report, by how they ended.",
                    runs.count(drill, outcome),
                    [MetricLabel("drill", drill), MetricLabel("outcome", outcome.rawValue)])
            }
        }
    }
}
