import Evacuation
import Telemetry

/// Evacuations and restores: how far they are, and what they did.
enum EvacuationView {
    // MARK: Status

    private static let statusKeys = [
        "schema", "region", "cells", "kind", "outcome", "stage", "percent", "step", "cohorts", "records", "eta_ms",
        "reason",
    ]

    /// What is left, taken back, added or drained: the cells where there are some, else the region.
    static func subject(_ document: JSONValue) -> String {
        let cells = document["cells"].elements.compactMap(\.text)
        guard !cells.isEmpty else { return document["region"].text ?? "?" }
        return cells.prefix(6).joined(separator: ", ") + (cells.count > 6 ? " and \(cells.count - 6) more" : "")
    }

    /// For `-o name`.
    static func names(_ document: JSONValue) -> [String] {
        let cells = document["cells"].elements.compactMap(\.text)
        return cells.isEmpty ? document["region"].text.map { ["region/\($0)"] } ?? [] : cells.map { "cell/\($0)" }
    }

    /// `evacuation status`.
    static func status(_ answer: JSONValue) -> Report {
        let document = answer.ordered(statusKeys)
        return Report(document, names: names(document)) { style in
            guard !document["region"].isNull, document["outcome"].text != "none" else {
                return "no evacuation is under way, and none is known\n"
            }
            let outcome = document["outcome"].text ?? "unknown"
            var text = "\(document["kind"].text ?? "evacuate") of \(subject(document)) is "
            text += "\(style.painted(outcome, self.style(of: outcome)))"
            if let stage = document["stage"].int, isUnderWay(document) {
                text += ": stage \(stage) (\(number(document["percent"])) %)"
                if let step = document["step"].text { text += ", \(step)" }
            }
            text += "\n\n"
            var table = style.table([
                .init("COHORTS MOVED", .right), .init("OF", .right), .init("RECORDS COPIED", .right),
                .init("VERIFIED", .right), .init("ABOUT LEFT", .right),
            ])
            table.add([
                .init(count(document["cohorts"]["moved"])), .init(count(document["cohorts"]["of"])),
                .init(count(document["records"]["copied"])), .init(count(document["records"]["verified"])),
                .init(document["eta_ms"].double.map { Wording.time(milliseconds: $0) } ?? "-"),
            ])
            text += table.render()
            if let reason = document["reason"].text { text += "\(isUnderWay(document) ? "waits: " : "")\(reason)\n" }
            return text
        }
    }

    /// Whether something is to come of it still.
    static func isUnderWay(_ status: JSONValue) -> Bool {
        status["outcome"].text == "running" || status["outcome"].text == "paused"
    }

    /// One line of a status: `evacuate us-east: stage 2 of 6 (25 %), fill, 10 of 64 cohorts moved, about 12 s left`.
    static func line(_ status: JSONValue, stages: Int? = nil) -> String {
        // Asked for, and not begun: there is nothing yet to tell of.
        guard !status["kind"].isNull else { return "about to begin" }
        var text = "\(status["kind"].text ?? "evacuate") \(subject(status)): "
        if status["outcome"].text == "paused" { text += "paused at " }
        text += "stage \(number(status["stage"]))"
        if let stages, stages > 0 { text += " of \(stages)" }
        text += " (\(number(status["percent"])) %)"
        if let step = status["step"].text { text += ", \(step)" }
        text += ", \(count(status["cohorts"]["moved"])) of \(count(status["cohorts"]["of"])) cohorts moved"
        if let copied = status["records"]["copied"].int, copied > 0 {
            text += ", \(Wording.count(copied)) records copied"
        }
        if let left = status["eta_ms"].double { text += ", about \(Wording.time(milliseconds: left)) left" }
        if let reason = status["reason"].text { text += "; waits: \(reason)" }
        return text
    }

    // MARK: Report

    private static let reportKeys = [
        "schema", "region", "cells", "kind", "outcome", "reason", "customers_moved", "records_copied",
        "records_verified",
        "acknowledged_writes_lost", "rerouted_ms", "duration_ms", "write_pause_ms", "phases", "stages", "timeline",
        "control_planes", "refusals", "notes", "held_back",
    ]

