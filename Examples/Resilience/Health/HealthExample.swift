import MeshBase
import Resilience

enum HealthExample: Example {
    static let name = "health"
    static let shows = "four states, looked at more often the worse it is"

    static func run() -> Table {
        var machine = HealthMachine(now: .zero)
        var table = Table("ms", "from", "to", "next look after ms")
        // Bad from 4 s to 10 s.
        while machine.due < at(30_000) {
            let now = machine.due
            let isGood = now < at(4_000) || now >= at(10_000)
            guard let change = machine.record(isGood, now: now) else { continue }
            let every = machine.policy.stage(change.to).every
            table.row(ms(now), "\(change.from.name)", "\(change.to.name)", ms(every))
        }
        return table
    }
}
