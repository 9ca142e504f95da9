import Chaos
import MeshBase
import Resilience
import Sharding
import Topology
import Wire

/// Calls of the cell's services: how they come in, and how they are answered.
extension CellNode {
    /// A service call by a client of the cell's own listener; it has no longer than a router would give it.
    ///
    /// - Parameters:
    ///   - isSafe: its method may be repeated; what needs an idempotency key is claimed by routers' calls only.
    package mutating func handle(
        serviceCall service: UnsafeRawBufferPointer, customer: UnsafeRawBufferPointer, priority: Priority?,
        isSafe: Bool = true, isRead: Bool = false, deadline: TimeAmount, program request: ProgramRequest? = nil,
        connection: ConnectionID, now: Instant, into sink: inout some CellSink
    ) {
        counters.httpCalls += 1
        guard !isStopping else {
            return respond(connection, .stopping, "this cell is stopping", into: &sink)
        }
        guard let index = graph.service(named: service) else {
            return respond(connection, .unknownService, "no such service", into: &sink)
        }
        guard !isStarting else {
            counters.notReady += 1
            return respond(connection, .notReady, "this cell has not started", into: &sink)
        }
        guard isSafe || !needsKey(index) else {
            claimCounters.unfit += 1
            return respond(connection, .keyUnkept, "this cell alone claims no keys", into: &sink)
        }
        call(
            index, for: .http(connection), customer: CustomerHash(customer), priority: priority,
            safety: isSafe ? .idempotent : .once, isRead: isRead,
            deadline: now + min(deadline, topology.routing.requestTimeout),
            name: customer, program: request, now: now, into: &sink)
    }

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

    private func respond(
        _ connection: ConnectionID, _ why: Refusal, _ text: StaticString, into sink: inout some CellSink
    ) {
        sink.respond(
            connection, status: why.status, why, note: .empty,
            body: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
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
