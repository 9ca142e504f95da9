import MeshBase
import Reports
import Telemetry

/// Game days: what one found, and how drills have fared over the weeks.
enum GameDayView {
    static func report(_ report: GameDayReport) -> Report {
        Report(report, names: ["report/\(report.id)"]) { style in
            var text =
                "game day \(report.name): " + style.painted(report.outcome, self.style(ofOutcome: report.outcome))
            text += " in \(Wording.time(milliseconds: report.durationMilliseconds)), \(counts(report))\n"
            if let reason = report.reason { text += reason + "\n" }
            var table = style.table([
                .init("DRILL"), .init("VERDICT"), .init("OUTCOME"), .init("TOOK", .right), .init("REPORT", wide: true),
                .init("WHY"),
            ])
            for drill in report.drills {
                table.add([
                    .init(drill.name), .init(drill.verdict.rawValue, self.style(of: drill.verdict)),
                    .init(drill.outcome),
                    .init(drill.verdict == .skipped ? "-" : Wording.time(milliseconds: drill.durationMilliseconds)),
                    .init(drill.report ?? "-"), .init(drill.reason ?? ""),
                ])
            }
            return text + "\n" + table.render()
        }
    }

    static func history(_ history: GameDaysReport) -> Report {
        Report(history, names: history.days.map { "report/\($0.id)" }) { style in
            var text = scheduled(history.scheduled)
            guard !history.days.isEmpty else { return text + "no game day is kept\n" }
            var days = style.table([
                .init("DAY"), .init("GAME DAY"), .init("OUTCOME"), .init("PASSED", .right), .init("FAILED", .right),
                .init("INCONCLUSIVE", .right), .init("SKIPPED", .right), .init("TOOK", .right),
                .init("REPORT", wide: true),
            ])
            for day in history.days {
                days.add([
                    .init(String(day.began.prefix(10))), .init(day.name),
                    .init(day.outcome, self.style(ofOutcome: day.outcome)), .init("\(day.count(.passed))"),
                    .init("\(day.count(.failed))"), .init("\(day.count(.inconclusive))"),
                    .init("\(day.count(.skipped))"), .init(Wording.time(milliseconds: day.durationMilliseconds)),
                    .init(day.id),
                ])
            }
            var drills = style.table(
                [.init("DRILL")] + history.days.prefix(mostDays).map { .init(String($0.began.prefix(10))) })
            for course in history.drills {
                drills.add(
                    [.init(course.drill)]
                        + course.verdicts.prefix(mostDays).map {
                            .init($0?.rawValue ?? "-", $0.map { self.style(of: $0) } ?? .plain)
                        })
            }
            text += days.render() + "\n" + drills.render()
            return text
        }
    }

    static func scheduled(_ order: GameDayOrder?) -> String {
        guard let order, let file = order.file else { return "" }
        return "scheduled: \(file) each \(order.every ?? "") at \(order.at ?? "")"
            + (order.one == true ? ", one drill a time" : "") + "\n"
    }

    private static let mostDays = 6

    private static func counts(_ report: GameDayReport) -> String {
        GameDayReport.Verdict.allCases.map { ($0, report.count($0)) }
            .filter { $0.1 > 0 || $0.0 == .passed || $0.0 == .failed }.map { "\($0.1) \($0.0.rawValue)" }
            .joined(separator: ", ")
    }

    private static func style(of verdict: GameDayReport.Verdict) -> TableWriter.Style {
        switch verdict {
        case .passed: .green
        case .failed: .red
        case .inconclusive, .skipped: .yellow
        }
    }

    private static func style(ofOutcome outcome: String) -> TableWriter.Style {
        outcome == "passed" ? .green : outcome == "failed" ? .red : .yellow
    }
}
