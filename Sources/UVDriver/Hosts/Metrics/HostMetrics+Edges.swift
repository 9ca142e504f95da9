import MeshBase
import Nodes
import Resilience
import Telemetry

extension MetricPage {
    /// What became of the calls between the services of a cell.
    mutating func edges(_ node: UnsafeMutablePointer<CellNode>, now: Instant) {
        gates(node.pointee.allGateViews(now: now))
        scopes(
            node.pointee.scopeViews(now: now), amplification: node.pointee.amplification(now: now), layer: "edge")
        for (gate, kind, count) in node.pointee.fallbacks() {
            counter(
                "cellmesh_fallbacks_total", "Answers that stood in for calls that failed.", count,
                [MetricLabel("gate", gate), MetricLabel("kind", "\(kind)")])
        }
        for (from, to, count) in node.pointee.transformed() {
            counter(
                "cellmesh_transformed_total",
                "Failures that clients or needed calls would have seen, by what they became.", count,
                [MetricLabel("from", "\(from)"), MetricLabel("to", "\(to)")])
        }
        let cache = node.pointee.requestCache()
        for (result, count) in [("hit", cache.hits), ("miss", cache.misses)] {
            counter(
                "cellmesh_request_cache_total", "Calls whose callee's answers are shared within a request.", count,
                [MetricLabel("result", result)])
        }
        if let memory = node.pointee.memory() {
            gauge("cellmesh_memory_used_bytes", "What all work of the cell holds.", Double(memory.used))
            gauge("cellmesh_memory_peak_bytes", "The most that all work of the cell held at once.", Double(memory.peak))
            gauge("cellmesh_memory_limit_bytes", "What all work of the cell may hold.", Double(memory.limit))
            for (gate, count) in memory.refused {
                counter(
                    "cellmesh_memory_refused_total", "Work that was refused as the cell held as much as it may.", count,
                    [MetricLabel("gate", gate)])
            }
        }
        for pool in node.pointee.connections() {
            let use = MetricLabel("use", pool.use)
            gauge(
                "cellmesh_connections", "Open connections, by what they do.", Double(pool.busy),
                [use, MetricLabel("state", "busy")])
            gauge(
                "cellmesh_connections", "Open connections, by what they do.", Double(pool.idle),
                [use, MetricLabel("state", "idle")])
            gauge("cellmesh_connections_limit", "Connections that may be open.", Double(pool.limit), [use])
            gauge("cellmesh_connections_waiting", "Work that waits for a connection.", Double(pool.waiting), [use])
            for why in [BulkheadRefusal.full, .wait, .displaced] {
                counter(
                    "cellmesh_connections_refused_total", "Work that got no connection.", pool.refusals[why],
                    [use, MetricLabel("why", "\(why.name)")])
            }
        }
        if let queue = node.pointee.queue() {
            gauge(
                "cellmesh_queue_depth", "Calls that were acknowledged and are yet to be carried out.",
                Double(queue.depth))
            gauge("cellmesh_queue_capacity", "Calls that may be put off at once.", Double(queue.capacity))
            for (result, count) in queue.results {
                counter(
                    "cellmesh_queue_jobs_total", "Calls that were put off, by what became of them.", count,
                    [MetricLabel("result", "\(result)")])
            }
        }
        if let peak = node.pointee.peak() {
            gauge(
                "cellmesh_peak_progress", "How far the sizes of a peak are taken.", peak.progress,
                [MetricLabel("peak", peak.name)])
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
                    "cellmesh_extra_work_seconds", "Time of workers that nobody waited for.",
                    counters.extraWork(why).seconds, [label, MetricLabel("reason", "\(why.name)")])
            }
        }
    }
}
