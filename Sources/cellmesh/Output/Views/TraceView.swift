/// `trace ls` and `trace show`.
enum TraceView {
    static func list(_ rows: [JSONValue], of count: Int) -> Report {
        let document = JSONValue.document([
            (
                "traces",
                .array(
                    rows.map { row in
                        .object([
                            ("trace", row["trace"]), ("time", row["at_ms"]), ("node", row["node"]),
                            ("customer", row["customer"]), ("service", row["service"]), ("status", row["status"]),
                            ("policy", row["policy"]), ("duration_ms", row["duration_ms"]),
                            ("explained", row["explained"]),
                        ])
                    })
            )
        ])
        return Report(document, names: rows.compactMap { $0["trace"].text }) { style in
            guard !rows.isEmpty else {
                return "no trace: requests are followed with the header 'X-Explain: 1', and when they fail\n"
            }
            var table = style.table([
                .init("TRACE"), .init("CUSTOMER"), .init("SERVICE"), .init("STATUS", .right), .init("POLICY"),
                .init("TOOK", .right), .init("NODE", wide: true),
            ])
            for row in rows {
                let took = row["duration_ms"].double.map { Wording.time(milliseconds: $0) } ?? "-"
                let policy = row["policy"].text ?? ""
                table.add([
                    .init(String((row["trace"].text ?? "").prefix(12))), .init(row["customer"].text ?? ""),
                    .init(row["service"].text ?? ""), .init(row["status"].int ?? 0),
                    .init(policy.isEmpty ? "-" : policy), .init(took), .init(row["node"].text ?? ""),
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

    private static func document(_ trace: GatheredTrace) -> JSONValue {
        .document([
            ("trace", .string(trace.id)), ("customer", .string(trace.customer)), ("service", .string(trace.service)),
            ("status", .integer(trace.status)),
            (
                "decisions",
                .array(
                    trace.decisions.enumerated().map { position, decision in
                        .object([
                            ("seq", .integer(position + 1)),
                            ("at_ms", .number(Wording.fixed(decision.at - trace.began, 3))),
                            ("node", .string(decision.node)),
                            ("gate", .string(decision.gate)), ("attempt", .integer(decision.attempt)),
                            ("policy", .string(decision.policy)), ("decision", .string(decision.verb)),
                            ("detail", .string(decision.detail)), ("numbers", decision.numbers),
                            ("remaining_ms", .number(Wording.fixed(decision.remaining, 3))),
                        ])
                    })
            ),
            ("missing", .strings(trace.missing)), ("dropped", .integer(trace.dropped)),
        ])
    }
}
