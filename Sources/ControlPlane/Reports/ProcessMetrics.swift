import MeshBase
import Reports
import Telemetry
import Topology
import UVDriver

extension MetricPage {
    /// Adds how many processes are in which state.
    mutating func count(processes: [(role: NodeRole, state: ProcessState)]) {
        var counts: [String: Double] = [:]
        for process in processes { counts["\(process.role.name)/\(process.state.rawValue)", default: 0] += 1 }
        for (key, count) in counts.sorted(by: { $0.key < $1.key }) {
            let parts = key.split(separator: "/").map(String.init)
            gauge(
                "cellmesh_processes", "Processes of the mesh, by role and state.", count,
                [MetricLabel("role", parts[0]), MetricLabel("state", parts[1])])
        }
    }

    /// What a control plane and an observer report of themselves.
    mutating func control(_ member: ControlMember?, _ api: APIServer, _ changes: MemberChangeLog) {
        counter(
            "cellmesh_journal_changes_unrecorded_total", "Changes of members that the journal lacks.",
            changes.unrecorded)
        listener(api.http, "api")
        live(api.http.streams)
        member?.report(to: &self)
    }

    private mutating func live(_ streams: HTTPStreams) {
        gauge("cellmesh_live_streams", "Streams that are read.", Double(streams.open.count))
        counter("cellmesh_live_refused_total", "Readers of streams beyond those that there may be.", streams.refused)
        for end in HTTPStreams.End.allCases {
            counter(
                "cellmesh_live_closed_total", "Streams that were closed, by why.", streams.closed(end),
                [MetricLabel("reason", end.rawValue)])
        }
    }
}
