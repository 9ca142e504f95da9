import Evacuation
import Reports
import Telemetry

/// Evacuations and restores: how far they are, and what they did.
enum EvacuationView {
    // MARK: Status

    /// What is left, taken back, added or drained: the cells where there are some, else the region.
    static func subject(_ region: String?, _ cells: [String]?) -> String {
        guard let cells, !cells.isEmpty else { return region ?? "?" }
        return cells.prefix(6).joined(separator: ", ") + (cells.count > 6 ? " and \(cells.count - 6) more" : "")
    }

    /// For `-o name`.
    static func names(_ region: String?, _ cells: [String]?) -> [String] {
        guard let cells, !cells.isEmpty else { return region.map { ["region/\($0)"] } ?? [] }
        return cells.map { "cell/\($0)" }
    }

    /// `evacuation status`.
    static func status(_ status: EvacuationStatus) -> Report {
        Report(status, names: names(status.region, status.cells)) { style in
            guard status.region != nil, status.outcome != .none else {
                return "no evacuation is under way, and none is known\n"
            }
            let outcome = status.outcome.rawValue
            var text = "\(kind(status)) of \(subject(status.region, status.cells)) is "
            text += "\(style.painted(outcome, self.style(of: outcome)))"
            if let stage = status.stage, status.isUnderWay {
                text += ": stage \(stage) (\(status.percent) %)"
                if let step = status.step { text += ", \(step)" }
            }
            text += "\n\n"
            var table = style.table([
                .init("COHORTS MOVED", .right), .init("OF", .right), .init("RECORDS COPIED", .right),
                .init("VERIFIED", .right), .init("ABOUT LEFT", .right),
            ])
            table.add([
                .init(Wording.count(status.cohorts.moved)), .init(Wording.count(status.cohorts.of)),
                .init(count(status.records.copied)), .init(count(status.records.verified)),
                .init(time(status.remainingMilliseconds)),
            ])
            text += table.render()
            if let reason = status.reason { text += "\(status.isUnderWay ? "waits: " : "")\(reason)\n" }
            return text
        }
    }

    private static func kind(_ status: EvacuationStatus) -> String {
        (status.kind ?? .evacuate).rawValue
    }

    /// One line of a status: `evacuate us-east: stage 2 of 6 (25 %), fill, 10 of 64 cohorts moved, about 12 s left`.
    static func line(_ status: EvacuationStatus, stages: Int? = nil) -> String {
        // Asked for, and not begun: there is nothing yet to tell of.
        guard status.kind != nil else { return "about to begin" }
        var text = "\(kind(status)) \(subject(status.region, status.cells)): "
        if status.outcome == .paused { text += "paused at " }
        text += "stage \(status.stage.map(String.init) ?? "-")"
        if let stages, stages > 0 { text += " of \(stages)" }
        text += " (\(status.percent) %)"
        if let step = status.step { text += ", \(step)" }
        text += ", \(Wording.count(status.cohorts.moved)) of \(Wording.count(status.cohorts.of)) cohorts moved"
        if let copied = status.records.copied, copied > 0 { text += ", \(Wording.count(copied)) records copied" }
        if let left = status.remainingMilliseconds { text += ", about \(Wording.time(milliseconds: left)) left" }
        if let reason = status.reason { text += "; waits: \(reason)" }
        return text
    }

    // MARK: Report

    /// `evacuate` and `restore` at their end, or where they were refused.
    static func report(_ report: EvacuationReport) -> Report {
        Report(report, names: names(report.region, report.cells)) { style in
            let outcome = report.outcome.rawValue
            var text = "\(report.kind.rawValue) of \(subject(report.region, report.cells)): "
            text += "\(style.painted(outcome, self.style(of: outcome)))"
            guard report.outcome != .refused else {
                return text + "\n" + ForecastView.refusals(report.refusals, style)
            }
            text += " in \(time(report.durationMilliseconds))"
            if let reason = report.reason { text += ": \(reason)" }
            text += "\n\n" + figures(report, style)
            if !report.phases.isEmpty { text += "\n" + phases(report.phases, style) }
            if !report.stages.isEmpty { text += "\n" + stages(report.stages, style) }
            let spans = report.spans ?? []
            if style.isWide, !spans.isEmpty { text += "\n" + timeline(spans, style) }
            if let lives = report.controlPlanes, lives > 1 {
                text += "\n\(lives) control planes have carried it out, one after the other\n"
            }
            let held = report.heldBack
            if !held.isEmpty {
                text += "\nheld back for want of a quorum: \(held.prefix(12).joined(separator: ", "))"
                text += held.count > 12 ? " and \(held.count - 12) more\n" : "\n"
            }
            return text + ForecastView.notes(report.notes)
        }
    }

