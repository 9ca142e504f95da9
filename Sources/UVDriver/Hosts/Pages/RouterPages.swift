import MeshBase
import Nodes
import Telemetry

/// What a router tells of its cells and customers.
enum RouterPages {
    typealias Node = UnsafeMutablePointer<RouterNode>

    /// Places that one page of customers looks at: what a turn of the loop may take.
    private static let pageSize = 4_096

    /// `RouterVitals` with the cells that it reaches alone, each with the address where it does: who asks for it asks often.
    static func reach(_ node: Node) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            json.object("reached") { json in
                for (position, cell) in node.pointee.topology.cells.enumerated() {
                    if let endpoint = node.pointee.reachedEndpoint(CellIndex(position)) {
                        json.field(cell.name, endpoint.description)
                    }
                }
            }
        }
        return json.string + "\n"
    }

    /// What customers on the way between two placements saw, how long writes waited that met a change, and how long ago
    /// each cell was sent a client's request: only rising counts, so that who compares two pages sees a time between.
    static func moves(_ node: Node, now: Instant) -> String {
        var json = JSONWriter(.compact)
        let moved = node.pointee.moved
        json.document { json in
            json.field("version", node.pointee.ledger.table.version)
            json.field("requests", moved.requests)
            json.field("failures", moved.failures)
            json.field("in_a_row", moved.failuresInARow)
            json.array("pauses") { json in
                for (upTo, count) in node.pointee.writePauses.buckets {
                    json.array { json in
                        json.value(UInt64(upTo.nanoseconds / 1_000))
                        json.value(UInt64(count))
                    }
                }
            }
            json.field("longest_us", Int64(node.pointee.writePauses.longest.nanoseconds / 1_000))
            json.object("idle_ms") { json in
                for (position, cell) in node.pointee.topology.cells.enumerated() {
                    if let idle = node.pointee.idle(CellIndex(position), now: now) {
                        json.field(cell.name, Int64(idle.milliseconds))
                    }
                }
            }
        }
        return json.string + "\n"
    }

    static func impact(_ node: Node, now: Instant) -> String {
        var json = JSONWriter(.compact)
        json.document { summarise(node, now, &$0) }
        return json.string + "\n"
    }

    /// Customer by customer, in the order in which they were first seen: `[hash in hexadecimal, 0 untouched | 1 degraded
    /// | 2 lost, requests, slow, failed, no quorum, refused]`. `next` is where to go on; it is left out at the end. Where
    /// `phase` has changed between two pages, the first is of something else: begin again.
    static func customers(_ node: Node, from: Int, now: Instant) -> String {
        var json = JSONWriter(.compact)
        json.document { json in
            summarise(node, now, &json)
            json.field("phase", Int64(node.pointee.impact.phase))
            var next: Int?
            json.array("seen") { json in
                next = node.pointee.impact.page(from: from, most: pageSize) { entry in
                    json.array { json in
                        json.value(String(entry.customer.rawValue, radix: 16))
                        json.value(entry.impact.rawValue)
                        let outcomes = entry.outcomes
                        for count in [
                            outcomes.requests, outcomes.slow, outcomes.failed, outcomes.noQuorum, outcomes.refused,
                        ] { json.value(count) }
                    }
                }
            }
            if let next { json.field("next", next) }
        }
        return json.string + "\n"
    }

    private static func summarise(_ node: Node, _ now: Instant, _ json: inout JSONWriter) {
        let summary = node.pointee.impact.summary(now: now)
        json.field("customers", summary.customers)
        json.field("lost", summary.lost)
        json.field("degraded", summary.degraded)
        json.field("untouched", summary.untouched)
        json.object("outcomes") { write(summary.outcomes, &$0) }
        json.object("total") { write(summary.total, &$0) }
        json.field("window_ms", Int64(summary.window.milliseconds))
        json.field("open", summary.open)
        json.field("ended_ms", summary.ended.map { Int64($0.milliseconds) })
        json.field("moved", summary.isMoved)
        json.field("overflow", Int64(clamping: node.pointee.impact.overflow))
        json.field("cells", node.pointee.impact.cells.map { node.pointee.topology.cells[$0.position].name })
        json.field("impaired", node.pointee.impact.impaired.map { node.pointee.topology.cells[$0.position].name })
    }

    private static func write(_ outcomes: ImpactOutcomes, _ json: inout JSONWriter) {
        json.field("requests", Int64(outcomes.requests))
        json.field("slow", Int64(outcomes.slow))
        json.field("failed", Int64(outcomes.failed))
        json.field("no_quorum", Int64(outcomes.noQuorum))
        json.field("refused", Int64(outcomes.refused))
    }
}
