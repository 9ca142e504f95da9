import MeshBase
import Resilience

enum DeadlineExample: Example {
    static let name = "deadline"
    static let shows = "the time that is left, hop by hop, until one is refused"

    static func run() -> Table {
        let policy = DeadlinePolicy.local
        var chain = DeadlineChain()
        var remaining = TimeAmount.milliseconds(150)
        var table = Table("step", "left ms", "child ms", "chain")
        for (step, work) in [("gateway", 60), ("checkout", 40), ("payment", 30), ("ledger", 5)] as [(String, Int64)] {
            chain.append(step, remaining: remaining)
            remaining = remaining - .milliseconds(work)
            // Each step works and then calls the next one, whose own limit is a second.
            guard let child = policy.child(remaining: remaining, limit: .seconds(1)) else {
                table.row(step, ms(remaining), "refused", policy.explain(remaining: remaining, path: chain).detail)
                break
            }
            table.row(step, ms(remaining), ms(child), chain.text)
            remaining = child
        }
        return table
    }
}
