import MeshBase
import Replication
import Reports
import Resilience
import Wire

/// What a cell keeps of requests that are followed, and the name that stands in it.
struct CellTraces: Sendable {
    var log = TraceLog()
    /// The cell's own.
    let node: String
    /// Of requests that come to the cell's own listener; those of routers are followed where they say so.
    var sampler: TraceSampler
    /// From when on an answer is slow by the cell's objective.
    let slow: TimeAmount

    /// - Parameters:
    ///   - sample: one of so many requests of the cell's own clients is followed unasked; 0 for none.
    ///   - slow: the p99 that the cell is to hold; nil where it has none.
    ///   - seed: of this life of the process.
    init(node: String, sample: UInt64 = 0, slow: TimeAmount? = nil, seed: UInt64 = 0) {
        self.node = node
        self.slow = slow ?? .nanoseconds(.max)
        sampler = TraceSampler(
            sample: sample, coins: Generator(seed: seed, concern: "cell.traces", node: StableHash.hash(node)))
    }
}

extension CellNode {
    /// What policies decided about single requests.
    package var traces: TraceLog { graph.traces.log }

    /// A control plane has its ended traces up to here.
    package mutating func tellTraces(upTo cursor: TraceCursor) { graph.traces.log.tell(upTo: cursor) }

    /// A frame's trace where it is followed; from now on this cell keeps its part.
    ///
    /// - Parameter service: nil for one that the cell does not have, and for records.
    @inline(__always)
    mutating func follow(_ head: FrameHead, _ service: Int?, now: Instant) -> FrameTrace? {
        guard let trace = head.trace, trace.isFollowed else { return nil }
        let name = service.map { graph.services[$0].name } ?? (head.kind == .serviceCall ? "unknown" : "records")
        graph.traces.log.begin(trace, service: name, now: now)
        return trace
    }

    /// The trace of a call that has ended; one that nobody followed and that ended unlike the others is kept now, that of a router
    /// under the name of its attempt.
    @inline(__always)
    mutating func endTrace(
        of end: ServiceGraph.End, _ asker: CellAsker, now: Instant, into sink: inout some CellSink
    ) -> FrameTrace? {
        let isSlow = now - end.began >= graph.traces.slow
        guard isSlow || end.trace != nil || end.outcome != .ok || end.mayBeDegraded || end.answer != nil else {
            return nil
        }
        return endTrace(of: end, asker, isSlow: isSlow, now: now, into: &sink)
    }

    @inline(never)
    private mutating func endTrace(
        of end: ServiceGraph.End, _ asker: CellAsker, isSlow: Bool, now: Instant, into sink: inout some CellSink
    ) -> FrameTrace? {
        let status = end.outcome.status(of: end.answer)
        let policy = end.outcome.policy(end.blame)
        let reason: TraceReason? =
            Self.isFailed(status)
            ? policy == .shedding || policy == .earlyShed ? .shed : .failed
            : graph.isDegraded(end) ? .degraded : isSlow ? .slow : nil
        var trace = end.trace
        if let trace, let reason { graph.traces.log.mark(trace, reason) }
        if trace == nil, let reason {
            switch asker {
            case .http(let connection):
                trace = keep(reason, connection, end.service, began: end.began, now: now, into: &sink)
            case .frame(_, let request):
                let name = FrameTrace(customer: end.customer, request: request)
                trace = graph.traces.sampler.keep(reason, name, now: now)
                if let trace {
                    let service = graph.services[end.service].name
                    graph.traces.log.begin(trace, service: service, reason: reason, now: end.began)
                }
            case .claim: break
            }
            if let trace { graph.noteFailure(end, trace, now: now) }
        }
        guard let trace else { return nil }
        graph.traces.log.end(trace, status: status, policy: status < 500 ? "" : "\(policy.name)", now: now)
        return trace
    }

