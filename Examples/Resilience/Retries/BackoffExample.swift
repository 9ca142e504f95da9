import MeshBase
import Resilience

enum BackoffExample: Example {
    static let name = "backoff"
    static let shows = "waits by formula, and how much of a crowd comes back at once"

    static func run() -> Table {
        let base = TimeAmount.milliseconds(100)
        let cap = TimeAmount.seconds(2)
        let policies: [(String, BackoffPolicy)] = [
            ("exponential", BackoffPolicy(.exponential, base: base, cap: cap)),
            ("exponential, full jitter", BackoffPolicy(.exponential, jitter: .full, base: base, cap: cap)),
            ("exponential, equal jitter", BackoffPolicy(.exponential, jitter: .equal, base: base, cap: cap)),
            ("fibonacci", BackoffPolicy(.fibonacci, base: base, cap: cap)),
            ("decorrelated", BackoffPolicy(.decorrelated, base: base, cap: cap)),
        ]
        var table = Table("backoff", "first five waits, ms", "busiest of 100 moments")
        for (name, policy) in policies {
            var random = Generator(seed: 1)
            var previous = TimeAmount.zero
            var waits: [String] = []
            for retry in 0..<5 {
                previous = policy.delay(retry: retry, previous: previous, using: &random)
                waits.append(ms(previous))
            }
            // A thousand callers that failed in the same moment.
            let crowd = BackoffHistogram(policy, clients: 1_000, using: &random)
            table.row(name, waits.joined(separator: " "), percent(crowd.peakShare))
        }
        return table
    }
}
