import Checkers
import Nodes

/// What policies take comes back: once nothing is under way any more, no permit, no token of a budget, no worker and no worth
/// is out, every attempt has ended exactly once, what came into a transformation has come out of it, and nobody critical was
/// refused for the sake of load.
extension Simulation {
    /// What the policies of each node that is up have out.
    private var accounts: [(name: String, accounts: PolicyAccounts)] {
        machines.compactMap { machine in machine.process?.accounts.map { (machine.name, $0) } }
    }

    /// Whether all is back everywhere.
    var isAtRest: Bool { accounts.allSatisfy(\.accounts.isAtRest) }

    func policyVerdict() -> Verdict {
        let all = accounts
        let wrong = all.filter { !$0.accounts.isAtRest || !$0.accounts.isSound }
        let answers = clients.ledger.answers
        let calls = answers.all
        var detail =
            "\(all.count) nodes, \(calls.sent) calls of services: \(calls.ok) ok, \(calls.degraded) of them degraded"
        if let first = wrong.first {
            detail += "; \(first.name) has \(first.accounts.left)"
            if wrong.count > 1 { detail += ", and \(wrong.count - 1) nodes more" }
        }
        for (policy, count) in answers.criticalRefused.sorted(by: { $0.key < $1.key }) {
            detail += "; \(policy) refused \(count) critical requests"
        }
        return Verdict(
            oracle: "policies", ok: wrong.isEmpty && answers.criticalRefused.isEmpty,
            calls.sent > 0 ? .judged : .vacuous, detail: detail)
    }
}
