import MeshBase
import Reports
import Resilience
import Sharding
import Wire

/// How the router follows requests, and how a trace begins and ends.
extension RouterNode {
    /// A control plane has its ended traces up to here.
    package mutating func tellTraces(upTo cursor: TraceCursor) { traces.log.tell(upTo: cursor) }

    /// A request comes in: whether it is followed is decided here and nowhere else.
    @inline(__always)
    mutating func follow(_ request: inout DataRequest, now: Instant, into sink: inout some RouterSink) {
        request.trace = traces.sampler.context(request.trace, isExplained: request.isExplained, now: now)
        traces.answering = .init(
            request.id, request.trace, began: now, service: request.service, priority: request.priority,
            isCheck: request.isCheck)
        if request.trace?.isFollowed == true { beginTrace(nil, into: &sink) }
    }

    /// From now on the request that is being answered is that of an operation.
    @inline(__always)
    mutating func answering(_ key: SlabKey) {
        traces.answering = .init(
            operations[key]!.request, operations[key]!.trace, began: operations[key]!.started,
            service: operations[key]!.service, priority: operations[key]!.priority, isCheck: operations[key]!.isCheck)
    }

    @inline(never)
    private mutating func beginTrace(_ reason: TraceReason?, into sink: inout some RouterSink) {
        let answering = traces.answering
        guard let trace = answering.trace else { return }
        let slot = gates.slot(ofService: answering.service)
        let service = answering.service == 0 ? "records" : slot < 0 ? "unknown" : gates.names[slot]
        traces.log.begin(
            trace, sink.client(of: answering.request), service: service, reason: reason, now: answering.began)
    }

    /// The trace to which it is to be told why a request is refused at once; nil where that is not kept.
    mutating func refusedTrace(
        _ reason: TraceReason = .failed, now: Instant, into sink: inout some RouterSink
    ) -> FrameTrace? {
        if let trace = traces.answering.trace, trace.isFollowed {
            traces.log.mark(trace, reason)
            return trace
        }
        guard let trace = traces.sampler.keep(reason, traces.answering.trace, now: now) else { return nil }
        traces.answering.trace = trace
        beginTrace(reason, into: &sink)
        return trace
    }

    /// Of a request that is followed: what a policy lets through.
    @inline(__always)
    func followed(_ request: borrowing DataRequest) -> FrameTrace? {
        guard let trace = request.trace, trace.isFollowed else { return nil }
        return trace
    }

    /// The trace of an answer ends, and the answer names it where its client is to know.
    @inline(__always)
    mutating func endTrace(_ response: inout RouterResponse, into sink: inout some RouterSink) {
        let isFailed = response.status >= 500 || response.status == 429
        let isSlow = traces.answering.service == 0 && clock - traces.answering.began >= traces.slowRecords
        guard isFailed || isSlow || traces.answering.trace != nil else { return }
        endTrace(&response, isFailed: isFailed, isSlow: isSlow, into: &sink)
    }

    @inline(never)
    private mutating func endTrace(
        _ response: inout RouterResponse, isFailed: Bool, isSlow: Bool, into sink: inout some RouterSink
    ) {
        var followed = traces.answering.trace
        if followed?.isFollowed != true { followed = nil }
        if isFailed || isSlow { followed = refusedTrace(isFailed ? .failed : .slow, now: clock, into: &sink) }
        guard let trace = followed else { return }
        let policy = response.problem.map { "\($0.policy)" } ?? ""
        if let problem = response.problem, traces.log.entry(trace)?.decisions.last?.verb.isLastWord != true {
            traces.log.note(
                trace,
                TraceDecision(
                    at: clock, gate: problem.gate ?? "", named: policy, .refused, Explanation(problem.detail)))
        }
        traces.log.end(trace, status: response.status, policy: policy, now: clock)
        if trace.isExplained || isFailed { response.trace = trace }
    }

    // MARK: Gates

    /// `ROUTER/CELL/SERVICE`, also where no gate stands there.
    func gateName(_ cell: CellIndex, _ slot: Int) -> String {
        "\(nodeName)/\(topology.cells[cell.position].name)/\(slot < 0 ? "unknown" : gates.names[slot])"
    }

    /// What a gate said of an attempt.
    func decision(
        _ verdict: GateAnswer.Verdict, gate: Int, attempt: UInt8, _ priority: Priority, until end: Instant, now: Instant
    ) -> TraceDecision {
        let policy = policy(ofGate: gate)
        let (by, verb) = verdict.word(hasQueue: policy.queue != nil)
        return TraceDecision(
            at: now, gate: name(ofGate: gate), attempt: attempt, by, verb,
            gates.gates[gate].told(
                verdict, by: by, policy, priority: priority, cause: causeOfInfluence(on: gate, now: now), now: now),
            remaining: end - now)
    }

    /// What changed at a gate's breaker by an attempt; nil where that is nothing that traces tell of.
    func decision(
        _ transition: BreakerTransition, gate: Int, attempt: UInt8, until end: Instant, now: Instant
    ) -> TraceDecision? {
        transition.verb.map {
            TraceDecision(
                at: now, gate: name(ofGate: gate), attempt: attempt, .breaker, $0, transition.explanation,
                remaining: end - now)
        }
    }
}