    private static func figures(_ report: EvacuationReport, _ style: TableStyle) -> String {
        var table = style.table([.init("FIGURE"), .init("VALUE", .right)])
        table.add([.init("customers moved"), .init(Wording.count(report.customersMoved))])
        table.add([.init("records copied"), .init(Wording.count(report.recordsCopied))])
        table.add([.init("records verified"), .init(Wording.count(report.recordsVerified))])
        let lost = report.acknowledgedWritesLost
        table.add([.init("acknowledged writes lost"), .init(count(lost), (lost ?? 0) > 0 ? .red : .plain)])
        let place = report.cells?.isEmpty ?? true ? "region" : "cells"
        table.add([.init("last request to the \(place) after"), .init(time(report.reroutedMilliseconds))])
        table.add([
            .init("longest pause of a write"),
            .init(
                report.writePause.map { "\(time($0.max)) (p50 \(time($0.p50)), p99 \(time($0.p99))\(writes($0)))" }
                    ?? "-"),
        ])
        return table.render()
    }

    private static func writes(_ pause: EvacuationReport.Pause) -> String {
        pause.writes.map { ", of \(Wording.plural($0, "write"))" } ?? ""
    }

    private static func phases(_ phases: [EvacuationReport.Phase], _ style: TableStyle) -> String {
        var table = style.table([
            .init("PHASE"), .init("SERVICE"), .init("STRATEGY"), .init("OUTCOME"), .init("AT", .right),
            .init("TOOK", .right),
            .init("WHAT WAS DONE", wide: true),
        ])
        for phase in phases {
            let outcome = phase.outcome.rawValue
            table.add([
                .init(phase.name), .init(phase.service), .init(phase.strategy.rawValue),
                .init(outcome, self.style(of: outcome)), .init(time(phase.startMilliseconds)),
                .init(time(phase.durationMilliseconds)), .init(phase.does),
            ])
        }
        return table.render()
    }

    /// Every part with its own start and duration.
    private static func timeline(_ spans: [EvacuationReport.Span], _ style: TableStyle) -> String {
        var table = style.table([
            .init("PART"), .init("STAGE", .right), .init("AT", .right), .init("TOOK", .right),
        ])
        for span in spans {
            table.add([
                .init(span.name.rawValue), .init(span.percent.map { "\($0) %" } ?? "-"),
                .init(time(span.startMilliseconds)), .init(time(span.durationMilliseconds)),
            ])
        }
        return table.render()
    }

    private static func stages(_ stages: [EvacuationReport.Stage], _ style: TableStyle) -> String {
        var table = style.table([.init("STAGE", .right), .init("OUTCOME"), .init("GATE")])
        for stage in stages {
            let outcome = stage.outcome.rawValue
            table.add([
                .init("\(stage.percent) %"), .init(outcome, self.style(of: outcome)), .init(stage.detail),
            ])
        }
        return table.render()
    }

    /// What the command ends with; nil where it completed and lost nothing.
    static func failure(_ report: EvacuationReport) -> CommandFailure? {
        failure(
            report.kind, subject(report.region, report.cells), report.outcome, report.reason,
            lost: report.acknowledgedWritesLost)
    }

    /// The same where only the status is there.
    static func failure(_ status: EvacuationStatus) -> CommandFailure? {
        failure(
            status.kind ?? .evacuate, subject(status.region, status.cells), status.outcome, status.reason, lost: nil)
    }

    private static func failure(
        _ kind: EvacuationPlan.Kind, _ subject: String, _ outcome: EvacuationOutcome, _ reason: String?, lost: Int?
    ) -> CommandFailure? {
        let what = "the \(kind == .evacuate ? "evacuation" : kind.rawValue) of \(subject)"
        let reason = reason.map { ": \($0)" } ?? ""
        switch outcome {
        case .completed:
            guard let lost, lost > 0 else { return nil }
            return CommandFailure(
                .violated, "\(what) completed, and \(Wording.plural(lost, "acknowledged write")) were lost",
                next: "cellmesh events --type evacuation")
        case .rolledBack:
            return CommandFailure(
                .violated, "\(what) was rolled back\(reason)", hint: "every customer is where it was",
                next: "cellmesh events --type evacuation")
        case .aborted:
            return CommandFailure("\(what) was aborted\(reason)", hint: "every customer is where it was")
        case .refused: return CommandFailure(.declined, "\(what) was refused\(reason)")
        case .none, .running, .paused: return CommandFailure("\(what) has not ended\(reason)")
        }
    }

    // MARK: Words

    static func style(of outcome: String) -> TableWriter.Style {
        switch outcome {
        case "completed", "green", "running", "proceeds": .green
        case "rolled-back", "refused", "failed", "red": .red
        case "paused", "aborted", "skipped": .yellow
        default: .plain
        }
    }

    static func count(_ value: Int?) -> String { value.map { Wording.count($0) } ?? "-" }
    static func time(_ milliseconds: Double?) -> String { milliseconds.map { Wording.time(milliseconds: $0) } ?? "-" }
}
