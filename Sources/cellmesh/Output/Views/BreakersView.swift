import Telemetry

/// Gates with what they saw of their targets.
enum BreakersView {
    private static let keys = [
        "name", "node", "cell", "from", "to", "state", "failure_rate", "slow_rate", "calls", "threshold", "volume",
        "refused", "openings", "until_ms", "since_ms", "forced", "influence", "mode", "predicted",
    ]

    static func list(_ gates: [JSONValue]) -> Report {
        let gates = gates.map { $0.ordered(keys) }.sorted { ($0["name"].text ?? "") < ($1["name"].text ?? "") }
        let names = gates.compactMap { $0["name"].text.map { "gate/\($0)" } }
        return Report(.document([("breakers", .array(gates))]), names: names) { style in
            guard !gates.isEmpty else { return "no gate yet: one is made at the first call through it\n" }
            var table = style.table([
                .init("GATE"), .init("STATE"), .init("FAILED", .right), .init("SLOW", .right), .init("CALLS", .right),
                .init("REFUSED", .right), .init("OPENINGS", .right), .init("UNTIL", .right),
                .init("FINDING"), .init("THRESHOLD", .right, wide: true),
            ])
            for gate in gates {
                let state = gate["state"].text ?? "-"
                let finding = gate["mode"].text.flatMap { $0 == "unknown" ? nil : $0 } ?? "-"
                table.add([
                    .init(gate["name"].text ?? ""), .init(state, color(state)), .init(rate(gate["failure_rate"])),
                    .init(rate(gate["slow_rate"])), .init(count(gate["calls"])), .init(count(gate["refused"])),
                    .init(count(gate["openings"])),
                    .init(gate["until_ms"].double.map { "in \(Wording.time(milliseconds: $0))" } ?? "-"),
                    .init(finding, findingColor(finding)), .init(rate(gate["threshold"])),
                ])
            }
            return table.render()
        }
    }

    private static func color(_ state: String) -> TableWriter.Style {
        switch state {
        case "open", "forced-open": .red
        case "half-open", "slow-recovery", "disabled", "metrics-only": .yellow
        default: .plain
        }
    }

    private static func findingColor(_ finding: String) -> TableWriter.Style {
        switch finding {
        case "dead", "gray": .red
        case "-", "healthy": .plain
        default: .yellow
        }
    }

    private static func rate(_ value: JSONValue) -> String { value.double.map { Wording.percent($0) } ?? "-" }
    private static func count(_ value: JSONValue) -> String { value.int.map { Wording.count($0) } ?? "-" }
}
