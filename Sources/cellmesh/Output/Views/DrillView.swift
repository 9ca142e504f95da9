import Blueprints
import Drills
import Reports
import Scenarios
import Telemetry

/// Drills: what there are, and what one found.
enum DrillView {
    static func report(_ report: DrillReport) -> Report {
        Report(report, names: ["drill/\(report.id)"]) { style in
            let word =
                report.outcome == .passed && !report.conclusive ? "passed, inconclusive" : report.outcome.rawValue
            var text = "drill \(report.drill)\(report.target.map { " on \($0)" } ?? ""): "
            text += style.painted(word, self.style(of: report))
            text += " in \(Wording.time(milliseconds: report.durationMilliseconds))\n"
            if let reason = report.reason { text += reason + "\n" }
            if let rehearsal = report.rehearsal { text += rehearsal.sentence + "\n" }
            text += "\n" + steps(report, style)
            if !report.claims.isEmpty { text += "\n" + claims(report, style) }
            if let animals = report.animals { text += "\n" + Self.animals(animals, style) }
            if !report.tiers.isEmpty { text += "\n" + tiers(report, style) }
            return text
        }
    }

    private static func steps(_ report: DrillReport, _ style: TableStyle) -> String {
        var table = style.table([
            .init("STEP"), .init("OUTCOME"), .init("AT", .right), .init("TOOK", .right), .init("WHAT WAS DONE"),
        ])
        for step in report.steps {
            let isSkipped = step.outcome == .skipped
            table.add([
                .init(step.name),
                .init(step.outcome.rawValue, isSkipped ? .yellow : step.outcome == .failed ? .red : .plain),
                .init(isSkipped ? "-" : Wording.time(milliseconds: step.startMilliseconds)),
                .init(isSkipped ? "-" : Wording.time(milliseconds: step.durationMilliseconds)), .init(step.detail),
            ])
        }
        return table.render()
    }

    private static func animals(_ animals: [DrillAnimal], _ style: TableStyle) -> String {
        var table = style.table([
            .init("INJECTED"), .init("CELL"), .init("NAMED"), .init("AFTER", .right),
        ])
        for animal in animals {
            table.add([
                .init(animal.injected ?? "nothing", animal.injected == nil ? .red : .plain), .init(animal.cell),
                .init(animal.named ?? "-", animal.named == nil ? .red : .plain),
                .init(animal.namedMilliseconds.map { Wording.time(milliseconds: $0) } ?? "-"),
            ])
        }
        return table.render()
    }

    private static func claims(_ report: DrillReport, _ style: TableStyle) -> String {
        var table = style.table([
            .init("CLAIM"), .init("BOUND", .right), .init("OBSERVED", .right), .init("VERDICT"), .init("FROM", .right),
            .init("TO", .right), .init("DETAIL", wide: true),
        ])
        for claim in report.claims {
            func figure(_ value: Double?) -> String { value.map { Self.figure($0, claim.class) } ?? "-" }
            table.add([
                .init(claim.name), .init("\(claim.comparison.rawValue) \(figure(claim.bound))"),
                .init(figure(claim.observed)), .init(claim.verdict.rawValue, self.style(of: claim.verdict)),
                .init(figure(claim.low)), .init(figure(claim.high)), .init(claim.detail ?? ""),
            ])
        }
        return table.render()
    }

    private static func figure(_ value: Double, _ class: DrillClaim.Class) -> String {
        switch `class` {
        case .count where value != value.rounded(): Wording.fixed(value, 2)
        case .count: Wording.count(Int(min(max(value, -1e15), 1e15)))
        case .share: Wording.fixed(value * 100, 3) + " %"
        case .timing: Wording.time(milliseconds: value)
        }
    }

    /// What is listed of a drill.
    struct Row {
        var name: String
        var title: String
        var does: String
        var steps: [String]

        init(_ scenario: Scenario) {
            (name, title, does) = (scenario.name, scenario.title, scenario.title.loweredFirst)
            steps = scenario.method.map(\.name)
        }

        /// All that this program has.
        static let all = BuiltInScenarios.names.compactMap { BuiltInScenarios.named($0) }.map { Row($0) }
    }

    private static func tiers(_ report: DrillReport, _ style: TableStyle) -> String {
        var table = style.table([
            .init("TIER"), .init("CLIENTS IN"), .init("REQUESTS", .right), .init("OK", .right),
            .init("REFUSED", .right),
            .init("FAILED", .right), .init("STALE READS", .right), .init("WRITES LOST", .right),
        ])
        for row in report.tiers {
            func count(_ value: UInt64) -> String { Wording.count(Int(clamping: value)) }
            table.add([
                .init(row.tier), .init(row.side), .init(count(row.requests)), .init(count(row.ok)),
                .init(count(row.refused)), .init(count(row.failed)), .init(count(row.stale)),
                .init(Wording.count(row.lost), row.lost > 0 && row.tier != "cache" ? .red : .plain),
            ])
        }
        return table.render()
    }

    static func list(_ drills: [(drill: Row, last: DrillReport?)], ids: [String]) -> Report {
        let now = WallClock.now()
        func age(_ report: DrillReport) -> Double {
            Double(max(now - (Timestamp.parse(report.began) ?? now), 0)) / 1_000_000
        }
        let document = DrillsReport(
            drills: drills.map { drill, last in
                DrillsReport.Row(
                    name: drill.name, title: drill.title, does: drill.does, steps: drill.steps,
                    last: last.map {
                        DrillsReport.Last(
                            id: $0.id, outcome: $0.outcome.rawValue, conclusive: $0.conclusive, began: $0.began,
                            ageMilliseconds: age($0))
                    })
            }, reports: ids)
        return Report(document, names: drills.map { "drill/\($0.drill.name)" }) { style in
            var table = style.table([
                .init("DRILL"), .init("LAST OUTCOME"), .init("AGE", .right), .init("WHAT IT DOES"),
            ])
            for (drill, last) in drills {
                table.add([
                    .init(drill.name),
                    .init(
                        last.map {
                            $0.outcome.rawValue + ($0.conclusive || $0.outcome != .passed ? "" : ", inconclusive")
                        }
                            ?? "never run", last.map { self.style(of: $0) } ?? .plain),
                    .init(last.map { Wording.time(milliseconds: age($0)) } ?? "-"), .init(drill.does),
                ])
            }
            return table.render()
        }
    }

    private static func style(of report: DrillReport) -> TableWriter.Style {
        switch report.outcome {
        case .passed: report.conclusive ? .green : .yellow
        case .deviated, .error, .aborted, .probeError: .red
        case .interrupted, .baselineNotMet: .yellow
        }
    }

    private static func style(of verdict: DrillClaim.Verdict) -> TableWriter.Style {
        switch verdict {
        case .met: .green
        case .deviated: .red
        case .undecided: .yellow
        }
    }
}

extension String {
    fileprivate var loweredFirst: String { prefix(1).lowercased() + dropFirst() }
}
