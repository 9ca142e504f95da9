import Chaos
import MeshBase
import Nodes
import Resilience
import Sharding
import Telemetry
import Topology

/// What is counted as requests, attempts and calls end.
extension MetricPage {
    /// Latencies in the buckets of the feed, which fold onto those of the metrics exactly.
    mutating func latency(
        _ name: String, _ help: String, _ counts: LatencyCounts, sum: TimeAmount, _ labels: [MetricLabel]
    ) {
        let upTo = counts.cumulative(upTo: Self.bounds) ?? []
        var alone = zip(upTo, [0] + upTo).map { $0 &- $1 }
        alone.append(counts.total &- (upTo.last ?? 0))
        histogram(name, help, alone, sum: sum.seconds, labels)
    }

    private static let bounds = MetricRegistry.latencyBuckets.map {
        TimeAmount.nanoseconds(Int64(($0 * 1e9).rounded()))
    }

    /// What clients of a router asked and were told, and what it saw of each cell.
    mutating func router(_ figures: RouterFigures, _ topology: MeshTopology) {
        for kind in RouterFigures.Kind.allCases {
            for priority in Priority.allCases {
                for end in RouterFigures.Class.allCases {
                    counter(
                        "cellmesh_router_requests_total", "Requests of clients that were answered.",
                        figures.answers(kind, priority, end),
                        [
                            MetricLabel("kind", "\(kind)"), MetricLabel("priority", "\(priority.name)"),
                            MetricLabel("class", end.name),
                        ])
                }
            }
            latency(
                "cellmesh_router_request_seconds", "From the arrival of a client's request to its answer.",
                figures.clientTimes.total(kind.rawValue), sum: figures.clientTimes.sum(kind.rawValue),
                [MetricLabel("kind", "\(kind)")])
        }
        for (position, cell) in topology.cells.enumerated().prefix(figures.cells) {
            let label = MetricLabel("cell", cell.name)
            for outcome in Outcome.allCases {
                counter(
                    "cellmesh_router_cell_attempts_total", "Attempts at the cell, by how they ended.",
                    figures.ended(outcome, at: CellIndex(position)), [label, MetricLabel("outcome", "\(outcome.name)")])
            }
            latency(
                "cellmesh_router_cell_attempt_seconds", "From the sending of an attempt to the cell's answer.",
                figures.cellTimes.total(position), sum: figures.cellTimes.sum(position), [label])
        }
    }

    /// How a cell answered, and what became of the calls of its services and between them.
    mutating func cell(_ node: UnsafeMutablePointer<CellNode>) {
        let figures = node.pointee.figures
        for (result, count) in [("ok", figures.requests &- figures.failed), ("failed", figures.failed)] {
            counter(
                "cellmesh_cell_requests_total", "Calls from outside and orders on records that were answered.", count,
                [MetricLabel("outcome", result)])
        }
        latency(
            "cellmesh_cell_request_seconds", "From the arrival of what was asked from outside to its answer.",
            figures.times.total(0), sum: figures.times.sum(0), [])
        for (position, service) in node.pointee.services().enumerated() {
            let label = MetricLabel("service", service.name)
            for (outcome, count) in service.counters.byOutcome {
                counter(
                    "cellmesh_service_requests_total", "Calls of the service, by how they ended.", count,
                    [label, MetricLabel("outcome", outcome)])
            }
            latency(
                "cellmesh_service_seconds", "From when a call of the service was asked for to its end.",
                figures.serviceTimes.total(position), sum: figures.serviceTimes.sum(position), [label])
        }
        for edge in node.pointee.edgeFigures {
            let labels = [MetricLabel("from", edge.from), MetricLabel("to", edge.to)]
            for outcome in Outcome.allCases {
                counter(
                    "cellmesh_edge_requests_total", "Attempts of one service at another, by how they ended.",
                    edge.ends[Int(outcome.rawValue)], labels + [MetricLabel("outcome", "\(outcome.name)")])
            }
            latency(
                "cellmesh_edge_seconds", "From the sending of an attempt at a service to its end.", edge.times,
                sum: edge.sum, labels)
        }
        gauge(
            "cellmesh_cell_utilisation_ratio", "How much of the cell is used, of its capacity.",
            node.pointee.utilisation)
        loopLag(node.pointee.load)
        gauge(
            "cellmesh_epoch", "The highest epoch of its placement.",
            Double(node.pointee.ledger.table.highestEpoch.rawValue))
    }

    /// Of a process that does customers' work.
    mutating func loopLag(_ load: LoadSignals) {
        gauge(
            "cellmesh_loop_lag_seconds", "How late the turns of the process begin, at worst in the last second.",
            load.loopLag.seconds)
    }

    /// Requests of clients as an objective counts them.
    mutating func objective(_ figures: RouterFigures) {
        var (good, bad): (UInt64, UInt64) = (0, 0)
        for kind in RouterFigures.Kind.customers {
            for priority in Priority.allCases {
                bad &+= figures.answers(kind, priority, .failed)
                good &+= figures.answers(kind, priority, .ok) &+ figures.answers(kind, priority, .refused)
            }
        }
        for (outcome, count) in [("good", good), ("bad", bad)] {
            counter(
                "cellmesh_slo_events_total", "Requests of clients; bad: answered with 5xx.", count,
                [MetricLabel("objective", "availability"), MetricLabel("outcome", outcome)])
        }
    }

    /// What faults have struck here.
    ///
    /// - Parameter hits: in the order of `FaultKind.followed`.
    mutating func hits(_ hits: [UInt64]) {
        for (kind, count) in zip(FaultKind.followed, hits) {
            counter(
                "cellmesh_fault_hits_total", "Packets, writes and calls that faults have struck here.", count,
                [MetricLabel("kind", kind.rawValue)])
        }
    }
}

extension ServiceCounters {
    /// How calls ended, each with its label.
    var byOutcome: [(outcome: String, count: UInt64)] {
        [
            ("ok", ok), ("failed", failed), ("rejected", rejected), ("shed", shed), ("given-up", givenUp),
            ("timed-out", timedOut), ("cancelled", cancelled),
        ]
    }
}
