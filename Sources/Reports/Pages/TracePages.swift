/// `GET /v1/traces` of a process: the requests that it follows, the newest first.
package struct TraceListPage: Codable, Sendable, Equatable {
    package var node: String
    package var traces: [TraceHead]
}

/// What a process knows of one request that is followed.
package struct TraceHead: Codable, Sendable, Equatable {
    package var trace: String
    package var node: String
    /// Milliseconds since 1970.
    package var began: Double
    /// Empty in a cell, which knows hashes alone.
    package var customer: String
    package var service: String
    /// 0 where it has not ended.
    package var status: Int
    /// Which policy said no; empty where none did.
    package var policy: String
    /// Absent where it has not ended.
    package var durationMilliseconds: Double?
    package var explained: Bool

    private enum CodingKeys: String, CodingKey {
        case trace, node
        case began = "at_ms"
        case customer, service, status, policy
        case durationMilliseconds = "duration_ms"
        case explained
    }
}

/// `GET /v1/traces/ID` of a process: what it keeps of one request.
package struct TracePage: Decodable, Sendable, Equatable {
    /// What one policy decided.
    package struct Decision: Codable, Sendable, Equatable {
        /// Milliseconds since 1970.
        package var at: Double
        package var gate: String
        /// From 1; absent outside of attempts.
        package var attempt: Int?
        package var policy: String
        package var decision: String
        package var detail: String
        package var numbers: [String: Double?]
        package var remainingMilliseconds: Double

        private enum CodingKeys: String, CodingKey {
            case at = "at_ms"
            case gate, attempt, policy, decision, detail, numbers
            case remainingMilliseconds = "remaining_ms"
        }
    }
    package var head: TraceHead
    package var decisions: [Decision]
    /// Decisions that were not kept.
    package var dropped: Int

    package init(from decoder: any Decoder) throws {
        head = try TraceHead(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        decisions = try container.decode([Decision].self, forKey: .decisions)
        dropped = try container.decode(Int.self, forKey: .dropped)
    }
    private enum CodingKeys: String, CodingKey { case decisions, dropped }
}
