import MeshBase
import Reports
import Telemetry

/// A rollout: how far it is, and what decided its stages.
enum RolloutView {
    static func report(_ report: RolloutReport) -> Report {
        Report(report, names: changedCells(report).map { "cell/\($0)" }) { style in
            guard report.state != .none else { return "there was no rollout\n" }
            var text = line(report) + "\n"
            if let reason = report.reason, report.state != .rollingBack { text += "\(reason)\n" }
            if !report.left.isEmpty {
                text +=
                    "not changed back while it ran, from its next start on: \(report.left.joined(separator: ", "))\n"
            }
            if !report.stages.isEmpty { text += "\n" + stages(report, style) }
            let gates = report.stages.last?.gates ?? []
            if !gates.isEmpty {
                text += "\nstage \(report.stages.count):\n" + gates.map { "  \(gate($0, style))\n" }.joined()
            }
            return text
        }
    }

    /// Routers are changed too.
    private static func changedCells(_ report: RolloutReport) -> [String] {
        report.changed.filter(report.cells.contains)
    }

    /// Where it stands, in a line.
    static func line(_ report: RolloutReport) -> String {
        let what = "rollout of '\(report.blueprint)', version \(report.version)"
        let of = "\(changedCells(report).count) of \(Wording.plural(report.cells.count, "cell"))"
        let left = report.remainingMilliseconds.map { ", \(Wording.time(milliseconds: Double($0))) at least" } ?? ""
        let stage = "stage \(report.stages.count) of \(report.of)"
        switch report.state {
        case .none: return "there was no rollout"
        case .before: return "\(what): the cells are watched as they are\(left)"
        case .changing: return "\(what): \(stage), \(of) changed"
        case .watching: return "\(what): \(stage), \(of) changed and watched\(left)"
        case .waiting: return "\(what): \(stage) has passed, \(of) changed"
        case .rollingBack: return "\(what) is rolled back, \(of) still changed: \(report.reason ?? "")"
        case .done: return "\(what): done, \(Wording.plural(report.cells.count, "cell")) changed"
        case .rolledBack: return "\(what) was rolled back"
        }
    }

    /// What a stage has come to.
    static func lines(_ stage: RolloutReport.Stage, number: Int, of: Int) -> [String] {
        let name = "stage \(number) of \(of) (\(stage.percent) %)"
        switch stage.state {
        case .changing: return ["\(name): changing \(stage.changes.joined(separator: ", "))"]
        case .watching: return ["\(name): watching"]
        case .passed, .failed, .undecided, .ended:
            return [
                "\(name): \(stage.state.rawValue) after \(Wording.time(milliseconds: Double(stage.watchedMilliseconds)))"
            ]
                + stage.gates.map { "  \($0.verdict.rawValue): \($0.text)" }
        }
    }

    private static func stages(_ report: RolloutReport, _ style: TableStyle) -> String {
        var table = style.table([
            .init("STAGE"), .init("PERCENT", .right), .init("STATE"), .init("WATCHED", .right), .init("CHANGES"),
            .init("COMPARED WITH", wide: true),
        ])
        for (number, stage) in report.stages.enumerated() {
            table.add([
                .init("\(number + 1)"), .init("\(stage.percent)"),
                .init(stage.state.rawValue, self.style(of: stage.state)),
                .init(
                    stage.watchedMilliseconds == 0 ? "-" : Wording.time(milliseconds: Double(stage.watchedMilliseconds))
                ),
                .init(stage.changes.joined(separator: " ")),
                .init(stage.compared.isEmpty ? "before" : stage.compared.joined(separator: " ")),
            ])
        }
        return table.render()
    }

    private static func gate(_ gate: RolloutReport.Gate, _ style: TableStyle) -> String {
        let colour: TableWriter.Style =
            switch gate.verdict {
            case .met: .green
            case .failed: .red
            case .undecided: .yellow
            }
        return "\(style.painted(gate.verdict.rawValue, colour)): \(gate.text)"
            + (gate.needed.map { "; about \(Wording.count(Int(clamping: $0))) would decide" } ?? "")
    }

    private static func style(of state: RolloutReport.Stage.State) -> TableWriter.Style {
        switch state {
        case .passed: .green
        case .failed: .red
        case .undecided, .ended: .yellow
        case .changing, .watching: .plain
        }
    }
}
