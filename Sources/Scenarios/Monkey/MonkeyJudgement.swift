import Drills
import MeshBase
import Reports

/// What a mesh has to keep when it has one cell fewer, by the intervals of `DrillClaim`. The bounds are those of the catalogue.
enum MonkeyJudgement {
    /// Availability may drop by so much, a share.
    static let availability = 0.01
    /// Errors may rise by so much, a share.
    static let mostErrors = 0.02
    /// The 99th percentile may be so many times as long.
    static let slower = 1.5
    /// So much of the throughput is to be left.
    static let throughput = 0.9

    static func share(_ count: UInt64, _ all: UInt64) -> Double? { all > 0 ? Double(count) / Double(all) : nil }

    static func figures(_ window: Monkey.Window) -> MonkeyFigures {
        let answered = window.answered
        return MonkeyFigures(
            requests: answered.requests, availability: share(answered.ok, answered.requests),
            perSecond: window.length > .zero ? Double(answered.ok) / window.length.seconds : 0,
            errors: share(answered.failedAttempts, answered.attempts),
            p99: answered.latency.quantile(0.99)?.milliseconds)
    }

    /// - Parameter returned: whether the cell serves again.
    static func claims(before: Monkey.Window, after: Monkey.Window, returned: Bool) -> [DrillClaim] {
        let (was, now) = (before.answered, after.answered)
        let noise = DrillNoise(lateMilliseconds: max(before.lateness, after.lateness))
        var claims: [DrillClaim] = []
        func add(_ claim: DrillClaim, _ isComparable: Bool) {
            claims.append(isComparable ? claim : claim.unseen("nobody asked before the kill"))
        }
        let ok = share(was.ok, was.requests)
        add(
            .share("availability", now.ok, of: now.requests, .atLeast, max((ok ?? 1) - availability, 0)), ok != nil)
        let p99 = was.latency.quantile(0.99)?.milliseconds
        add(
            .quantile(
                "p99", 0.99, .atMost, (p99 ?? 0) * slower, samples: now.latency.total, noise: noise
            ) { rank in
                now.latency.quantile(Double(rank) / Double(max(now.latency.total, 1)))?.milliseconds ?? 0
            }, p99 != nil)
        // Of two counts that come at random, one is so large a share of both: which is exact for windows of any lengths.
        let rate = throughput * after.length.seconds
        let bound = rate / max(before.length.seconds + rate, .leastNormalMagnitude)
        add(.share("throughput: share of both windows", now.ok, of: was.ok + now.ok, .atLeast, bound), was.ok > 0)
        let errors = share(was.failedAttempts, was.attempts)
        add(
            .share(
                "errors of attempts", now.failedAttempts, of: now.attempts, .atMost, min((errors ?? 0) + mostErrors, 1)),
            errors != nil)
        claims.append(.count("serves again", returned ? 1 : 0, .equal, 1))
        return claims
    }
}
