import MeshBase
import Resilience
import Topology

/// What stands in for an answer (C20, C25).
extension PoliciesInForce {
    /// What is tried in place of a call that failed; nothing where fallbacks are off.
    func fallbackPolicy(_ edge: Topology.Edge) -> FallbackPolicy {
        guard isOn(.fallback) else { return FallbackPolicy() }
        return FallbackPolicy(
            kinds: edge.fallback.map { FallbackKind($0) }, minimum: deadlinePolicy.minimum,
            asksGenericService: edge.genericService != nil)
    }

    /// What each kind of failure becomes; nil where it stays what it is.
    func transformation(of blueprint: Blueprint) -> TransformationPolicy? {
        guard isOn(.failure) else { return nil }
        var policy = isLocal ? TransformationPolicy.local : .seed
        // What the resolver filled in is what the policy chooses by itself.
        policy.timeout = outcome(values.failure?.timeout, "timeout")
        policy.connection = outcome(values.failure?.connection, "connection")
        policy.limit = outcome(values.failure?.limit, "limit")
        policy.hasCache = blueprint.cache != nil && isOn(.cache)
        policy.hasQueue = blueprint.queue != nil && isOn(.queue)
        return policy
    }

    private func outcome(_ word: FailureSettings.Outcome?, _ key: String) -> Transformed? {
        guard case .written = origins["failure.\(key)"], let word else { return nil }
        return Transformed(word)
    }

    /// How many last good answers are kept; nil where none are. A fallback on them needs no other word.
    func answerCache(_ blueprint: Blueprint) -> AnswerCachePolicy? {
        let isUsed = blueprint.services.contains { $0.calls.contains { $0.fallback.contains(.cached) } }
        guard isOn(.cache), blueprint.cache != nil || isUsed else { return nil }
        let usual = isLocal ? AnswerCachePolicy.local : .seed
        return AnswerCachePolicy(
            entries: blueprint.cache?.entries ?? usual.entries, ttl: blueprint.cache?.ttl ?? usual.ttl)
    }
}

extension Transformed {
    init(_ word: FailureSettings.Outcome) {
        switch word {
        case .tryAgain: self = .tryAgain
        case .stale: self = .stale
        case .queue: self = .queued
        }
    }
}

extension FallbackKind {
    init(_ word: Topology.Edge.Fallback) {
        switch word {
        case .cached: self = .cached
        case .generic: self = .generic
        case .static: self = .static
        case .empty: self = .empty
        }
    }
}
