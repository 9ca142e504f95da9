import MeshBase
import Resilience

enum RateLimitExample: Example {
    static let name = "rate-limit"
    static let shows = "ten requests a second for each customer, five at once"

    static func run() -> Table {
        var limiter = RateLimiter(policy: RateLimitPolicy(requests: 10, burst: 5))
        var table = Table("ms", "customer", "asked", "admitted", "try again after ms")
        for (now, customer) in [(0, 1), (0, 2), (100, 1), (1_000, 1)] as [(Int64, UInt64)] {
            let admitted = (0..<8).count { _ in limiter.admit(customer, now: at(now)) }
            let wait = limiter.retryAfter(customer, now: at(now)).map { ms($0) } ?? "-"
            table.row("\(now)", "\(customer)", "8", "\(admitted)", wait)
        }
        return table
    }
}