    /// `evacuate` and `restore` at their end, or where they were refused.
    static func report(_ answer: JSONValue) -> Report {
        let document = answer.ordered(reportKeys)
            .ordering("phases", ["name", "service", "strategy", "outcome", "start_ms", "duration_ms", "does"])
            .ordering("stages", ["percent", "error_rate", "outcome", "detail"])
            .ordering("timeline", ["name", "stage", "start_ms", "duration_ms"])
            .ordering("refusals", ["code", "reason", "figure", "next"])
        return Report(document, names: names(document)) { style in
            let outcome = document["outcome"].text ?? "unknown"
            var text = "\(document["kind"].text ?? "evacuate") of \(subject(document)): "
            text += "\(style.painted(outcome, self.style(of: outcome)))"
            guard outcome != "refused" else { return text + "\n" + ForecastView.refusals(document, style) }
            text += " in \(time(document["duration_ms"]))"
            if let reason = document["reason"].text { text += ": \(reason)" }
            text += "\n\n" + figures(document, style)
            let phases = document["phases"].elements
            if !phases.isEmpty { text += "\n" + self.phases(phases, style) }
            let stages = document["stages"].elements
            if !stages.isEmpty { text += "\n" + self.stages(stages, style) }
            let spans = document["timeline"].elements
            if style.isWide, !spans.isEmpty { text += "\n" + timeline(spans, style) }
            if let lives = document["control_planes"].int, lives > 1 {
                text += "\n\(lives) control planes have carried it out, one after the other\n"
            }
            let held = document["held_back"].elements.compactMap(\.text)
            if !held.isEmpty {
                text += "\nheld back for want of a quorum: \(held.prefix(12).joined(separator: ", "))"
                text += held.count > 12 ? " and \(held.count - 12) more\n" : "\n"
            }
            return text + ForecastView.notes(document)
        }
    }

    private static func figures(_ document: JSONValue, _ style: TableStyle) -> String {
        var table = style.table([.init("FIGURE"), .init("VALUE", .right)])
        table.add([.init("customers moved"), .init(count(document["customers_moved"]))])
        table.add([.init("records copied"), .init(count(document["records_copied"]))])
        table.add([.init("records verified"), .init(count(document["records_verified"]))])
        let lost = document["acknowledged_writes_lost"].int
        table.add([
            .init("acknowledged writes lost"),
            .init(lost.map { Wording.count($0) } ?? "-", (lost ?? 0) > 0 ? .red : .plain),
        ])
        let place = document["cells"].elements.isEmpty ? "region" : "cells"
        table.add([.init("last request to the \(place) after"), .init(time(document["rerouted_ms"]))])
        let pause = document["write_pause_ms"]
        table.add([
            .init("longest pause of a write"),
            .init(
                pause.isNull
                    ? "-" : "\(time(pause["max"])) (p50 \(time(pause["p50"])), p99 \(time(pause["p99"])))"),
        ])
        return table.render()
    }

    private static func phases(_ phases: [JSONValue], _ style: TableStyle) -> String {
        var table = style.table([
            .init("PHASE"), .init("SERVICE"), .init("STRATEGY"), .init("OUTCOME"), .init("AT", .right),
            .init("TOOK", .right),
            .init("WHAT WAS DONE", wide: true),
        ])
        for phase in phases {
            let outcome = phase["outcome"].text ?? "-"
            table.add([
                .init(phase["name"].text ?? ""), .init(phase["service"].text ?? ""),
                .init(phase["strategy"].text ?? ""), .init(outcome, self.style(of: outcome)),
                .init(time(phase["start_ms"])), .init(time(phase["duration_ms"])), .init(phase["does"].text ?? ""),
            ])
        }
        return table.render()
    }

    /// Every part with its own start and duration.
    private static func timeline(_ spans: [JSONValue], _ style: TableStyle) -> String {
        var table = style.table([
            .init("PART"), .init("STAGE", .right), .init("AT", .right), .init("TOOK", .right),
        ])
        for span in spans {
            table.add([
                .init(span["name"].text ?? ""), .init(span["stage"].int.map { "\($0) %" } ?? "-"),
                .init(time(span["start_ms"])), .init(time(span["duration_ms"])),
            ])
        }
        return table.render()
    }

    private static func stages(_ stages: [JSONValue], _ style: TableStyle) -> String {
        var table = style.table([.init("STAGE", .right), .init("OUTCOME"), .init("GATE")])
        for stage in stages {
            let outcome = stage["outcome"].text ?? "-"
            table.add([
                .init("\(number(stage["percent"])) %"), .init(outcome, self.style(of: outcome)),
                .init(stage["detail"].text ?? "-"),
            ])
        }
        return table.render()
    }

    /// What the command ends with; nil where it completed and lost nothing.
    static func failure(_ report: JSONValue) -> CommandFailure? {
        let kind = report["kind"].text ?? "evacuate"
        let what = "the \(kind == "evacuate" ? "evacuation" : kind) of \(subject(report))"
        let reason = report["reason"].text.map { ": \($0)" } ?? ""
        switch report["outcome"].text.flatMap({ EvacuationOutcome(rawValue: $0) }) {
        case .completed:
            guard let lost = report["acknowledged_writes_lost"].int, lost > 0 else { return nil }
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
        case .none?, .running, .paused, nil: return CommandFailure("\(what) has not ended\(reason)")
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

    static func number(_ value: JSONValue) -> String { value.int.map { String($0) } ?? "-" }
    static func count(_ value: JSONValue) -> String { value.int.map { Wording.count($0) } ?? "-" }
    static func time(_ value: JSONValue) -> String { value.double.map { Wording.time(milliseconds: $0) } ?? "-" }
}
