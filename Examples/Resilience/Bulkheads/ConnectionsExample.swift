import MeshBase
import Resilience

enum ConnectionsExample: Example {
    static let name = "connections"
    static let shows = "a pool of connections that opens, lends, keeps and closes"

    static func run() -> Table {
        var pool = ConnectionPool(ConnectionPolicy(most: 2, least: 1, wait: .milliseconds(100), places: 1))
        var table = Table("s", "event", "busy", "idle", "what to do")
        func words(_ answer: ConnectionPool.Answer) -> String {
            switch answer {
            case .use(let connection): "use \(connection)"
            case .open(let connection): "open \(connection)"
            case .wait: "wait"
            case .refused(let why): "refused: \(why.name)"
            }
        }
        for ticket in 0..<4 {
            let answer = pool.ask(UInt64(ticket), priority: .normal, now: .zero)
            table.row("0", "\(ticket) asks", "\(pool.busy)", "\(pool.idleCount)", words(answer))
        }
        pool.giveBack(0, now: at(50))
        let hand = pool.next(now: at(50)).map { "\($0.waiter.ticket) has \($0.connection)" } ?? "nobody waits"
        table.row("0.05", "0 is done", "\(pool.busy)", "\(pool.idleCount)", hand)
        for connection in [0, 1] as [UInt32] { pool.giveBack(connection, now: at(1_000)) }
        table.row("1", "all are done", "\(pool.busy)", "\(pool.idleCount)", "keep them")
        let surplus = pool.surplus(now: at(62_000)).map { "close \($0)" } ?? "keep them"
        table.row("62", "nobody came", "\(pool.busy)", "\(pool.idleCount)", surplus)
        return table
    }
}
