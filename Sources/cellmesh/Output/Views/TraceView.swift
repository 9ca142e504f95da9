import Reports

/// `trace ls` and `trace show`.
enum TraceView {
    static func list(_ rows: [TraceHead], of count: Int) -> Report {
        Report(TracesReport(rows), names: rows.map(\.trace)) { style in
            guard !rows.isEmpty else {
                return "no trace: requests are followed with the header 'X-Explain: 1', and when they fail\n"
            }
            var table = style.table([
                .init("TRACE"), .init("CUSTOMER"), .init("SERVICE"), .init("STATUS", .right), .init("POLICY"),
                .init("TOOK", .right), .init("NODE", wide: true),
            ])
            for row in rows {
                let took = row.durationMilliseconds.map { Wording.time(milliseconds: $0) } ?? "-"
                table.add([
                    .init(String(row.trace.prefix(12))), .init(row.customer), .init(row.service), .init(row.status),
                    .init(row.policy.isEmpty ? "-" : row.policy), .init(took), .init(row.node),
                ])
            }
            return table.render() + (count > rows.count ? "\(count - rows.count) more: --last \(count)\n" : "")
        }
    }

    static func make(_ trace: GatheredTrace) -> Report {
        Report(document(trace), names: [trace.id]) { style in
            var text = "trace \(trace.id): customer \(trace.customer.isEmpty ? "unknown" : trace.customer), "
            text += "\(trace.service)"
            if trace.status > 0 { text += ", \(trace.status)" }
            if !trace.policy.isEmpty { text += " by \(trace.policy)" }
            if let took = trace.took { text += " after \(Wording.time(milliseconds: took))" }
            text += "\n"
            if !trace.missing.isEmpty { text += "no answer from: \(trace.missing.joined(separator: ", "))\n" }
            if trace.dropped > 0 { text += "\(Wording.plural(trace.dropped, "decision")) not kept\n" }
            text += "\n"
            var table = style.table([
                .init("AT", .right), .init("GATE"), .init("TRY", .right), .init("POLICY"), .init("DECISION"),
                .init("WHY"),
            ])
            for decision in trace.decisions {
                table.add([
                    .init(time(decision.at - trace.began)),
                    .init(decision.gate.isEmpty ? decision.node : decision.gate),
                    .init(decision.attempt.map(String.init) ?? "-"), .init(decision.policy), .init(decision.verb),
                    .init(decision.detail),
                ])
            }
            return text + (trace.decisions.isEmpty ? "" : table.render())
        }
    }

    private static func time(_ milliseconds: Double) -> String { Wording.time(milliseconds: max(0, milliseconds)) }

    private static func document(_ trace: GatheredTrace) -> TraceReport {
        TraceReport(
            trace: trace.id, customer: trace.customer, service: trace.service, status: trace.status,
            decisions: trace.decisions.enumerated().map { position, decision in
                TraceReport.Decision(
                    seq: position + 1, atMilliseconds: decision.at - trace.began, node: decision.node,
                    gate: decision.gate, attempt: decision.attempt, policy: decision.policy, decision: decision.verb,
                    detail: decision.detail, numbers: decision.numbers, remainingMilliseconds: decision.remaining)
            }, missing: trace.missing, dropped: trace.dropped)
    }
}
