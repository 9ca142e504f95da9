import MeshBase
import Reports
import Telemetry

/// `trace ls` and `trace show`.
enum TraceView {
    static func list(_ rows: [TraceHead], of count: Int, store: TraceStoreFigures? = nil) -> Report {
        let report = TracesReport(rows, store: store, time: Timestamp.string(milliseconds:))
        return Report(report, names: rows.map(\.trace)) { style in
            guard !rows.isEmpty else {
                return "no trace: requests are followed with the header 'X-Explain: 1', and when they fail\n"
                    + gone(store)
            }
            var table = table(style)
            for row in rows { table.add(cells(row)) }
            return table.render() + (count > rows.count ? "\(count - rows.count) more: --last \(count)\n" : "")
                + gone(store)
        }
    }

    /// What has left the control plane is said: whoever looks for it looks no further.
    private static func gone(_ store: TraceStoreFigures?) -> String {
        guard let store, store.left.total > 0 else { return "" }
        let left = Wording.plural(Int(clamping: store.left.total), "trace")
        return "\(left) left the control plane for want of room, \(store.left.plain) of them of the sample\n"
    }

    /// Of `--follow`, as they come: without a heading but the first time.
    static func tapped(_ rows: [TraceHead], isFirst: Bool, _ style: TableStyle) -> String {
        var table = table(style)
        for row in rows { table.add(cells(row)) }
        let text = table.render()
        return isFirst ? text : String(text.drop { $0 != "\n" }.dropFirst())
    }

    private static func table(_ style: TableStyle) -> TableWriter {
        style.table([
            .init("TRACE"), .init("CUSTOMER"), .init("SERVICE"), .init("STATUS", .right), .init("KEPT"),
            .init("POLICY"), .init("TOOK", .right), .init("FAULTS"), .init("NODE", wide: true),
            .init("CELLS", wide: true),
        ])
    }

    private static func cells(_ row: TraceHead) -> [TableWriter.Cell] {
        let took = row.durationMilliseconds.map { Wording.time(milliseconds: $0) } ?? "-"
        let list = { (names: [String]?) in names.flatMap { $0.isEmpty ? nil : $0.joined(separator: " ") } ?? "-" }
        return [
            .init(String(row.trace.prefix(12))), .init(row.customer), .init(row.service), .init(row.status),
            .init(row.kept ?? "-"), .init(row.policy.isEmpty ? "-" : row.policy), .init(took), .init(list(row.faults)),
            .init(row.node), .init(list(row.cells)),
        ]
    }

    static func make(_ trace: GatheredTrace) -> Report {
        Report(TraceReport(trace), names: [trace.id]) { style in
            var text = "trace \(trace.id): customer \(trace.customer.isEmpty ? "unknown" : trace.customer), "
            text += trace.method.isEmpty ? trace.service : "\(trace.method) \(trace.service)"
            if trace.status > 0 { text += ", \(trace.status)" }
            if !trace.policy.isEmpty { text += " by \(trace.policy)" }
            if isDegraded(trace) { text += " degraded" }
            if let took = trace.took { text += " after \(Wording.time(milliseconds: took))" }
            if !trace.kept.isEmpty { text += "; kept: \(trace.kept)" }
            text += "\n"
            if !trace.missing.isEmpty { text += "no answer from: \(trace.missing.joined(separator: ", "))\n" }
            if !trace.gone.isEmpty {
                text += "no part is left of: \(trace.gone.joined(separator: ", "))\n"
            }
            if trace.dropped > 0 { text += "\(Wording.plural(trace.dropped, "decision")) not kept\n" }
            text += "\n" + TracePicture(trace, style).text + "\n"
            var table = style.table([
                .init("AT", .right), .init("GATE"), .init("TRY", .right), .init("POLICY"), .init("DECISION"),
                .init("WHY"),
            ])
            for decision in trace.decisions {
                table.add([
                    .init(time(decision.of.at - trace.began)),
                    .init(decision.of.gate.isEmpty ? decision.node : decision.of.gate),
                    .init(decision.of.attempt.map(String.init) ?? "-"), .init(decision.of.policy),
                    .init(decision.of.decision), .init(decision.of.detail),
                ])
            }
            return text + (trace.decisions.isEmpty ? "" : table.render())
        }
    }

    private static func isDegraded(_ trace: GatheredTrace) -> Bool {
        trace.status < 500 && trace.decisions.contains { $0.of.decision == "fell-back" || $0.of.decision == "degraded" }
    }

    static func difference(_ found: TraceDifference) -> Report {
        Report(found, names: [found.a.trace, found.b.trace]) { style in
            var text = ""
            for (name, side) in [("A", found.a), ("B", found.b)] {
                text += "\(name)  trace \(side.trace): customer \(side.customer), \(side.service), \(side.status)"
                if let took = side.durationMilliseconds { text += " after \(Wording.time(milliseconds: took))" }
                text += side.faults.isEmpty ? "\n" : ", faults \(side.faults.joined(separator: " "))\n"
            }
            var spans = style.table([
                .init("SPAN"), .init("A", .right), .init("B", .right), .init("B - A", .right), .init("A ENDED"),
                .init("B ENDED"),
            ])
            let ended = { (figures: TraceDifference.Figures?) in
                figures.map { "\($0.node) \($0.outcome)" } ?? "-"
            }
            let took = { (figures: TraceDifference.Figures?) in
                figures.map { time($0.durationMilliseconds) } ?? "-"
            }
            for span in found.spans {
                let delta = span.deltaMilliseconds.map {
                    ($0 < 0 ? "-" : "+") + Wording.time(milliseconds: $0.magnitude)
                }
                spans.add([
                    .init(span.span), .init(took(span.a)), .init(took(span.b)), .init(delta ?? "-"),
                    .init(ended(span.a)), .init(ended(span.b)),
                ])
            }
            text += "\n" + spans.render()
            guard !found.decisions.isEmpty else { return text + "\nthe same was decided in both\n" }
            var decisions = style.table([
                .init("POLICY"), .init("DECISION"), .init("A", .right), .init("B", .right), .init("SUCH AS"),
            ])
            for decision in found.decisions {
                decisions.add([
                    .init(decision.policy), .init(decision.decision), .init(decision.a), .init(decision.b),
                    .init(decision.detail),
                ])
            }
            return text + "\n" + decisions.render()
        }
    }

    private static func time(_ milliseconds: Double) -> String { Wording.time(milliseconds: max(0, milliseconds)) }
}
