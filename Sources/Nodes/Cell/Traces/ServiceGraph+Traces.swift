import MeshBase
import Resilience
import Topology
import Wire

/// What traces are told of the services of a cell and of the calls between them. Whoever is not followed costs a branch.
extension ServiceGraph {
    // MARK: Services

    /// `CELL/SERVICE`, such as `us-east-1/payment`: the pool of a service.
    func poolName(_ service: Int) -> String { "\(traces.node)/\(services[service].name)" }

    /// A class is refused beside so much work in hand.
    mutating func noteShed(
        _ verdict: ClassAdmission.Verdict, _ invocation: Invocation, inWork: Int, now: Instant
    ) {
        guard let trace = invocation.trace else { return }
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: poolName(invocation.service), verdict == .early ? .earlyShed : .shedding, .shed,
                admissions[invocation.service].explain(verdict, invocation.priority, inWork: inWork),
                remaining: invocation.deadline - now))
    }

    /// What a service's pool says of a call.
    mutating func notePool(
        _ verb: TraceDecision.Verb, _ invocation: Invocation, _ remark: StaticString = "", now: Instant
    ) {
        guard let trace = invocation.trace else { return }
        var why = pools[invocation.service].explanation
        why.detail = "\(remark)" + why.detail
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: poolName(invocation.service), verb == .waited ? .queue : .bulkhead, verb, why,
                remaining: invocation.deadline - now))
    }

    /// A call of a service is over.
    mutating func noteEnd(_ invocation: Invocation, _ outcome: ServiceOutcome, now: Instant) {
        guard let trace = invocation.trace else { return }
        let gate = blamedName(invocation.service, outcome)
        let took = invocation.startedAt > .zero ? (now - invocation.startedAt).milliseconds : 0
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: gate, outcome.policy(invocation.blame), .settled,
                Explanation(
                    "\(services[invocation.service].name): \(outcome.word)", [.init("worked_ms", took)]),
                remaining: invocation.deadline - now))
    }

    /// Whether a call that has ended was answered with less than all.
    func isDegraded(_ end: End) -> Bool {
        guard end.outcome == .ok, end.mayBeDegraded else { return false }
        return end.served != .full || services[end.service].calls.indices.contains { end.results[$0].isDegraded }
    }

    /// A call that nobody followed has ended unlike the others: what is known of it at its end.
    mutating func noteFailure(_ end: End, _ trace: FrameTrace, now: Instant) {
        let policy = end.outcome.policy(end.blame)
        for (edge, call) in services[end.service].calls.enumerated() where end.results[edge].isDegraded {
            traces.log.note(
                trace,
                TraceDecision(
                    at: now, gate: edgeName(end.service, edge), .degradation, .fellBack,
                    Explanation("\(end.results[edge].name) stands in for \(services[call.to].name)")))
        }
        switch end.outcome {
        case .rejected, .shed:
            var why = pools[end.service].explanation
            var verb = TraceDecision.Verb.refused
            if case .shed(let priority) = end.outcome {
                verb = .shed
                why.detail = "priority \(priority.name); " + why.detail
            }
            traces.log.note(trace, TraceDecision(at: now, gate: poolName(end.service), policy, verb, why))
        default:
            if let blame = end.blame, blame.policy.refusesAtGates,
                let why = gates[blame.gate]?.explanation(
                    blame.policy, routes.gates[blame.gate].policy, priority: .normal,
                    cause: causeOfInfluence(on: blame.gate, now: now), now: now)
            {
                traces.log.note(
                    trace, TraceDecision(at: now, gate: gateName(blame.gate), blame.policy, .refused, why))
            }
        }
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: blamedName(end.service, end.outcome), policy, .settled,
                Explanation("\(services[end.service].name): \(end.outcome.word)")))
    }

    /// A failure of who is followed was answered with the last good answer.
    mutating func noteStale(_ end: End, status: UInt16, now: Instant) {
        guard let trace = end.trace else { return }
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: poolName(end.service), .degradation, .fellBack,
                Explanation("the last good answer stands in for \(services[end.service].name): \(end.outcome.word)")))
        traces.log.end(trace, status: status, now: now)
    }

    /// What a trace names of a call that has ended so: the edge that it failed for, or its pool.
    private func blamedName(_ service: Int, _ outcome: ServiceOutcome) -> String {
        if case .dependency(let edge) = outcome { edgeName(service, edge) } else { poolName(service) }
    }

    // MARK: Edges

    /// `CELL/CALLER/CALLEE`, such as `us-east-1/checkout/payment`.
    func gateName(_ gate: Int) -> String {
        let gate = routes.gates[gate]
        return "\(traces.node)/\(services[gate.caller].name)/\(services[gate.callee].name)"
    }

    /// The name of the gate that a route passes.
    func edgeName(route: Int) -> String { gateName(routes.gateOf[route]) }

    func edgeName(_ service: Int, _ edge: Int) -> String { edgeName(route: routes.edges[service][edge].call) }

    /// A call is not made at all.
    mutating func noteUnmade(_ call: EdgeCall, _ policy: PolicyName, now: Instant) {
        guard let trace = call.trace else { return }
        let gate = routes.gateOf[call.route]
        var verb = TraceDecision.Verb.refused
        let why: Explanation
        switch policy {
        case .degradation:
            verb = .degraded
            why = switches.explanation(call.caller, call.edge)
        case .throttle:
            why =
                gates[gate]?.explanation(.throttle, routes.gates[gate].policy, priority: call.priority, now: now)
                ?? Explanation("held back")
        default:
            why = Explanation(
                "\(edgeCalls.count) calls are out in this cell", [.init("limit", Double(Self.invocationLimit))])
        }
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: edgeName(route: call.route), policy, verb, why, remaining: call.state.end - now))
    }

    /// What the call engine wants.
    mutating func note(_ directive: CallDirective, of key: SlabKey, route: Int, now: Instant) {
        guard let trace = edgeCalls[key]?.trace, let verb = TraceDecision.Verb(directive), let call = edgeCalls[key]
        else { return }
        let attempt: UInt8? =
            switch directive {
            case .start(let start): start.token.rawValue
            case .cancel(let cancel): cancel.token.rawValue
            case .overdue(let token): token.rawValue
            case .arm, .settle: nil
            }
        var why = call.state.explain(directive, in: scopes[route], now: now)
        if case .start(let start) = directive { why = scopes[route].told(why, of: start, now: now) }
        switch call.purpose {
        case .call: break
        case .compensation: why.detail = "undoing: " + why.detail
        case .generic: why.detail = "for a generic answer: " + why.detail
        }
        // Of one target there is nothing to choose.
        let policy = directive.policy == "placement" ? "service" : directive.policy
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: edgeName(route: route), attempt: attempt, named: policy, verb, why,
                remaining: call.state.end - now))
    }

    /// What the gate of an edge said of an attempt.
    mutating func note(_ answer: GateAnswer, of attempt: EdgeAttempt, route: Int, now: Instant) {
        guard let trace = edgeCalls[attempt.call]?.trace, let call = edgeCalls[attempt.call] else { return }
        let gate = routes.gateOf[route]
        let policy = routes.gates[gate].policy
        if let transition = answer.transition { note(transition, of: attempt, route: route, now: now) }
        let (by, verb) = answer.verdict.word(hasQueue: policy.queue != nil)
        let why = gates[gate]?.told(
            answer.verdict, by: by, policy, priority: call.priority, cause: causeOfInfluence(on: gate, now: now),
            now: now)
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: edgeName(route: route), attempt: attempt.token.rawValue, by, verb,
                why ?? Explanation(""), remaining: call.state.end - now))
    }

    /// What changed at an edge's breaker by an attempt.
    mutating func note(_ transition: BreakerTransition, of attempt: EdgeAttempt, route: Int, now: Instant) {
        guard let trace = edgeCalls[attempt.call]?.trace, let verb = transition.verb, let call = edgeCalls[attempt.call]
        else { return }
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: edgeName(route: route), attempt: attempt.token.rawValue, .breaker, verb,
                transition.explanation, remaining: call.state.end - now))
    }

    /// One that waited at a gate gave way.
    mutating func noteDisplaced(_ attempt: EdgeAttempt, route: Int, now: Instant) {
        guard let trace = edgeCalls[attempt.call]?.trace, let call = edgeCalls[attempt.call] else { return }
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: edgeName(route: route), attempt: attempt.token.rawValue, .bulkhead, .refused,
                Explanation("gave way to what matters more"), remaining: call.state.end - now))
    }

    /// How the callee answered an attempt.
    mutating func note(_ end: AttemptEnd, of attempt: EdgeAttempt, route: Int, now: Instant) {
        guard let trace = edgeCalls[attempt.call]?.trace, let call = edgeCalls[attempt.call] else { return }
        var why = end.explanation
        why.numbers.append(.init("took_ms", (now - attempt.sentAt).milliseconds))
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: edgeName(route: route), attempt: attempt.token.rawValue, end.policy, .settled, why,
                remaining: call.state.end - now))
    }

    /// A group of calls is no longer waited for.
    mutating func noteJoin(_ join: SlabKey, _ group: CallGroup, _ caller: Caller, now: Instant) {
        guard let trace = caller.trace, let state = joins[join]?.state else { return }
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: poolName(caller.service), named: "parallel-join", .joined,
                state.explanation(group.plan, now: now)))
    }
}

