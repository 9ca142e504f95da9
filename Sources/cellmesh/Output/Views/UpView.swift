import ControlPlane
import Reports
import Topology

/// What `up` says once everything serves: first a command that works.
enum UpView {
    static func make(
        _ control: ControlFile, _ topology: MeshTopology, _ count: CellCount, dataDirectory: String,
        _ readyMilliseconds: Int64
    ) -> Report {
        let document = UpReport(
            mesh: control.mesh, dataDirectory: dataDirectory, router: control.router, api: control.api,
            cells: count.taking, evacuatedCells: count.evacuated, drainedCells: count.drained, pid: control.pid,
            readyMilliseconds: readyMilliseconds, adopted: control.adopted ?? 0,
            unreachable: control.unreachable ?? [],
            failed: control.failed ?? [])
        return Report(document, names: ["mesh/\(control.mesh)"]) { style in
            var rows = [
                ("mesh", "\(control.mesh), \(TopologyWording.parts(topology, count))"),
                ("router", control.router), ("api", "\(control.api) (token in \(dataDirectory)/token)"),
                ("data", dataDirectory),
                (
                    "ready",
                    "in \(Wording.time(milliseconds: Double(readyMilliseconds))), control plane pid \(control.pid)"
                ),
            ]
            if let adopted = control.adopted, adopted > 0 {
                rows.append(("adopted", "\(adopted) running \(adopted == 1 ? "cell" : "cells")"))
            }
            if let unreachable = control.unreachable {
                rows.append(
                    (
                        "unreachable",
                        "\(unreachable.joined(separator: ", ")): taken over as running, and may be busy; "
                            + "'cellmesh restart' ends and starts such a process anew"
                    ))
            }
            let width = rows.map(\.0.count).max() ?? 0
            let lines = rows.map { name, value in
                style.painted(name + String(repeating: " ", count: width - name.count), .dim) + "  " + value + "\n"
            }
            return "\(example(topology, router: control.router))\n\n" + lines.joined()
        }
    }

    /// A curl command that works on this mesh.
    static func example(_ topology: MeshTopology, router: String) -> String {
        let customer =
            "\(router)/v1/customers/\(topology.customers.poison > 0 ? "c\(topology.customers.poison + 1)" : "c1")"
        if let service = topology.entryServices.first { return "curl -i \(customer)/services/\(service)" }
        return "curl -i -X PUT --data hello \(customer)/records/greeting"
    }
}
