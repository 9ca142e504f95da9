import MeshBase
import Resilience

enum QueueExample: Example {
    static let name = "queue"
    static let shows = "a queue that makes its callers wait, and ends by their deadlines"

    static func run() -> Table {
        let policy = BackpressurePolicy(places: 2, put: .milliseconds(200), pause: .milliseconds(100))
        var queue = BackpressureQueue()
        var table = Table("ms", "event", "depth", "waiting", "answer")
        for (ticket, deadline) in [(1, 50), (2, 900), (3, 900), (4, 900), (5, 900)] as [(UInt64, Int64)] {
            let answer =
                switch queue.put(ticket, policy, now: .zero, deadline: at(deadline)) {
                case .queued: "queued"
                case .waits(let until): "waits for a place until \(ms(until))"
                case .full: "full"
                }
            table.row("0", "\(ticket) is put, deadline \(deadline)", "\(queue.depth)", "\(queue.waiting)", answer)
        }
        // The bulkhead has refused one: nothing is offered to it for a while.
        queue.pause(policy, now: .zero)
        for now in [at(60), at(100), at(100)] {
            let answer =
                switch queue.next(policy, now: now) {
                case .job(let job): "\(job.ticket) goes"
                case .expired(let ticket): "\(ticket) has expired"
                case .paused(let until): "paused until \(ms(until))"
                case .empty: "empty"
                }
            table.row(ms(now), "next", "\(queue.depth)", "\(queue.waiting)", answer)
        }
        return table
    }
}