extension ServiceOutcome {
    /// As a trace has it.
    var word: String {
        switch self {
        case .ok: "ok"
        case .failed: "its own work failed"
        case .faulted(let status): "a fault made it answer \(status)"
        case .rejected: "rejected"
        case .shed(let priority): "shed, priority \(priority.name)"
        case .timedOut: "timed out"
        case .dependency: "a call that it needs failed"
        case .cancelled: "given up by its caller"
        case .answered(let status): "its program answered \(status)"
        case .noProgram: "its program takes no calls now"
        case .programLost: "its program went away"
        case .givenUp: "switched off"
        }
    }

    /// Who said no.
    func policy(_ blame: EdgeBlame?) -> PolicyName {
        switch self {
        case .ok, .failed, .faulted, .cancelled, .answered, .noProgram, .programLost: .service
        case .rejected: .bulkhead
        case .shed: .shedding
        case .timedOut: blame?.policy ?? .deadline
        case .givenUp: .degradation
        case .dependency: blame?.policy ?? .dependency
        }
    }
}

extension PolicyName {
    /// It stands at gates, and turns calls away there.
    fileprivate var refusesAtGates: Bool {
        switch self {
        case .breaker, .bulkhead, .concurrency, .queue, .throttle: true
        default: false
        }
    }
}

extension EdgeSwitches {
    /// Why a call is not made.
    func explanation(_ service: Int, _ edge: Int) -> Explanation {
        let feature = feature(service, edge)
        guard feature >= 0 else { return Explanation("not switched") }
        return flags.isOn(feature: feature, from: service)
            ? level.explanation(of: feature) : Explanation("switched off by a flag")
    }
}
