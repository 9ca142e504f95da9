import Chaos
import MeshBase
import Resilience
import Sharding
import Topology
import Wire

/// Calls of the cell's services, and what drivers report of their work.
extension CellNode {
    mutating func call(
        _ service: Int, for asker: CellAsker, customer: CustomerHash, priority: Priority?,
        safety: CallSafety = .keyed, isRead: Bool = false, deadline: Instant, name: UnsafeRawBufferPointer,
        program request: ProgramRequest? = nil, trace: FrameTrace? = nil, now: Instant,
        into sink: inout some CellSink
    ) {
        if !poison.isEmpty, poison.contains(customer.rawValue) {
            sink.emit(.poisoned(customer: String(decoding: name, as: UTF8.self)))
            sink.crash()
            return
        }
        found.sum += Double(graph.pools[service].busy) / Double(max(graph.pools[service].workers, 1))
        found.count += 1
        objectives.offered(now: now)
        graph.call(
            service, for: asker, customer: customer, priority: priority, safety: safety, isRead: isRead,
            deadline: deadline, request: request, trace: trace, now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// The processor time of one call has been used.
    package mutating func burned(_ ticket: UInt64, now: Instant, into sink: inout some CellSink) {
        graph.burned(ticket, now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// The processor time of one call was refused: too many wait for it, or the call's deadline has passed.
    package mutating func burnRefused(_ ticket: UInt64, now: Instant, into sink: inout some CellSink) {
        graph.burnRefused(ticket, now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// Replaces the faults on services that are in force, by the position of each service in the blueprint; what they held
    /// back and hold no more goes on.
    package mutating func strike(_ effects: [ServiceEffect], now: Instant, into sink: inout some CellSink) {
        graph.strike(effects, now: now, into: &sink)
        answerFinished(now: now, into: &sink)
    }

    /// What faults have done to each service, in the order of the blueprint; for metrics.
    package func faultsOnServices() -> [(name: String, counters: ServiceFaultCounters)] {
        graph.services.indices.map { (graph.services[$0].name, graph.faults.counters[$0]) }
    }

    /// The services' names, pools and counters, for metrics.
    package func services() -> [(name: String, busy: Int, waiting: Int, workers: Int, counters: ServiceCounters)] {
        graph.services.indices.map {
            (
                graph.services[$0].name, graph.pools[$0].busy, graph.pools[$0].waiting, graph.pools[$0].workers,
                graph.counters[$0]
            )
        }
    }
}

extension ShedThresholds {
    init(_ thresholds: SheddingThresholds) {
        self.init(high: thresholds.high, normal: thresholds.normal, low: thresholds.low)
    }
}
