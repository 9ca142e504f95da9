import MeshBase
import Resilience

enum ProbeExample: Example {
    static let name = "probe"
    static let shows = "three failures are down, two successes up"

    static func run() -> Table {
        var probe = Probe(.readiness, settings: ProbePolicy.local[.readiness], now: .zero)
        var table = Table("ms", "result", "verdict")
        // The fourth is never answered: its timeout counts as a failure.
        for result in [true, true, false, nil, false, true, true] {
            guard let due = probe.due, let token = probe.begin(now: due) else { break }
            if let result {
                _ = probe.ended(token, isGood: result, now: due + .milliseconds(5))
            } else if let overdue = probe.overdue {
                _ = probe.elapsed(now: overdue)
            }
            table.row(ms(due), result.map { $0 ? "good" : "bad" } ?? "none", "\(probe.verdict)")
        }
        return table
    }
}
