import MeshBase
import Resilience
import Wire

/// What traces are told of fallbacks: which of an edge's were tried, and which one answered.
extension ServiceGraph {
    /// The fallback that the chain stands at has no answer.
    mutating func noteMissed(_ chain: FallbackChain, _ call: EdgeCall, now: Instant) {
        guard let trace = call.trace, let kind = chain.current else { return }
        let generic = routes.edges[call.caller][call.edge].generic
        let why =
            switch kind {
            case .cached: "none of this customer is kept, or it is too old"
            case .generic where generic >= 0: "\(services[routes.callee[generic]].name) gave none"
            default: "there is none"
            }
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: edgeName(call.caller, call.edge), .degradation, .settled,
                Explanation("no \(kind.name) answer: \(why)"), remaining: remaining(of: call.parent, now: now)))
    }

    /// Something stands in for what a call would have brought.
    ///
    /// - Parameter chain: of the fallbacks that were tried for it; nil where the callee itself did less.
    mutating func noteFallback(
        _ result: EdgeResults.Result, of parent: SlabKey, edge: Int, _ chain: FallbackChain?, now: Instant
    ) {
        guard result.isDegraded, let trace = invocations[parent]?.trace, let service = invocations[parent]?.service
        else { return }
        let callee = services[services[service].calls[edge].to].name
        var why = chain?.explanation() ?? Explanation("")
        why.detail = "\(result.name) stands in for \(callee)" + (why.detail.isEmpty ? "" : ": \(why.detail)")
        traces.log.note(
            trace,
            TraceDecision(
                at: now, gate: edgeName(service, edge), .degradation, .fellBack, why,
                remaining: remaining(of: parent, now: now)))
    }

    private func remaining(of parent: SlabKey, now: Instant) -> TimeAmount {
        invocations[parent].map { $0.deadline - now } ?? .zero
    }
}
