import Reports
import Telemetry

/// `ps`: one line per process.
enum ProcessesView {
    static func make(_ report: ProcessesReport) -> Report {
        let processes = report.processes
        return Report(report, names: processes.map { "\($0.role)/\($0.name)" }) { style in
            let hasVersions = processes.contains { $0.version != nil }
            var table = style.table(
                [
                    .init("NAME"), .init("ROLE"), .init("PID", .right), .init("STATE"), .init("CPU", .right),
                    .init("PSS", .right), .init("RSS", .right), .init("RESTARTS", .right), .init("STARTED"),
                    .init("DATA", wide: true), .init("ADMIN", wide: true), .init("GOSSIP", wide: true),
                ] + (hasVersions ? [.init("VERSION", .right)] : []))
            var cpu = 0.0
            var memory = 0
            for process in processes {
                let state = process.state.rawValue
                cpu += process.processorMilliseconds ?? 0
                memory += process.proportionalBytes ?? 0
                table.add(
                    [
                        .init(process.name), .init(process.role), .init(StatusView.number(process.pid)),
                        .init(state, Wording.style(ofState: state)),
                        .init(process.processorMilliseconds.map { Wording.time(milliseconds: $0) } ?? "-"),
                        bytes(process.proportionalBytes), bytes(process.residentBytes), .init(process.restarts),
                        .init(started(process.started)), .init(process.data ?? "-"), .init(process.admin ?? "-"),
                        .init(process.gossip ?? "-"),
                    ] + (hasVersions ? [.init(StatusView.number(process.version))] : []))
            }
            return table.render() + "\n\(processes.count) processes, "
                + "\(Wording.time(milliseconds: cpu)) of processor time, \(Wording.bytes(memory)) in proportional shares\n"
        }
    }

    private static func bytes(_ count: Int?) -> TableWriter.Cell {
        .init(count.map { Wording.bytes($0) } ?? "-")
    }

    /// The time of day, to the second.
    private static func started(_ text: String?) -> String {
        guard let text, text.count >= 19 else { return "-" }
        return String(text.dropFirst(11).prefix(8))
    }
}
