import Blueprints
import Drills
import MeshBase
import Reports
import Scenarios
import Telemetry
import Topology

/// The drills that this program has, beside what a mesh knows of them.
package enum DrillCatalogue {
    /// One of them.
    package struct Entry: Sendable {
        package var name: String
        package var title: String
        package var does: String
        package var steps: [String]
        /// Why it cannot be run on a mesh; nil where it can.
        var misfit: @Sendable (MeshTopology) -> String?

        package init(_ scenario: Scenario) {
            (name, title, does) = (scenario.name, scenario.title, scenario.title.loweredFirst)
            steps = scenario.method.map(\.name)
            misfit = { (scenario.misfit(in: $0) ?? scenario.misfitOfChoices(in: $0))?.message }
        }
    }

    /// In the order in which they are listed.
    package static let all = BuiltInScenarios.names.compactMap { BuiltInScenarios.named($0) }.map { Entry($0) }

    /// How each ended last on a mesh, and what is known of it. It reads all reports: not for the loop of a control plane.
    package static func report(of mesh: DataDirectory, now: Int64) -> DrillsReport {
        let store = ReportStore(mesh)
        let topology = try? mesh.model()
        let digest = topology.map { MeshReporter.digest(of: $0) }
        let ids = store.drillIDs
        var runs: [String: [DrillReport]] = [:]
        for id in ids {
            guard let drill = ReportShelf.drill(of: id), var report = store.drillReport(id) else { continue }
            report.topology = report.topology ?? store.report(id)?.environment?.topology
            runs[drill, default: []].append(report)
        }
        return DrillsReport(
            drills: all.map { row($0, runs[$0.name] ?? [], topology, digest, now: now) }, reports: ids)
    }

    /// - Parameter runs: newest first.
    package static func row(
        _ drill: Entry, _ runs: [DrillReport], _ topology: MeshTopology?, _ digest: String?, now: Int64
    ) -> DrillsReport.Row {
        DrillsReport.Row(
            name: drill.name, title: drill.title, does: drill.does, steps: drill.steps,
            last: runs.first.map { run in
                DrillsReport.Last(
                    id: run.id, outcome: run.outcome.rawValue, conclusive: run.conclusive, began: run.began,
                    ageMilliseconds: Double(max(now - (Timestamp.parse(run.began) ?? now), 0)) / 1_000_000,
                    expired: run.isExpired(digest))
            }, standing: DrillStanding(runs, topology: digest), unsuited: topology.flatMap(drill.misfit))
    }
}

extension String {
    fileprivate var loweredFirst: String { prefix(1).lowercased() + dropFirst() }
}
