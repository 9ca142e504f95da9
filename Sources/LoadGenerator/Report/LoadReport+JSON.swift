import Telemetry

extension LoadReport {
    /// The document of `load run -o json`: the same keys and values as its `Codable` form, in a fixed order.
    package func json(_ layout: JSONWriter.Layout = .pretty) -> String {
        var json = JSONWriter(layout)
        json.object { write(to: &$0) }
        return json.string
    }

    private func write(to json: inout JSONWriter) {
        json.field("schema", schema)
        json.field("seed", seed)
        json.field("duration_ms", durationMs)
        json.field("requests", requests)
        json.field("ok", ok)
        json.field("failed", failed)
        json.field("dropped", dropped)
        Self.field("by_status", byStatus, &json)
        Self.field("by_outcome", byOutcome, &json)
        Self.field("by_priority", byPriority, &json)
        Self.field("by_kind", byKind, &json)
        Self.field("latency_ms", latencyMs, &json)
        Self.field("lag_ms", lagMs, &json)
        json.field("rate", rate)
        json.field("target_rate", targetRate)
        json.object("customers") {
            $0.field("seen", customers.seen)
            $0.field("lost", customers.lost)
            $0.field("degraded", customers.degraded)
            $0.field("untouched", customers.untouched)
        }
        json.object("writes") {
            $0.field("acknowledged", writes.acknowledged)
            $0.field("lost", writes.lost)
            $0.field("unknown", writes.unknown)
            $0.field("unverified", writes.unverified)
            $0.field("verified", writes.verified)
        }
        json.object("degraded") {
            $0.field("answers", degraded.answers)
            Self.field("by", degraded.by, &$0)
        }
        json.field("retry_after", retryAfter)
        json.field("replayed", replayed)
        if let amplification { json.object("amplification") { $0.field("router", amplification.router) } }
        if let chargedOnce {
            json.object("charged_once") {
                $0.field("ok", chargedOnce.ok)
                $0.field("answered", chargedOnce.answered)
                $0.field("charged", chargedOnce.charged)
                $0.field("repeated", chargedOnce.repeated)
                $0.field("violations", chargedOnce.violations)
                $0.field("missing", chargedOnce.missing)
            }
        }
        if let comparison { json.object("comparison") { comparison.write(to: &$0) } }
        json.object("connections") {
            $0.field("opened", connections.opened)
            $0.field("failed", connections.failed)
            $0.field("lost", connections.lost)
        }
        json.array("slo") {
            for result in slo {
                $0.object {
                    $0.field("expression", result.expression)
                    $0.field("ok", result.ok)
                    // As its Codable form has it: absent when nothing was measured.
                    if let observed = result.observed { $0.field("observed", observed) }
                }
            }
        }
        json.array("verdicts") {
            for verdict in verdicts {
                $0.object {
                    $0.field("oracle", verdict.oracle)
                    $0.field("ok", verdict.ok)
                    $0.field("conclusive", verdict.conclusive)
                    $0.field("detail", verdict.detail)
                }
            }
        }
        json.field("partial", partial)
    }

    private static func field(_ key: String, _ counts: [String: UInt64], _ json: inout JSONWriter) {
        json.object(key) {
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) { $0.field(name, count) }
        }
    }

    private static func field(_ key: String, _ shares: [String: Share], _ json: inout JSONWriter) {
        json.object(key) {
            for (name, share) in shares.sorted(by: { $0.key < $1.key }) {
                $0.object(name) {
                    $0.field("requests", share.requests)
                    $0.field("ok", share.ok)
                    $0.field("shed", share.shed)
                }
            }
        }
    }

    private static func field(_ key: String, _ latency: Latency, _ json: inout JSONWriter) {
        json.object(key) {
            $0.field("p50", latency.p50)
            $0.field("p90", latency.p90)
            $0.field("p99", latency.p99)
            $0.field("p999", latency.p999)
            $0.field("max", latency.max)
        }
    }
}
