import ControlPlane
import Evacuation
import Store

/// How far an evacuation is without a control plane that could tell: its journal says which and what was last known, and
/// the placement that the processes keep says how many cohorts have moved since.
enum StoredEvacuation {
    static func status(_ mesh: DataDirectory, _ model: StoredMesh) -> EvacuationStatus {
        let entries = model.table.entries
        var status = last(mesh, cohorts: entries.count) ?? .none(cohorts: entries.count)
        if !status.outcome.isFinal, status.outcome != .none,
            let region = status.region.flatMap({ name in model.topology.regions.firstIndex { $0.name == name } })
        {
            let isRestore = status.kind == .restore
            status.cohorts = .init(
                moved: entries.count { $0.state.inForce.evacuated.contains(region) != isRestore }, of: entries.count)
            status.reason = "no control plane runs"
            status.remainingMilliseconds = nil
        }
        // Cells count rows to the control plane alone: without it nobody knows how many.
        status.records = .init(copied: nil, verified: nil)
        return status
    }

    /// What the journal says last; nil where it says nothing.
    private static func last(_ mesh: DataDirectory, cohorts: Int) -> EvacuationStatus? {
        // Opening would create it.
        guard SystemFile.exists(mesh.journalPath), let journal = try? Journal(path: mesh.journalPath) else {
            return nil
        }
        defer { journal.close() }
        return EvacuationHistory(journal, cohorts: cohorts).status
    }
}
