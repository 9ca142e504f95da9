import Reports
import Telemetry

/// Gates with what they saw of their targets.
enum BreakersView {
    static func list(_ gates: [BreakersReport.Gate]) -> Report {
        let gates = gates.sorted { $0.name < $1.name }
        return Report(BreakersReport(gates), names: gates.map { "gate/\($0.name)" }) { style in
            guard !gates.isEmpty else { return "no gate yet: one is made at the first call through it\n" }
            var table = style.table([
                .init("GATE"), .init("STATE"), .init("FAILED", .right), .init("SLOW", .right), .init("CALLS", .right),
                .init("REFUSED", .right), .init("OPENINGS", .right), .init("UNTIL", .right),
                .init("FINDING"), .init("THRESHOLD", .right, wide: true),
                .init("INFLUENCE", .right, wide: true),
            ])
            for gate in gates {
                let finding = gate.mode == "unknown" ? "-" : gate.mode
                table.add([
                    .init(gate.name), .init(gate.state, color(gate.state)), .init(rate(gate.failureRate)),
                    .init(rate(gate.slowRate)), .init(Wording.count(gate.calls)),
                    .init(Wording.count(Int(clamping: gate.refused))),
                    .init(Wording.count(Int(clamping: gate.openings))),
                    .init(gate.untilMilliseconds.map { "in \(Wording.time(milliseconds: Double($0)))" } ?? "-"),
                    .init(finding, findingColor(finding)), .init(rate(gate.threshold)),
                    .init(rate(gate.influence)),
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

    private static func rate(_ value: Double?) -> String { value.map { Wording.percent($0) } ?? "-" }
}
