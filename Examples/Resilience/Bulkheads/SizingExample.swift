import MeshBase
import Resilience

enum SizingExample: Example {
    static let name = "sizing"
    static let shows = "how many workers, by load, waits and costs"

    static func run() -> Table {
        // 400 requests a second of 20 ms each: eight workers would be busy all the time.
        let service = TimeAmount.milliseconds(20)
        var table = Table("workers", "in use", "share that waits", "mean wait ms", "p99 wait ms")
        for workers in [9, 10, 12, 16] {
            let queue = MultiServerQueue(rate: 400, service: service, workers: workers)
            table.row(
                "\(workers)", percent(queue.utilisation), percent(queue.waitProbability, 1),
                fixed(queue.meanWait * 1_000, 1), fixed(queue.wait(quantile: 0.99) * 1_000, 1))
        }
        let size = PoolSizing.size(rate: 400, service: service)
        table.row("\(size.workers)", "rule: \(percent(PoolSizing.target)) in use, queue of \(size.queue)")
        let cost = PoolSizing.leastCost(
            rate: 400, service: service, promised: .milliseconds(30), worker: 1, penalty: 100)
        table.row("\(cost.workers)", "least cost: \(fixed(cost.held)) held and \(fixed(cost.penalty)) of penalties")
        return table
    }
}
