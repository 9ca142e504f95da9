import ControlPlane
import Reports

/// `doctor`.
enum DoctorView {
    static func make(_ reports: [DoctorReport], machine: [MachineCheck.Finding]) -> Report {
        let isHealthy = machine.isEmpty && reports.allSatisfy(\.isHealthy)
        return Report(
            DoctorsReport(ok: isHealthy, meshes: reports, machine: machine), names: reports.map { "mesh/\($0.mesh)" }
        ) { style in
            var text = reports.isEmpty ? "no mesh has left any data\n" : meshes(reports, style)
            for report in reports {
                for process in report.processes where process.condition != .supervised {
                    text +=
                        "\(report.mesh): \(process.role)/\(process.name) (pid \(process.pid)) is "
                        + "\(process.condition.rawValue)\(process.paused ? ", paused" : "")\n"
                }
            }
            let findings =
                machine.map { ($0.code, $0.message, $0.hint) }
                + reports.flatMap { report in report.findings.map { ($0.code, $0.message, $0.hint) } }
            for (code, message, hint) in findings {
                text += "\(style.painted(code, .yellow)): \(message)\n    \(hint)\n"
            }
            return text
        }
    }

    private static func meshes(_ reports: [DoctorReport], _ style: TableStyle) -> String {
        var table = style.table([
            .init("MESH"), .init("STATE"), .init("CONTROL", .right), .init("PROCESSES", .right),
            .init("DATA", wide: true),
        ])
        for report in reports {
            let running = report.processes.count { $0.condition == .supervised || $0.condition == .leftover }
            let state = !report.isHealthy ? "unhealthy" : report.control != nil ? "running" : "stopped"
            table.add([
                .init(report.mesh), .init(state, report.isHealthy ? .green : .red),
                .init(report.control.map(String.init) ?? "-"), .init(running), .init(report.dataDirectory),
            ])
        }
        return table.render()
    }
}
