import MeshBase
import Nodes
import Resilience
import Telemetry

extension MetricPage {
    /// Cells and scopes that have a series while nothing is ejected.
    private static let mostEjected = 4_096

    /// What the policies of a router count.
    mutating func routerPolicies(_ node: UnsafeMutablePointer<RouterNode>, now: Instant) {
        gates(node.pointee.allGateViews(upTo: Self.mostGates, now: now))
        scopes(
            node.pointee.scopeViews(now: now), amplification: node.pointee.amplification(now: now), layer: "router")
        shed(node.pointee.shedHere)
        pressures(node.pointee.pressures.map { ("router", $0.signal, $0.value) })
        for (service, breaker) in node.pointee.valueBreakers {
            gauge(
                "cellmesh_value_at_risk", "What requests on their way are worth.", breaker.inFlight.units,
                [MetricLabel("service", service)])
            for why in ValueBreaker.Refusal.allCases {
                counter(
                    "cellmesh_value_refused_total", "Requests that were turned away for their worth.",
                    breaker.refused(why), [MetricLabel("service", service), MetricLabel("why", "\(why.name)")])
            }
        }
        counter("cellmesh_limiter_refused_total", "Requests beyond a rate.", node.pointee.rateRefused)
        for priority in Priority.allCases {
            counter(
                "cellmesh_throttled_total", "Requests that were held back as most of them are refused.",
                node.pointee.counters.throttled[priority], [MetricLabel("priority", "\(priority.name)")])
        }
        let (byWhy, panics) = node.pointee.ejectionCounts
        for (why, count) in byWhy {
            counter(
                "cellmesh_ejections_total", "Cells that became the last choice for a while.", count,
                [MetricLabel("why", why)])
        }
        counter(
            "cellmesh_panic_total", "Choices in which cells were used that should have been passed over.", panics)
        for (scope, cell, isOut) in node.pointee.ejected(upTo: Self.mostEjected) {
            gauge(
                "cellmesh_ejected", "1 while the cell is the last choice.", isOut ? 1 : 0,
                [MetricLabel("scope", scope), MetricLabel("cell", cell)])
        }
    }
}
