import MeshBase
import Resilience

enum CoordinateExample: Example {
    static let name = "coordinate"
    static let shows = "what an opening means for those that need the target"

    static func run() -> Table {
        let names = ["gateway", "checkout", "payment", "ledger"]
        var mesh = BreakerCoordination(services: 4, coreEdges: [(0, 1), (1, 2), (2, 3)])
        var table = Table("service", "impact", "threshold", "admitted")
        for influence in mesh.opened(3, until: at(2_000)) {
            let policy = BreakerPolicy.local
            var breaker = Breaker()
            _ = breaker.influence(influence.impact, until: influence.until, policy, now: .zero)
            table.row(
                names[influence.service], fixed(influence.impact), percent(breaker.threshold(policy)),
                percent(breaker.admittedShare(policy, now: .zero)))
        }
        return table
    }
}
