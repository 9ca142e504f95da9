import Resilience

extension RouterNode {
    /// What the policies of this router have out.
    package var accounts: PolicyAccounts {
        var accounts = PolicyAccounts()
        for (gate, place) in zip(gates.gates, gates.places) {
            let order = gates.scopes[place.kind].plan.order
            accounts.add(gate, isByAttempt: order.gates == .attempt && order.records == .attempt)
        }
        for scope in gates.scopes { accounts.add(scope) }
        for case let value? in gates.values where value.inFlight != .zero { accounts.worth += 1 }
        return accounts
    }
}
