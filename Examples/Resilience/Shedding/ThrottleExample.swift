import MeshBase
import Resilience

enum ThrottleExample: Example {
    static let name = "throttle"
    static let shows = "a client that holds back what would be refused"

    static func run() -> Table {
        let policy = ThrottlePolicy(window: .seconds(10))
        var throttle = ClientThrottle(policy, now: .zero)
        var random = Generator(seed: 1)
        var table = Table("s", "target takes", "held back", "sent", "probability")
        // 100 requests a second; the target takes all of them for 2 s, one in ten until 12 s, and then all again.
        for second in 0..<24 {
            let tenths = second >= 2 && second < 12 ? 1 : 10
            var held = 0
            for call in 0..<100 {
                let now = at(Int64(second) * 1_000 + Int64(call) * 10)
                guard throttle.ask(policy, priority: .normal, now: now, using: &random) else {
                    held += 1
                    continue
                }
                if call % 10 < tenths { throttle.accepted(policy, priority: .normal, asked: now, now: now) }
            }
            guard second % 3 == 2 else { continue }
            let probability = throttle.probability(policy, priority: .normal, now: at(Int64(second + 1) * 1_000))
            table.row("\(second + 1)", "\(tenths) in 10", "\(held)", "\(100 - held)", fixed(probability))
        }
        return table
    }
}