    /// A frame is refused before anything of it has begun.
    mutating func noteRefusal(_ why: Refusal, _ head: FrameHead, _ service: Int? = nil, now: Instant) {
        guard let trace = follow(head, service, now: now) else { return }
        noteRefusal(why, trace, attempt: head.attempt, now: now)
    }

    /// A call or an order is refused, and that is all that this cell does for it.
    mutating func noteRefusal(_ why: Refusal, _ trace: FrameTrace, attempt: UInt8?, now: Instant) {
        graph.traces.log.note(
            trace,
            TraceDecision(at: now, gate: name, attempt: attempt, why.tracePolicy, .refused, Explanation("\(why)")))
        graph.traces.log.end(trace, status: why.status, policy: "\(why.tracePolicy.name)", now: now)
    }

    /// What was decided about an idempotency key.
    mutating func noteKey(
        _ trace: FrameTrace?, _ verb: TraceDecision.Verb, _ detail: @autoclosure () -> String, now: Instant
    ) {
        guard let trace else { return }
        graph.traces.log.note(
            trace, TraceDecision(at: now, gate: name, .idempotency, verb, Explanation(detail())))
    }

    /// A call under an idempotency key ends without an answer.
    mutating func noteKeyEnd(_ turned: ClaimTask.Turned, _ trace: FrameTrace) {
        switch turned {
        case .refused(let why): noteRefusal(why, trace, attempt: nil, now: hintNow)
        case .shed: noteRefusal(.shed, trace, attempt: nil, now: hintNow)
        // Its own end was told, and nothing was begun for it.
        case .failed: break
        }
    }

    /// An order of a router for the store: whether it is taken up, beside how many.
    mutating func noteOrder(_ trace: FrameTrace?, _ verb: TraceDecision.Verb, _ priority: Priority, now: Instant) {
        guard let trace else { return }
        let why =
            verb == .shed
            ? storeShedder.explain(priority, inWork: storeFill)
            : Explanation(
                "\(orders.count) of \(orders.limit) orders in hand, \(storeBytes) of \(storeByteLimit) bytes",
                [
                    .init("orders", Double(orders.count)), .init("limit", Double(orders.limit)),
                    .init("bytes", Double(storeBytes)),
                ])
        graph.traces.log.note(
            trace,
            TraceDecision(at: now, gate: "\(name)/records", verb == .shed ? .shedding : .queue, verb, why))
        guard verb != .waited else { return }
        graph.traces.log.end(trace, status: 503, policy: verb == .shed ? "shedding" : "queue", now: now)
    }

    /// The store has answered.
    mutating func noteStored(_ outcome: StoreAnswer.Outcome, _ trace: FrameTrace?, now: Instant) {
        guard let trace else { return }
        let (word, status): (String, UInt16) =
            switch outcome {
            case .version(let version, _, _): (version == .none ? "no version" : "version \(version.counter)", 200)
            case .written, .added: ("written", 200)
            case .record(let version, let value, _, _):
                (version == .none ? "no record" : "\(value.count) bytes", 200)
            default: ("refused: \(Self.refusal(of: outcome))", Self.refusal(of: outcome).status)
            }
        graph.traces.log.note(
            trace,
            TraceDecision(at: now, gate: "\(name)/records", named: "store", .settled, Explanation(word)))
        graph.traces.log.end(trace, status: status, policy: status < 400 ? "" : "store", now: now)
    }
}

extension Refusal {
    /// Whose no it is, in a trace.
    var tracePolicy: PolicyName {
        switch self {
        case .overloaded: .bulkhead
        case .shed: .shedding
        case .deadline: .deadline
        case .keyClaimed, .keyReused, .keyRequired, .keyUnkept, .keyUndecided, .keyUnsettled, .keyAnswerCut:
            .idempotency
        case .stopping, .otherEpoch, .notMember, .moving, .refilling: .failover
        case .givenUp: .degradation
        case .notReady: .health
        case .unknownService, .noStore, .storeFull, .storeBroken, .malformed, .tooLarge, .noProgram: .service
        }
    }
}
