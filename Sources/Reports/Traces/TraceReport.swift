import MeshBase

/// `trace ls -o json`.
package struct TracesReport: Codable, Sendable, Equatable {
    package struct Row: Codable, Sendable, Equatable {
        package var trace: String
        /// When it began, RFC 3339.
        package var time: String
        package var node: String
        package var customer: String
        package var service: String
        package var status: Int
        package var policy: String
        /// Nil where it has not ended.
        @Nullable package var durationMilliseconds: Double?
        package var explained: Bool
        /// Why it is kept.
        package var kept: String
        /// Cells that it went to.
        package var cells: [String]
        /// Faults in force on its paths meanwhile.
        package var faults: [String]

        /// - Parameter time: writes milliseconds since 1970 as RFC 3339.
        package init(_ head: TraceHead, time: (Double) -> String) {
            trace = head.trace
            self.time = time(head.began)
            node = head.node
            customer = head.customer
            service = head.service
            status = head.status
            policy = head.policy
            durationMilliseconds = head.durationMilliseconds
            explained = head.explained
            kept = head.kept ?? ""
            cells = head.cells ?? []
            faults = head.faults ?? []
        }

        private enum CodingKeys: String, CodingKey {
            case trace, time, node, customer, service, status, policy
            case durationMilliseconds = "duration_ms"
            case explained, kept, cells, faults
        }
    }

    package var schema = ReportJSON.schema
    package var traces: [Row]
    /// What the control plane keeps of them, and what has left it; absent where none runs.
    package var store: TraceStoreFigures?

    /// - Parameter time: writes milliseconds since 1970 as RFC 3339.
    package init(_ traces: [TraceHead], store: TraceStoreFigures? = nil, time: (Double) -> String) {
        self.traces = traces.map { Row($0, time: time) }
        self.store = store
    }
}

/// `trace show -o json`: one request, put together from what each process keeps of it.
package struct TraceReport: Codable, Sendable, Equatable {
    package struct Decision: Codable, Sendable, Equatable {
        /// From 1, in the order of time.
        package var seq: Int
        /// Since the request began, to the microsecond.
        package var atMilliseconds: Double
        package var node: String
        package var gate: String
        /// Nil outside of attempts.
        @Nullable package var attempt: Int?
        package var policy: String
        package var decision: String
        package var detail: String
        package var numbers: [String: Double?]
        package var remainingMilliseconds: Double

        package init(
            seq: Int, atMilliseconds: Double, node: String, gate: String, attempt: Int?, policy: String,
            decision: String, detail: String, numbers: [String: Double?], remainingMilliseconds: Double
        ) {
            self.seq = seq
            self.atMilliseconds = Self.rounded(atMilliseconds)
            self.node = node
            self.gate = gate
            self.attempt = attempt
            self.policy = policy
            self.decision = decision
            self.detail = detail
            self.numbers = numbers
            self.remainingMilliseconds = Self.rounded(remainingMilliseconds)
        }

        static func rounded(_ value: Double) -> Double {
            value.magnitude < 1e12 ? (value * 1_000).rounded() / 1_000 : value
        }

        private enum CodingKeys: String, CodingKey {
            case seq
            case atMilliseconds = "at_ms"
            case node, gate, attempt, policy, decision, detail, numbers
            case remainingMilliseconds = "remaining_ms"
        }
    }

    /// A stretch of its time in one process.
    package struct Span: Codable, Sendable, Equatable {
        /// 16 hexadecimal digits.
        package var id: String
        /// Nil for the first.
        @Nullable package var parent: String?
        package var node: String
        package var name: String
        /// From 1; nil for what is no attempt.
        @Nullable package var attempt: Int?
        /// Since the request began, to the microsecond.
        package var startMilliseconds: Double
        package var durationMilliseconds: Double
        package var outcome: String
        package var failed: Bool
        /// Faults in force on its path meanwhile.
        package var faults: [String]

        private enum CodingKeys: String, CodingKey {
            case id, parent, node, name, attempt
            case startMilliseconds = "start_ms"
            case durationMilliseconds = "duration_ms"
            case outcome, failed, faults
        }
    }

    package var schema = ReportJSON.schema
    package var trace: String
    package var customer: String
    package var service: String
    package var status: Int
    /// Why it is kept; empty where that is not known.
    package var kept: String
    package var spans: [Span]
    package var decisions: [Decision]
    /// Processes that gave no answer.
    package var missing: [String]
    /// Cells that answered and of which no part is left.
    package var gone: [String]
    /// Decisions that were not kept.
    package var dropped: Int

    package init(_ trace: GatheredTrace) {
        self.trace = trace.id
        customer = trace.customer
        service = trace.service
        status = trace.status
        kept = trace.kept
        spans = trace.spans.map { span in
            Span(
                id: HexText.text(span.id), parent: span.parent.map { HexText.text($0) }, node: span.node,
                name: span.name, attempt: span.attempt,
                startMilliseconds: Decision.rounded(span.began - trace.began),
                durationMilliseconds: Decision.rounded(span.duration), outcome: span.outcome, failed: span.isFailed,
                faults: span.faults)
        }
        decisions = trace.decisions.enumerated().map { position, decision in
            Decision(
                seq: position + 1, atMilliseconds: decision.of.at - trace.began, node: decision.node,
                gate: decision.of.gate, attempt: decision.of.attempt, policy: decision.of.policy,
                decision: decision.of.decision, detail: decision.of.detail, numbers: decision.of.numbers,
                remainingMilliseconds: decision.of.remainingMilliseconds)
        }
        missing = trace.missing
        gone = trace.gone
        dropped = trace.dropped
    }
}
