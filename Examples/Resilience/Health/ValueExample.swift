import MeshBase
import Resilience

enum ValueExample: Example {
    static let name = "value"
    static let shows = "a breaker that counts what is at stake, for each account apart"

    static func run() -> Table {
        var policy = ValuePolicy.local
        policy.failures = 3
        policy.atRisk = Worth(10_000)
        var breaker = ValueBreaker(policy: policy, now: .zero)
        var random = Generator(seed: 1)
        var table = Table("account", "value", "in flight", "answer")
        let orders: [(String, Int64, Outcome?)] = [
            ("ann", 6_000, nil), ("ann", 6_000, nil), ("bob", 6_000, .ok),
            ("bob", 10, .failed), ("bob", 10, .failed), ("bob", 10, .slow), ("bob", 10, .ok), ("ann", 10, .ok),
        ]
        for (account, units, outcome) in orders {
            let key = CustomerHash(account).rawValue
            let decision = breaker.admit(key: key, name: account, value: Worth(units), now: .zero, random: &random)
            let inFlight = fixed(breaker.inFlight.units, 0)
            switch decision {
            case .refused(let why): table.row(account, "\(units)", inFlight, "refused: \(why.policy.name)")
            case .admitted(let permit):
                if let outcome { breaker.end(permit, outcome, now: .zero, random: &random) }
                table.row(account, "\(units)", inFlight, outcome.map { "\($0.name)" } ?? "still out")
            }
        }
        return table
    }
}
