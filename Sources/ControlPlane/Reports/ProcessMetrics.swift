import MeshBase
import Telemetry
import Topology

extension MetricRegistry {
    /// Adds how many processes are in which state.
    mutating func count(processes: [(role: NodeRole, state: ProcessState)]) {
        var counts: [String: Double] = [:]
        for process in processes { counts["\(process.role.name)/\(process.state.rawValue)", default: 0] += 1 }
        for (key, count) in counts.sorted(by: { $0.key < $1.key }) {
            let parts = key.split(separator: "/").map(String.init)
            let gauge = gauge(
                "cellmesh_processes", help: "Processes of the mesh, by role and state.",
                [MetricLabel("role", parts[0]), MetricLabel("state", parts[1])])
            set(gauge, count)
        }
    }
}
