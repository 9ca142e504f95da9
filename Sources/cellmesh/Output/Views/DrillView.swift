import Drills
import Reports
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
            if let falls = report.falls { text += "\n" + RunView.falls(falls, style) }
            if let wave = report.wave { text += "\n" + RunView.wave(wave, style) }
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
        case .count: RunReport.Figure.count(value)
        case .share: Wording.fixed(value * 100, 3) + " %"
        case .timing: Wording.time(milliseconds: value)
        }
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

    static func list(_ report: DrillsReport) -> Report {
        Report(report, names: report.drills.map { "drill/\($0.name)" }) { style in
            var table = style.table([
                .init("DRILL"), .init("LAST OUTCOME"), .init("AGE", .right), .init("WHAT IT DOES"),
                .init("NOT HERE, SINCE", wide: true),
            ])
            for row in report.drills {
                table.add([
                    .init(row.name), word(row.last), age(row.last), .init(row.does), .init(row.unsuited ?? "-"),
                ])
            }
            return table.render()
        }
    }

    static func score(_ report: DrillScoreReport) -> Report {
        Report(report, names: report.drills.map { "drill/\($0.name)" }) { style in
            var table = style.table([
                .init("DRILL"), .init("POINTS", .right), .init("STANDING"), .init("LAST OUTCOME"), .init("AGE", .right),
            ])
            for row in report.drills {
                table.add([
                    .init(row.name), .init(Wording.fixed(row.points, 0)),
                    .init(row.standing.rawValue, self.style(of: row.standing)), word(row.last), age(row.last),
                ])
            }
            var text = table.render() + "\n"
            if let score = report.score {
                text +=
                    "score \(Wording.fixed(score, 1)) of 100, the mean of \(Wording.plural(report.drills.count, "drill"))\n"
            }
            return text + report.unsuited.map { "\($0.name) does not count: \($0.why)\n" }.joined()
        }
    }

    private static func word(_ last: DrillsReport.Last?) -> TableWriter.Cell {
        guard let last else { return .init("never run") }
        let isOpen = last.outcome == DrillOutcome.passed.rawValue && !last.conclusive
        let outcome = DrillOutcome(rawValue: last.outcome) ?? .error
        return .init(
            last.outcome + (isOpen ? ", inconclusive" : "") + (last.expired ? ", expired" : ""),
            last.expired && outcome == .passed ? .yellow : style(of: outcome, last.conclusive))
    }

    private static func age(_ last: DrillsReport.Last?) -> TableWriter.Cell {
        .init(last.map { Wording.time(milliseconds: $0.ageMilliseconds) } ?? "-")
    }

    private static func style(of standing: DrillStanding) -> TableWriter.Style {
        switch standing {
        case .passed: .green
        case .expired, .inconclusive: .yellow
        case .failed: .red
        case .never: .plain
        }
    }

    private static func style(of report: DrillReport) -> TableWriter.Style {
        style(of: report.outcome, report.conclusive)
    }

    private static func style(of outcome: DrillOutcome, _ conclusive: Bool) -> TableWriter.Style {
        switch outcome {
        case .passed: conclusive ? .green : .yellow
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
