import MeshBase

/// Every policy of one gate, or of one cell, as it is in force: what `config show` and `policies ls` print, and what nodes are
/// made of.
public struct PoliciesInForce: Sendable, Equatable {
    /// Of a whole call with all its attempts; at a router: of the request.
    public let timeout: TimeAmount
    /// Of one attempt, before `timeouts.progressive`.
    public let attemptTimeout: TimeAmount
    public let profile: PolicyProfile
    public let order: PolicyOrder
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

    /// Attempt limits from the first to the last.
    public var attemptLimits: [TimeAmount] {
        let factors = values.timeouts?.progressive ?? [1]
        return (0..<attempts).map { attempt in
            attemptTimeout * (factors.isEmpty ? 1.0 : factors[min(attempt, factors.count - 1)])
        }
    }

    /// What a call may take at most: its attempts and the longest waits between them, but never more than its timeout.
    public var need: TimeAmount {
        let waits = (values.retry?.cap ?? .zero) * Int64(attempts - 1)
        return min(timeout, attemptLimits.reduce(waits, +))
    }
}
