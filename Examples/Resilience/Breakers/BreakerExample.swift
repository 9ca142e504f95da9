import MeshBase
import Resilience

enum BreakerExample: Example {
    static let name = "breaker"
    static let shows = "closed, open, half-open, slow recovery, closed"

    static func run() -> Table {
        let policy = BreakerPolicy.local
        var breaker = Breaker()
        var random = Generator(seed: 1)
        var table = Table("ms", "state", "why")
        var refused = 0
        // A call every 50 ms; the target fails between 1 s and 2 s.
        for now in stride(from: 0, to: 8_000, by: 50).map({ at(Int64($0)) }) {
            let answer = breaker.ask(policy, now: now, using: &random)
            var changes = [answer.transition]
            if let permit = answer.permit {
                let mark: Mark = now >= at(1_000) && now < at(2_000) ? .failure : .success
                changes.append(breaker.record(permit, mark, policy, now: now, using: &random))
            } else {
                refused += 1
            }
            for change in changes.compactMap(\.self) {
                table.row(ms(now), "\(change.to.name)", change.explanation.detail)
            }
        }
        table.row("", "", "\(refused) calls refused")
        return table
    }
}
