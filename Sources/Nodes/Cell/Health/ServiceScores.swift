import MeshBase
import Resilience

/// How well what a process does goes, by service: the worst one weighs, so that a service that fails is not hidden by
/// others that do not.
///
/// Two shares are kept apart, and the lesser counts: what callers got, failures of what the service needs included, and
/// what was its own, as breakers count it (a callee that hangs is slow for its callers, and answers none of them).
struct ServiceScores: Sendable {
    /// Of fewer calls than these the missing ones count as good: one failure makes no service bad.
    static let least = 10
    /// What came of a call says nothing any more once it is so old, whoever called since.
    static let memory = TimeAmount.seconds(60)
    /// Results within so long of each other grow old together.
    static let grain = TimeAmount.seconds(5)

    /// What has been counted of a service since the start; it only rises.
    struct Counts: Sendable, Equatable {
        var calls: UInt64
        var ok: UInt64
        var bad: UInt64
    }

    /// How one service is.
    struct Score: Sendable, Equatable {
        /// By its place in the blueprint.
        let service: Int
        /// The share of its calls that went well, 0...1.
        let success: Double
        /// Calls that went well.
        let good: Int
        /// Calls that the share stands on, 0...100.
        let count: Int
        /// The share by what was its own, which tells the cause from those that suffer by it.
        let own: Double
    }

    fileprivate struct Service {
        var got = HealthScore()
        var own: HealthScore?
        var seen = Counts(calls: 0, ok: 0, bad: 0)
        /// How many results had been taken in by when, the newest last: at most one a grain, and one that is older than the memory.
        var marks: [Mark] = []
    }
    fileprivate struct Mark {
        var at: Instant
        var got: UInt64
        var own: UInt64
    }
    private var services: [Service]

    init(_ count: Int) { services = Array(repeating: Service(), count: count) }

    /// Takes in what came of the calls of a service since the last look; only the last hundred count, and of these those of the
    /// last minute.
    ///
    /// - Parameter own: how its own work goes; nil where nobody counts that.
    /// - Returns: how many results of `own` are young enough to count on; nil for all of them.
    mutating func take(_ number: Int, _ counts: Counts, own: HealthScore?, now: Instant) -> Int? {
        let seen = services[number].seen
        services[number].seen = counts
        services[number].own = own
        let (good, bad) = (counts.ok &- seen.ok, counts.bad &- seen.bad)
        let all = good &+ bad
        if all > 0 {
            let kept = min(all, UInt64(ResultHistory.limit))
            // A failure among many is not lost by rounding.
            let failures = (bad * kept + all - 1) / all
            for _ in 0..<failures { services[number].got.record(false) }
            for _ in failures..<kept { services[number].got.record(true) }
        }
        return services[number].age(now: now)
    }

    /// Of each service, in the order of the blueprint.
    var all: [Score] { services.indices.map { self[$0] } }

    private subscript(number: Int) -> Score {
        let (got, own) = (services[number].got, services[number].own)
        let success = got.success(ofAtLeast: Self.least)
        let ownSuccess = own?.success(ofAtLeast: Self.least) ?? 1
        return Score(
            service: number, success: min(success, ownSuccess), good: ownSuccess < success ? own?.good ?? 0 : got.good,
            count: ownSuccess < success ? own?.count ?? 0 : got.count, own: ownSuccess)
    }

    /// The worst: of equals the one whose own work is worst, which is the cause rather than who suffers by it.
    var worst: Score? {
        var worst: Score?
        for number in services.indices {
            let score = self[number]
            if let known = worst, (known.success, known.own) <= (score.success, score.own) { continue }
            worst = score
        }
        return worst
    }
}

extension ServiceScores.Service {
    /// What is older than the memory counts no more.
    ///
    /// - Returns: as of `take`.
    fileprivate mutating func age(now: Instant) -> Int? {
        let (all, ownAll) = (got.recorded, own?.recorded ?? 0)
        let isNews = marks.last.map { ($0.got, $0.own) != (all, ownAll) } ?? (all > 0 || ownAll > 0)
        if isNews, marks.last.map({ now - $0.at >= ServiceScores.grain }) ?? true {
            marks.append(.init(at: now, got: all, own: ownAll))
        }
        guard let old = marks.lastIndex(where: { now - $0.at >= ServiceScores.memory }) else { return nil }
        marks.removeFirst(old)
        got.keep(newest: Int(clamping: all &- marks[0].got))
        let young = Int(clamping: ownAll &- marks[0].own)
        own?.keep(newest: young)
        return young
    }
}
