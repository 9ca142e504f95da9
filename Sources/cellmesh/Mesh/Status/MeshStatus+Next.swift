import ControlPlane
import Evacuation

extension MeshStatus {
    /// What leads on from here: to a mesh that is whole where it is not, and nil where it is. Only what can be done now:
    /// nothing begins beside a plan. Nobody misses the cells of a region that was left: where some of them are down, what
    /// applies is to be told what keeps the region from being restored.
    var remedy: String? {
        if state == "starting" { return "cellmesh status --wait 30s" }
        if state == "stopping" { return "cellmesh ls" }
        if let plan = report.evacuation {
            return plan.outcome == .paused
                ? "cellmesh evacuation resume" : "cellmesh evacuation status --watch"
        }
        let processes =
            report.cells.filter { $0.takesCustomers }.map { ($0.name, $0.state.rawValue) }
            + report.routers.map { ("router/\($0.name)", $0.state?.rawValue ?? "unknown") }
        func first(_ states: String...) -> String? { processes.first { states.contains($0.1) }?.0 }
        if let down = first("down") { return "cellmesh restart \(down)" }
        if let paused = first("paused") { return "cellmesh resume \(paused)" }
        if !(report.faults ?? []).isEmpty { return "cellmesh heal" }
        if first("starting", "refilling") != nil { return "cellmesh status --wait 30s" }
        if let odd = first("unreachable", "degraded") { return "cellmesh why \(odd.split(separator: "/").last ?? "")" }
        guard let region = report.evacuated?.first else { return nil }
        return "cellmesh restore \(region)" + (isWhole(region) ? "" : " --dry-run")
    }

    /// Whether all cells of a region that was left run.
    private func isWhole(_ region: String) -> Bool {
        report.cells.allSatisfy { $0.region != region || ![.down, .paused].contains($0.state) }
    }
}
