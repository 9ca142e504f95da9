import MeshBase

/// Every policy of one gate, or of one cell, as it is in force: what `config show` and `policies ls` print, and what nodes are
/// made of.
public struct PoliciesInForce: Sendable, Equatable {
    /// Of a whole call with all its attempts; at a router: of the request.
    public let timeout: TimeAmount
    /// Of one attempt, before `timeouts.progressive`.
    public let attemptTimeout: TimeAmount
    /// The values that it began with.
    public let profile: PolicyProfile
    /// In which order policies stand around a call.
    public let order: WrittenOrder
    /// What is switched off.
    public let off: Set<PolicySwitch>
    /// Every value in force; nil only where there is none to have: no queue, no limit, nothing that closes by successes.
    public let values: PoliciesBlock
    /// By key, as in `retry.attempts`, `timeout` or `order`; none where nothing is in force.
    public let origins: [String: PolicyOrigin]

    /// Whether a policy is on.
    public func isOn(_ policy: PolicySwitch) -> Bool { !off.contains(policy) }

    /// Attempts of one call, at least 1.
    public var attempts: Int { isOn(.retry) ? max(values.retry?.attempts ?? 1, 1) : 1 }
    /// Hedges of one call.
    public var hedges: Int { isOn(.hedge) ? values.hedge?.max ?? 0 : 0 }
}
