/// What a load has found: `load run -o json`, keys in this order; durations in milliseconds, ratios 0...1.
package struct LoadReport: Hashable, Sendable, Codable {
    package struct Latency: Hashable, Sendable, Codable {
        package var p50 = 0.0
        package var p90 = 0.0
        package var p99 = 0.0
        package var p999 = 0.0
        package var max = 0.0
        package init() {}
    }

    package struct Share: Hashable, Sendable, Codable {
        package var requests: UInt64
        package var ok: UInt64
        /// Refused, to keep room for what matters more.
        package var shed: UInt64 = 0
    }

    /// All customers that were seen, each at its worst.
    package struct Customers: Hashable, Sendable, Codable {
        package var seen = 0
        package var lost = 0
        package var degraded = 0
        package var untouched = 0
        package init() {}
    }

    package struct Writes: Hashable, Sendable, Codable {
        package var acknowledged = 0
        /// Acknowledged, and not there when read back. Zero without `--verify`.
        package var lost = 0
        /// Neither acknowledged nor refused.
        package var unknown = 0
        /// Acknowledged, of records that could not be read back; of keys that keep siblings also what is gone where it may be.
        package var unverified = 0
        /// Whether they were read back at all.
        package var verified = false
        package init() {}
    }

    package struct Connections: Hashable, Sendable, Codable {
        package var opened: UInt64 = 0
        /// Could not be opened.
        package var failed: UInt64 = 0
        /// Ended by the other side, or closed because an answer did not come.
        package var lost: UInt64 = 0
        package init() {}
    }

    package struct Verdict: Hashable, Sendable, Codable {
        package var oracle: String
        package var ok: Bool
        /// False where it could not be judged: reads that could not be made say neither yes nor no.
        package var conclusive = true
        package var detail: String

        /// It was judged, and it was not kept.
        package var isViolated: Bool { !ok && conclusive }

        package init(oracle: String, ok: Bool, detail: String, conclusive: Bool = true) {
            self.oracle = oracle
            self.ok = ok
            self.detail = detail
            self.conclusive = conclusive
        }
    }

    /// Answers in which something was replaced or reduced.
    package struct Degraded: Hashable, Sendable, Codable {
        package var answers: UInt64 = 0
        /// By what `X-Degraded` says, such as `shipping=static`; more than 64 kinds share `other`.
        package var by: [String: UInt64] = [:]
    }

    /// Calls under idempotency keys, as clients were told and as cells have counted.
    package struct ChargedOnce: Hashable, Sendable, Codable {
        package var ok: Bool
        /// Keys of which an answer says that they were done.
        package var answered: Int
        /// Keys that cells have carried out.
        package var charged: Int
        /// Answers that were held against an earlier one of their key.
        package var repeated: Int
        package var violations: Int
        /// Cells whose counts are not known, or not whole.
        package var missing: [String]
    }

    /// How many calls the mesh made of one.
    package struct Amplification: Hashable, Sendable, Codable {
        /// Attempts of routers for each call that they began; 1 without retries and hedges. Nil where they made no call.
        package var router: Double?
        /// Attempts of cells for each call between their services; nil where they made none.
        package var edge: Double?
    }

    /// Attempts that were made beside the first ones.
    package struct Retries: Hashable, Sendable, Codable {
        package var router: UInt64
        package var edge: UInt64
        /// Of routers and cells, in no other count.
        package var hedges: UInt64
    }

    /// What a layer has begun.
    package struct Attempts: Hashable, Sendable {
        package var first: UInt64 = 0
        package var retry: UInt64 = 0
        package var hedge: UInt64 = 0

        package init(first: UInt64 = 0, retry: UInt64 = 0, hedge: UInt64 = 0) {
            (self.first, self.retry, self.hedge) = (first, retry, hedge)
        }

        /// For each first one; nil where there was none.
        package var ratio: Double? { first > 0 ? Double(first + retry + hedge) / Double(first) : nil }

        package static func - (after: Attempts, before: Attempts) -> Attempts {
            Attempts(
                first: after.first &- before.first, retry: after.retry &- before.retry,
                hedge: after.hedge &- before.hedge)
        }
    }

    package var schema = "cellmesh/1"
    package var seed: UInt64 = 0
    /// From the first intended sending to the last, without draining and reading back.
    package var durationMs = 0.0
    /// All that were meant to be sent, except those that a stop left unfinished.
    package var requests: UInt64 = 0
    package var ok: UInt64 = 0
    package var failed: UInt64 = 0
    /// Not sent: every connection was busy and the queue was full.
    package var dropped: UInt64 = 0
    package var byStatus: [String: UInt64] = [:]
    /// `ok`, the problem that an answer named (`no-quorum`), `http-NNN` without one, or why there was no answer.
    package var byOutcome: [String: UInt64] = [:]
    package var byPriority: [String: Share] = [:]
    package var byKind: [String: Share] = [:]
    /// From the instant for which a request was intended.
    package var latencyMs = Latency()
    /// How late the generator itself was; when this is large the machine was too busy and the latencies say so too.
    package var lagMs = Latency()
    /// Answered requests per second.
    package var rate = 0.0
    package var targetRate = 0.0
    package var customers = Customers()
    package var writes = Writes()
    package var degraded = Degraded()
    /// Answers that say when to come again.
    package var retryAfter: UInt64 = 0
    /// Answers that were an earlier call's, under the same key.
    package var replayed: UInt64 = 0
    /// Nil where it was not measured.
    package var amplification: Amplification?
    /// Nil where it was not measured.
    package var retries: Retries?
    /// Nil where no call had a key.
    package var chargedOnce: ChargedOnce?
    /// Nil where the mesh compared nothing.
    package var comparison: Comparison?
    package var connections = Connections()
    package var slo: [ObjectiveResult] = []
    package var verdicts: [Verdict] = []
    /// It was stopped before its time.
    package var partial = false
    /// The id of the report that is kept of it; nil where none is.
    package var kept: String?

    package init() {}

    package var metObjectives: Bool { slo.allSatisfy(\.ok) }

    enum CodingKeys: String, CodingKey {
        case schema, seed
        case durationMs = "duration_ms"
        case requests, ok, failed, dropped
        case byStatus = "by_status"
        case byOutcome = "by_outcome"
        case byPriority = "by_priority"
        case byKind = "by_kind"
        case latencyMs = "latency_ms"
        case lagMs = "lag_ms"
        case rate
        case targetRate = "target_rate"
        case customers, writes, degraded
        case retryAfter = "retry_after"
        case replayed, amplification, retries
        case chargedOnce = "charged_once"
        case comparison, connections, slo, verdicts, partial
        case kept = "report"
    }
}

extension LoadReport.Share {
    /// Documents of releases that knew no shedding have none.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        requests = try values.decode(UInt64.self, forKey: .requests)
        ok = try values.decode(UInt64.self, forKey: .ok)
        shed = try values.decodeIfPresent(UInt64.self, forKey: .shed) ?? 0
    }
}
