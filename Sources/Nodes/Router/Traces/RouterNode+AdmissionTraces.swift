import MeshBase
import Resilience
import Sharding
import Wire

/// What traces are told of admission: what refused with its figures, and what let through, where that is asked.
extension RouterNode {
    mutating func note(
        _ verdict: ClassAdmission.Verdict, _ priority: Priority, of request: borrowing DataRequest, now: Instant,
        into sink: inout some RouterSink
    ) {
        let isAdmitted = verdict == .admitted
        guard let trace = isAdmitted ? followed(request) : refusedTrace(.shed, now: now, into: &sink),
            let why = admission?.explain(verdict, priority, inWork: operations.count)
        else { return }
        let policy: PolicyName = isAdmitted ? .admission : verdict == .early ? .earlyShed : .shedding
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: nodeName, policy, isAdmitted ? .admitted : .shed, why, remaining: left(request)))
    }

    /// - Parameter kind: nil for the rate of the whole router.
    mutating func noteRate(
        _ isAdmitted: Bool, kind: Int?, of request: borrowing DataRequest, now: Instant,
        into sink: inout some RouterSink
    ) {
        guard let trace = isAdmitted ? followed(request) : refusedTrace(now: now, into: &sink) else { return }
        let customer = request.customer.rawValue
        let why =
            kind.map { gates.limiters[$0]?.explain(customer, now: now) } ?? limiter?.explain(customer, now: now)
        let gate = kind.map { gates.kinds[$0].name } ?? nodeName
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: gate, .rateLimit, isAdmitted ? .admitted : .refused, why ?? Explanation("no rate"),
                remaining: left(request)))
    }

    mutating func noteWorth(
        _ why: ValueBreaker.Refusal?, key: UInt64, _ value: Worth, kind: Int, of request: borrowing DataRequest,
        now: Instant, into sink: inout some RouterSink
    ) {
        guard let trace = why == nil ? followed(request) : refusedTrace(now: now, into: &sink) else { return }
        let told =
            why.flatMap { gates.values[kind]?.explain(key: key, $0, value: value, now: now) }
            ?? Explanation("worth \(value.units)", [.init("value", value.units)])
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: gates.kinds[kind].name, why?.policy ?? .value, why == nil ? .admitted : .refused, told,
                remaining: left(request)))
    }

    mutating func noteThrottle(
        _ gate: Int, _ priority: Priority, of request: borrowing DataRequest, now: Instant,
        into sink: inout some RouterSink
    ) {
        guard let trace = refusedTrace(now: now, into: &sink) else { return }
        let why = gates.gates[gate].explanation(.throttle, policy(ofGate: gate), priority: priority, now: now)
        traces.log.note(
            trace,
            TraceDecision(at: now, gate: name(ofGate: gate), .throttle, .refused, why, remaining: left(request)))
    }

    private func left(_ request: borrowing DataRequest) -> TimeAmount {
        min(request.deadline ?? policy.requestTimeout, policy.requestTimeout)
    }
}
