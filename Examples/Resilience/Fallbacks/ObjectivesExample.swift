import MeshBase
import Resilience

enum ObjectivesExample: Example {
    static let name = "objectives"
    static let shows = "a controller that degrades while the p99 is missed, and restores"

    static func run() -> Table {
        var policy = ObjectivesPolicy.local
        policy.p99 = .milliseconds(100)
        var controller = ObjectiveController(policy)
        var table = Table("s", "p99 ms", "severity", "level")
        // 100 answers a second of 50 ms, from 2 s to 6 s of 300 ms.
        for tick in 1...2_000 {
            let now = at(Int64(tick) * 10)
            let took = now > at(2_000) && now <= at(6_000) ? 300 : 50
            controller.offered(now: now)
            controller.answered(ok: true, took: .milliseconds(Int64(took)), now: now)
            guard tick % 50 == 0 else { continue }
            let look = controller.look(now: now)
            guard look.changedFrom != nil, let p99 = look.verdict.findings.first else { continue }
            table.row(
                fixed(Double(tick) / 100, 1), fixed(p99.current * 1_000),
                fixed(p99.severity), "\(controller.level.name)")
        }
        return table
    }
}
