import MeshBase
import Resilience

enum PoolExample: Example {
    static let name = "pool"
    static let shows = "what a full queue does with one more"

    static func run() -> Table {
        let kinds: [(String, WorkerPool<String>.Overflow)] = [
            ("reject-new", .rejectNew), ("drop-oldest", .dropOldest), ("drop-newest", .dropNewest),
            ("priority", .priority), ("age 1 s", .ageLimit(.seconds(1))),
        ]
        var table = Table("overflow", "a critical job comes", "then runs, in order")
        for (name, overflow) in kinds {
            var pool = WorkerPool<String>(workers: 1, queueLimit: 2, overflow: overflow)
            for (n, job) in ["at work", "first", "second"].enumerated() {
                _ = pool.admit(job, rank: Priority.normal.rawValue, now: at(Int64(n) * 100))
            }
            let admission =
                switch pool.admit("critical", rank: Priority.critical.rawValue, now: at(1_150)) {
                case .run: "runs"
                case .queued: "queued"
                case .rejected: "turned away"
                case .displaced(let job): "in place of \(job)"
                }
            var order: [String] = []
            while let next = pool.release(now: at(1_150)).next { order.append(next) }
            table.row(name, admission, order.joined(separator: ", "))
        }
        return table
    }
}
