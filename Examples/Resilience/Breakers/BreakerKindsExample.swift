import MeshBase
import Resilience

enum BreakerKindsExample: Example {
    static let name = "breaker-kinds"
    static let shows = "after how many failures each kind of breaker opens"

    static func run() -> Table {
        var table = Table("kind", "opens at failure", "cause")
        for kind in BreakerPolicy.Kind.allCases {
            let policy = BreakerPolicy(kind: kind, window: .time(.seconds(10)), volume: 10, consecutive: 5)
            var breaker = Breaker()
            var random = Generator(seed: 1)
            // 60 s with one failure in fifty, then three in four.
            var failures = 0
            for call in 0..<2_000 where breaker.state == .closed {
                let now = at(Int64(call) * 50)
                let isBad = call < 1_200 ? call % 50 == 49 : call % 4 != 3
                if call >= 1_200, isBad { failures += 1 }
                guard let permit = breaker.ask(policy, now: now, using: &random).permit else { break }
                let change = breaker.record(permit, isBad ? .failure : .success, policy, now: now, using: &random)
                if let change { table.row("\(kind)", "\(failures)", "\(change.cause.name)") }
            }
            if breaker.state == .closed { table.row("\(kind)", "never", "-") }
        }
        return table
    }
}
