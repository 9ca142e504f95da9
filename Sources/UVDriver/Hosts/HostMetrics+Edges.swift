import MeshBase
import Nodes
import Telemetry

extension MetricPage {
    /// What became of the calls between the services of a cell.
    mutating func edges(_ node: UnsafeMutablePointer<CellNode>, now: Instant) {
        gates(node.pointee.gateViews(now: now))
        scopes(
            node.pointee.scopeViews(now: now), amplification: node.pointee.amplification(now: now), layer: "edge")
        for (gate, kind, count) in node.pointee.fallbacks() {
            counter(
                "cellmesh_fallbacks_total", "Answers that stood in for calls that failed.", count,
                [MetricLabel("gate", gate), MetricLabel("kind", "\(kind)")])
        }
        for (from, to, count) in node.pointee.transformed() {
            counter(
                "cellmesh_transformed_total", "Failures of calls that were needed, by what they became.", count,
                [MetricLabel("from", "\(from)"), MetricLabel("to", "\(to)")])
        }
        for service in node.pointee.services() {
            let counters = service.counters
            let label = MetricLabel("service", service.name)
            counter(
                "cellmesh_service_compensations_failed_total", "Calls that were to be undone and could not be.",
                counters.compensationsFailed, [label])
            for (result, count) in [
                ("complete", counters.joinsComplete), ("partial", counters.joinsPartial),
                ("failed", counters.joinsFailed),
            ] {
                counter(
                    "cellmesh_joins_total", "Groups of calls that were made at once, by their end.", count,
                    [label, MetricLabel("result", result)])
            }
            for why in ExtraWork.allCases {
                gauge(
                    "cellmesh_extra_work_seconds_total", "Time of workers that nobody waited for.",
                    counters.extraWork(why).seconds, [label, MetricLabel("reason", "\(why.name)")])
            }
        }
    }
}
