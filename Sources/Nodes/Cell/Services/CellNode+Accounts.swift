import MeshBase
import Resilience

extension CellNode {
    /// What the policies of this cell have out.
    package var accounts: PolicyAccounts {
        var accounts = PolicyAccounts()
        for (number, gate) in graph.gates.enumerated() {
            guard let gate, let route = graph.routes.gateOf.firstIndex(of: number) else { continue }
            let order = graph.scopes[route].plan.order
            accounts.add(gate, isByAttempt: order.gates == .attempt && order.records == .attempt)
        }
        for scope in graph.scopes { accounts.add(scope) }
        for pool in graph.pools { accounts.workers += pool.busy + pool.waiting }
        for case let transformer? in graph.allTransformers where !transformer.isConserved {
            accounts.transformations += 1
        }
        return accounts
    }
}
