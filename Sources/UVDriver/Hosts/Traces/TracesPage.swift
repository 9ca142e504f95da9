import MeshBase
import Nodes
import Telemetry
import Wire

/// `/v1/traces` and `/v1/traces/ID`: what one process keeps of the requests that were followed.
enum TracesPage {
    /// One trace with its decisions; nil where it is not here.
    ///
    /// - Parameter wall: the wall clock's nanoseconds that belong to `now`.
    static func page(_ id: String, _ log: borrowing TraceLog, node: String, now: Instant, wall: Int64) -> String? {
        guard let id = FrameTrace(id), let entry = log.entry(id) else { return nil }
        var json = JSONWriter(.compact)
        json.document { json in
            head(entry, node, now, wall, &json)
            json.array("decisions") { json in
                for decision in entry.decisions { json.object { write(decision, now, wall, &$0) } }
            }
            json.field("dropped", entry.dropped)
        }
        return json.string + "\n"
    }

    /// All that are kept, without their decisions.
    static func list(_ log: borrowing TraceLog, node: String, now: Instant, wall: Int64) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("node", node)
            json.array("traces") { json in
                for entry in log.latest(TraceLog.traces) { json.object { head(entry, node, now, wall, &$0) } }
            }
        }
        return json.string + "\n"
    }

    private static func head(
        _ entry: TraceEntry, _ node: String, _ now: Instant, _ wall: Int64, _ json: inout JSONWriter
    ) {
        json.field("trace", entry.trace.text)
        json.field("node", node)
        json.field("at_ms", milliseconds(entry.began, now, wall))
        json.field("customer", entry.customer)
        json.field("service", entry.service)
        json.field("status", Int64(entry.status))
        json.field("policy", entry.policy)
        if let took = entry.took { json.field("duration_ms", took.milliseconds) }
        json.field("explained", entry.trace.isExplained)
    }

    private static func write(_ decision: TraceDecision, _ now: Instant, _ wall: Int64, _ json: inout JSONWriter) {
        json.field("at_ms", milliseconds(decision.at, now, wall))
        json.field("gate", decision.gate)
        if let attempt = decision.attempt { json.field("attempt", Int64(attempt) + 1) }
        json.field("policy", decision.policy)
        json.field("decision", "\(decision.verb.name)")
        json.field("detail", decision.why.detail)
        json.object("numbers") { json in
            for number in decision.why.numbers { json.field(number.name, number.value) }
        }
        json.field("remaining_ms", decision.remaining.milliseconds)
    }

    /// Of an instant, milliseconds since 1970: processes of one machine have that clock in common.
    private static func milliseconds(_ at: Instant, _ now: Instant, _ wall: Int64) -> Double {
        (Double(wall) + Double((at - now).nanoseconds)) / 1e6
    }
}
