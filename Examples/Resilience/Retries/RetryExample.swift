import MeshBase
import Resilience

enum RetryExample: Example {
    static let name = "retry"
    static let shows = "what is tried again, after how long, and what is not"

    static func run() -> Table {
        var plan = CallPlan(
            isSpread: false, timeouts: .local, deadline: .local,
            retry: RetryPolicy(attempts: 3, backoff: .local, budget: .local), hedge: .off)
        var driver = CallDriver(plan)
        // Reset, then unavailable, then an answer.
        driver.call { attempt, _ in [.fails(.reset, 5), .fails(.unavailable, 5), .ok(5)][attempt] }
        // It may have begun and is not safe to begin twice: the first failure is the answer.
        driver.call(.once) { _, _ in .fails(.reset, 5) }
        // Over several targets another one is asked at once.
        plan = CallPlan(
            isSpread: true, timeouts: .local, deadline: .local, retry: plan.retry, hedge: .off)
        var spread = CallDriver(plan, targets: 2)
        spread.table = driver.table
        spread.call { _, target in target == 0 ? .fails(.connect, 5) : .ok(5) }
        return spread.table
    }
}
