import MeshBase
import Resilience

enum BudgetExample: Example {
    static let name = "budget"
    static let shows = "how far retries multiply the load of a target that fails"

    static func run() -> Table {
        var table = Table("budget", "first attempts", "retries", "refused", "amplification")
        for ratio in [0, 0.1, 0.2, 1] {
            var budget = RetryBudget(RetryBudgetPolicy(.rate, ratio: ratio, floor: 0))
            var retries = 0
            var refused = 0
            // 100 calls a second for ten seconds; all fail, each would be tried again.
            for call in 0..<1_000 {
                let now = at(Int64(call) * 10)
                budget.sentFirst(now: now)
                if budget.take(now: now) {
                    retries += 1
                    budget.finish()
                } else {
                    refused += 1
                }
            }
            let amplification = budget.amplification(now: at(9_990))
            table.row(percent(ratio), "1000", "\(retries)", "\(refused)", fixed(amplification))
        }
        return table
    }
}
