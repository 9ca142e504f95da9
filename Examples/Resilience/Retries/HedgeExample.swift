import MeshBase
import Resilience

enum HedgeExample: Example {
    static let name = "hedge"
    static let shows = "a second attempt beside one that is slower than usual"

    static func run() -> Table {
        var driver = CallDriver(
            CallPlan(
                isSpread: true, timeouts: .local, deadline: .local, retry: .localRouter,
                hedge: HedgePolicy(after: .fixed(.milliseconds(30)), max: 1)),
            .router(workers: 8, queue: 32), targets: 2)
        // The first target takes 400 ms, the other one 10 ms.
        driver.call { _, target in target == 0 ? .ok(400) : .ok(10) }
        // A failure does not wait for the hedge's time.
        driver.call { _, target in target == 0 ? .fails(.unavailable, 10) : .ok(10) }
        return driver.table
    }
}
