/// `trace ls -o json`.
package struct TracesReport: Codable, Sendable, Equatable {
    package struct Row: Codable, Sendable, Equatable {
        package var trace: String
        /// When it began, milliseconds since 1970.
        package var time: Double
        package var node: String
        package var customer: String
        package var service: String
        package var status: Int
        package var policy: String
        /// Nil where it has not ended.
        @Nullable package var durationMilliseconds: Double?
        package var explained: Bool

        package init(_ head: TraceHead) {
            trace = head.trace
            time = head.began
            node = head.node
            customer = head.customer
            service = head.service
            status = head.status
            policy = head.policy
            durationMilliseconds = head.durationMilliseconds
            explained = head.explained
        }

        private enum CodingKeys: String, CodingKey {
            case trace, time, node, customer, service, status, policy
            case durationMilliseconds = "duration_ms"
            case explained
        }
    }

    package var schema = ReportJSON.schema
    package var traces: [Row]

    package init(_ traces: [TraceHead]) { self.traces = traces.map(Row.init) }
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

        private static func rounded(_ value: Double) -> Double {
            value.magnitude < 1e12 ? (value * 1_000).rounded() / 1_000 : value
        }

        private enum CodingKeys: String, CodingKey {
            case seq
            case atMilliseconds = "at_ms"
            case node, gate, attempt, policy, decision, detail, numbers
            case remainingMilliseconds = "remaining_ms"
        }
    }

    package var schema = ReportJSON.schema
    package var trace: String
    package var customer: String
    package var service: String
    package var status: Int
    package var decisions: [Decision]
    /// Processes that gave no answer.
    package var missing: [String]
    /// Decisions that were not kept.
    package var dropped: Int

    package init(
        trace: String, customer: String, service: String, status: Int, decisions: [Decision], missing: [String],
        dropped: Int
    ) {
        self.trace = trace
        self.customer = customer
        self.service = service
        self.status = status
        self.decisions = decisions
        self.missing = missing
        self.dropped = dropped
    }
}
