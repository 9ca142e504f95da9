import MeshBase
import Resilience
import Topology
import Wire

/// Calls by clients of the cell's own listener: they speak to the cell without a router.
extension CellNode {
    /// A service call by a client of the cell's own listener; it has no longer than a router would give it.
    ///
    /// - Parameters:
    ///   - isSafe: its method may be repeated; what needs an idempotency key is claimed by routers' calls only.
    ///   - program: makes what a program is told, with the trace that the call belongs to; asked where one may be reached.
    ///   - parent: the trace that the client names (`traceparent`); nil without one.
    ///   - isExplained: the client wants every decision explained (`X-Explain: 1`).
    package mutating func handle(
        serviceCall service: UnsafeRawBufferPointer, customer: UnsafeRawBufferPointer, priority: Priority?,
        isSafe: Bool = true, isRead: Bool = false, deadline: TimeAmount,
        program: (FrameTrace?) -> ProgramRequest? = { _ in nil }, parent: FrameTrace? = nil, isExplained: Bool = false,
        connection: ConnectionID, now: Instant, into sink: inout some CellSink
    ) {
        counters.httpCalls += 1
        let context = graph.traces.sampler.context(parent, isExplained: isExplained, now: now)
        let index = graph.service(named: service)
        var trace: FrameTrace?
        if let context, context.isFollowed {
            trace = context
            var client = sink.client(of: connection)
            client.customer = String(decoding: customer, as: UTF8.self)
            graph.traces.log.begin(
                context, client,
                service: index.map { graph.services[$0].name } ?? "unknown", now: now)
        }
        guard !isStopping else {
            return respond(connection, .stopping, "this cell is stopping", index, trace, now: now, into: &sink)
        }
        guard let index else {
            return respond(connection, .unknownService, "no such service", nil, trace, now: now, into: &sink)
        }
        guard !isStarting else {
            counters.notReady += 1
            return respond(connection, .notReady, "this cell has not started", index, trace, now: now, into: &sink)
        }
        guard isSafe || !needsKey(index) else {
            claimCounters.unfit += 1
            return respond(
                connection, .keyUnkept, "this cell alone claims no keys", index, trace, now: now, into: &sink)
        }
        call(
            index, for: .http(connection), customer: CustomerHash(customer), priority: priority,
            safety: isSafe ? .idempotent : .once, isRead: isRead,
            deadline: now + min(deadline, topology.routing.requestTimeout),
            name: customer, program: graph.catalogue.reachesProgram[index] ? program(context) : nil, trace: trace,
            now: now, into: &sink)
    }

    private mutating func respond(
        _ connection: ConnectionID, _ why: Refusal, _ text: StaticString, _ service: Int?, _ trace: FrameTrace?,
        now: Instant, into sink: inout some CellSink
    ) {
        var response = CellResponse(status: why.status)
        response.refusal = why
        response.wait = ComeBack.wait(.zero, status: why.status, isUnsafe: false, isTooLate: false)
        response.body = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        let reason: TraceReason? = Self.isFailed(why.status) ? .failed : nil
        let trace = trace ?? keep(reason, connection, service, began: now, now: now, into: &sink)
        if let trace { noteRefusal(why, trace, attempt: nil, now: now) }
        response.trace = trace.flatMap { told($0, status: why.status) }
        sink.respond(connection, response)
    }

    // MARK: Traces

    /// A request came to the cell's own listener whose `traceparent` cannot be read.
    package mutating func noteMalformedTrace() { counters.tracesMalformed += 1 }

    /// The trace of a request that nobody followed and that ends so; nil where that is not kept.
    mutating func keep(
        _ reason: TraceReason?, _ connection: ConnectionID, _ service: Int?, began: Instant, now: Instant,
        into sink: inout some CellSink
    ) -> FrameTrace? {
        guard let reason else { return nil }
        let client = sink.client(of: connection)
        guard let trace = graph.traces.sampler.keep(reason, client.trace, now: now) else { return nil }
        graph.traces.log.begin(
            trace, client, service: service.map { graph.services[$0].name } ?? "unknown", reason: reason, now: began)
        return trace
    }

    /// The trace that an answer names: of who asked for it, and of failures.
    func told(_ trace: FrameTrace, status: UInt16) -> FrameTrace? {
        trace.isExplained || Self.isFailed(status) ? trace : nil
    }

    static func isFailed(_ status: UInt16) -> Bool { status >= 500 || status == 429 }
}
