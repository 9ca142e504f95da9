import Telemetry

/// `ps`: one line per process.
enum ProcessesView {
    static func make(_ answer: JSONValue) -> Report {
        let document = answer.ordered(["schema", "processes"])
            .ordering("processes", ["name", "role", "pid", "state", "cpu_ms", "rss_bytes", "pss_bytes", "started"])
        let processes = document["processes"].elements
        let names = processes.map { "\($0["role"].text ?? "process")/\($0["name"].text ?? "")" }
        return Report(document, names: names) { style in
            var table = style.table([
                .init("NAME"), .init("ROLE"), .init("PID", .right), .init("STATE"), .init("CPU", .right),
                .init("PSS", .right), .init("RSS", .right), .init("RESTARTS", .right), .init("STARTED"),
                .init("DATA", wide: true), .init("ADMIN", wide: true), .init("GOSSIP", wide: true),
            ])
            var cpu = 0.0
            var memory = 0
            for process in processes {
                let state = process["state"].text ?? "unknown"
                cpu += process["cpu_ms"].double ?? 0
                memory += process["pss_bytes"].int ?? 0
                table.add([
                    .init(process["name"].text ?? ""), .init(process["role"].text ?? ""),
                    .init(StatusView.number(process["pid"])), .init(state, Wording.style(ofState: state)),
                    .init(process["cpu_ms"].double.map { Wording.time(milliseconds: $0) } ?? "-"),
                    bytes(process["pss_bytes"]), bytes(process["rss_bytes"]),
                    .init(StatusView.number(process["restarts"])), .init(started(process["started"])),
                    .init(process["data"].text ?? "-"), .init(process["admin"].text ?? "-"),
                    .init(process["gossip"].text ?? "-"),
                ])
            }
            return table.render() + "\n\(processes.count) processes, "
                + "\(Wording.time(milliseconds: cpu)) of processor time, \(Wording.bytes(memory)) in proportional shares\n"
        }
    }

    private static func bytes(_ value: JSONValue) -> TableWriter.Cell {
        .init(value.int.map { Wording.bytes($0) } ?? "-")
    }

    /// The time of day, to the second.
    private static func started(_ value: JSONValue) -> String {
        guard let text = value.text, text.count >= 19 else { return "-" }
        return String(text.dropFirst(11).prefix(8))
    }
}
