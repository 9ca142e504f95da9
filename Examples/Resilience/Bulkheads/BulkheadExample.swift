import MeshBase
import Resilience

enum BulkheadExample: Example {
    static let name = "bulkhead"
    static let shows = "who runs, who waits, who is turned away"

    static func run() -> Table {
        let policy = BulkheadPolicy(concurrent: 2, wait: .milliseconds(100), places: 2)
        var bulkhead = Bulkhead(policy, now: .zero)
        var table = Table("ms", "event", "busy", "waiting", "answer")
        for (ticket, priority) in [Priority.normal, .normal, .low, .normal, .critical].enumerated() {
            let answer = bulkhead.ask(UInt64(ticket), policy, priority: priority, now: .zero)
            let words =
                switch answer {
                case .run: "runs"
                case .wait(let until, nil): "waits until \(ms(until))"
                case .wait(let until, let other?): "waits until \(ms(until)) in place of \(other)"
                case .refused(let why): "refused: \(why.name)"
                }
            table.row("0", "\(ticket) asks, \(priority.name)", "\(bulkhead.busy)", "\(bulkhead.waiting)", words)
        }
        bulkhead.giveBack(priority: .normal, now: at(40))
        let next = bulkhead.next(now: at(40)).map { "\($0.ticket) runs" } ?? "nobody"
        table.row("40", "0 is done", "\(bulkhead.busy)", "\(bulkhead.waiting)", next)
        bulkhead.giveBack(priority: .normal, now: at(140))
        let late = bulkhead.next(now: at(140)).map { "\($0.ticket) runs" } ?? "nobody: the other waited too long"
        table.row("140", "1 is done", "\(bulkhead.busy)", "\(bulkhead.waiting)", late)
        return table
    }
}
