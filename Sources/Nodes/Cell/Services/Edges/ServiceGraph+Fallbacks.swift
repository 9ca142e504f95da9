import MeshBase
import Resilience
import Topology

/// What stands in for a call that its caller can do without (C20).
extension ServiceGraph {
    /// A call has failed, or was not made: the first of its edge's fallbacks that fits stands in.
    ///
    /// - Parameter why: nil where what it belongs to is switched off.
    mutating func fallBack(
        _ call: EdgeCall, why: FailureKind?, now: Instant, into sink: inout some CellSink
    ) {
        var chain = FallbackChain(policies.services[call.caller].edges[call.edge].fallback)
        let deadline = invocations[call.parent]?.deadline ?? now
        let step = chain.begin(why: why, now: now, deadline: deadline)
        walk(chain, step, call, now: now, into: &sink)
    }

    /// What stands in for a call that is not waited for any longer: nothing that would have to be asked for.
    mutating func substitute(of parent: SlabKey, edge: Int, now: Instant) -> EdgeResults.Result {
        guard let invocation = invocations[parent] else { return .skipped }
        let service = invocation.service
        var chain = FallbackChain(policies.services[service].edges[edge].fallback)
        var step = chain.begin(why: .timeout, now: now, deadline: now)
        while true {
            switch step {
            case .look where hasAnswer(service, edge, invocation.customer, now: now):
                chain.found()
                step = .take(.cached)
            case .look, .call: step = chain.missed(now: now)
            case .take(let kind):
                count(kind, service, edge)
                let result = EdgeResults.Result(kind)
                noteFallback(result, of: parent, edge: edge, chain, now: now)
                return result
            }
        }
    }

    private mutating func walk(
        _ chain: FallbackChain, _ step: FallbackChain.Step, _ call: EdgeCall, now: Instant,
        into sink: inout some CellSink
    ) {
        var (chain, step) = (chain, step)
        while true {
            switch step {
            case .look:
                if hasAnswer(call.caller, call.edge, call.customer, now: now) {
                    chain.found()
                    return stand(.cached, chain, call, now: now, into: &sink)
                }
                noteMissed(chain, call, now: now)
                step = chain.missed(now: now)
            case .call(let until):
                let route = routes.edges[call.caller][call.edge].generic
                if route >= 0 {
                    return startCall(
                        of: call.parent, edge: call.edge, join: call.join, route: route, purpose: .generic,
                        priority: call.priority, deadline: until, chain: chain, now: now, into: &sink)
                }
                noteMissed(chain, call, now: now)
                step = chain.missed(now: now)
            case .take(let kind): return stand(kind, chain, call, now: now, into: &sink)
            }
        }
    }

    /// The service that gives a generic answer has given one, or not.
    mutating func genericEnded(
        _ call: EdgeCall, _ outcome: EdgeOutcome, now: Instant, into sink: inout some CellSink
    ) {
        guard var chain = call.chain else { return }
        switch outcome {
        case .ok:
            chain.found()
            stand(.generic, chain, call, now: now, into: &sink)
        case .failed:
            noteMissed(chain, call, now: now)
            let step = chain.missed(now: now)
            walk(chain, step, call, now: now, into: &sink)
        case .withdrawn: withdrawn(call, now: now, into: &sink)
        }
    }

    private mutating func stand(
        _ kind: FallbackKind, _ chain: FallbackChain, _ call: EdgeCall, now: Instant, into sink: inout some CellSink
    ) {
        count(kind, call.caller, call.edge)
        took(EdgeResults.Result(kind), call, chain, now: now, into: &sink)
    }

    private mutating func count(_ kind: FallbackKind, _ service: Int, _ edge: Int) {
        counters[service].fallbacks += 1
        fallbacks[routes.edges[service][edge].call][Int(kind.rawValue)] += 1
    }

    // MARK: Last good answers

    /// Remembers what a call brought, where that may stand in for a later one.
    mutating func keepAnswer(_ caller: Int, _ edge: Int, _ customer: CustomerHash, now: Instant) {
        guard keepsAnswers[caller][edge] else { return }
        answers?.keep(
            [], edge: UInt32(routes.edges[caller][edge].call), customer: customer,
            bytes: Self.answerBytes, now: now)
    }

    private mutating func hasAnswer(_ service: Int, _ edge: Int, _ customer: CustomerHash, now: Instant) -> Bool {
        answers?.fresh(edge: UInt32(routes.edges[service][edge].call), customer: customer, now: now) != nil
    }

    /// What an answer is taken for beside the bytes of it that are kept: none, of one within a cell.
    static var answerBytes: Int { 64 }
}

extension EdgeResults.Result {
    init(_ kind: FallbackKind) {
        switch kind {
        case .cached: self = .cached
        case .generic: self = .generic
        case .static: self = .static
        case .empty: self = .empty
        case .skipped: self = .skipped
        }
    }
}
