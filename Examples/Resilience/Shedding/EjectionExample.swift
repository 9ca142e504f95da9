import MeshBase
import Resilience

enum EjectionExample: Example {
    static let name = "ejection"
    static let shows = "the one cell of many that is worse than its peers"

    static func run() -> Table {
        let policy = EjectionPolicy.local
        var ejection = OutlierEjection(policy, now: .zero)
        var table = Table("ms", "what", "why")
        func tell(_ change: OutlierEjection.Change, _ now: Instant) {
            switch change {
            case .out(let cell, let why, let until):
                table.row(ms(now), "cell \(cell) is out until \(ms(until))", "\(why.name)")
            case .back(let cell): table.row(ms(now), "cell \(cell) is back", "-")
            }
        }
        // Ten cells, a call to each every 5 ms. Cell 3 fails every other one until 2 s.
        for tick in 0..<900 {
            let now = at(Int64(tick) * 5)
            for cell in 0..<10 where !ejection.isOut(cell) {
                let mark: Mark = cell == 3 && now < at(2_000) && tick % 2 == 0 ? .failure : .success
                if let change = ejection.record(cell, mark, policy, now: now) { tell(change, now) }
            }
            if now >= ejection.nextLook { ejection.look(policy, now: now) { tell($0, now) } }
        }
        return table
    }
}
