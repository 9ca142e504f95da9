/// `GET /v1/traces` of a process: the requests that it follows, the newest first.
package struct TraceListPage: Codable, Sendable, Equatable {
    package var node: String
    package var traces: [TraceHead]
    /// Of a control plane: how much it keeps, and what is gone.
    package var store: TraceStoreFigures?
}

/// `GET /v1/traces/ID` of a control plane: what it keeps of all processes' parts, those under the names of attempts among them.
package struct KeptTracePage: Decodable, Sendable, Equatable {
    package var parts: [TracePage]
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
    /// Of HTTP; nil where the process took no request of a client.
    package var method: String?
    /// 0 where it has not ended.
    package var status: Int
    /// Which policy said no; empty where none did.
    package var policy: String
    /// Absent where it has not ended.
    package var durationMilliseconds: Double?
    package var explained: Bool
    /// Why it is kept: `explained`, `sampled`, or what its outcome was.
    package var kept: String?
    /// Cells that it went to.
    package var cells: [String]?
    /// Policies that decided against something in it.
    package var against: [String]?
    /// Faults in force on its paths meanwhile.
    package var faults: [String]?
    /// What the attempts of a request that nobody followed were called: cells keep their parts under these names.
    package var attempts: [String]?

    /// Of the same part of one process; a name of an attempt may come again, at another time. Whoever tells a time twice reads
    /// the clock twice.
    func isSame(as other: TraceHead) -> Bool {
        node == other.node && trace == other.trace && (began - other.began).magnitude < 1_000
    }

    private enum CodingKeys: String, CodingKey {
        case trace, node
        case began = "at_ms"
        case customer, service, method, status, policy
        case durationMilliseconds = "duration_ms"
        case explained, kept, cells, against, faults, attempts
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

    /// A fault that was in force on a path of the request, or on a service that it went through, while it went on.
    package struct Strike: Codable, Sendable, Equatable {
        package var id: String
        package var kind: String
        /// Nodes at the other end of the struck paths, in both directions.
        package var nodes: [String]
        package var services: [String]
        /// Milliseconds since 1970.
        package var from: Double
        /// Absent while it is in force.
        package var to: Double?

        private enum CodingKeys: String, CodingKey {
            case id, kind, nodes, services
            case from = "from_ms"
            case to = "to_ms"
        }
    }

    package var head: TraceHead
    /// `router` or `cell`.
    package var role: String
    package var region: String
    package var zone: String
    /// The span that the client named: 16 hexadecimal digits; empty without one.
    package var parent: String
    /// What the attempts of a request that nobody followed were called: cells keep their parts under these names.
    package var attempts: [String]
    package var decisions: [Decision]
    package var strikes: [Strike]
    /// Decisions that were not kept.
    package var dropped: Int

    package init(from decoder: any Decoder) throws {
        head = try TraceHead(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // A process of an earlier release says less.
        role = try container.decodeIfPresent(String.self, forKey: .role) ?? (head.customer.isEmpty ? "cell" : "router")
        region = try container.decodeIfPresent(String.self, forKey: .region) ?? ""
        zone = try container.decodeIfPresent(String.self, forKey: .zone) ?? ""
        parent = try container.decodeIfPresent(String.self, forKey: .parent) ?? ""
        attempts = try container.decodeIfPresent([String].self, forKey: .attempts) ?? []
        decisions = try container.decode([Decision].self, forKey: .decisions)
        strikes = try container.decodeIfPresent([Strike].self, forKey: .strikes) ?? []
        dropped = try container.decode(Int.self, forKey: .dropped)
    }
    private enum CodingKeys: String, CodingKey {
        case role, region, zone, parent, attempts, decisions, strikes, dropped
    }
}
