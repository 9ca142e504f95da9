import MeshBase

/// What routers have answered over some time, and how attempts at cells ended: counts that only rise, so that a window is the
/// difference of two.
package struct AnswerTally: Codable, Sendable, Equatable {
    /// Requests of clients that were answered.
    package var requests: UInt64
    /// Those of them that failed with 5xx.
    package var failed: UInt64
    /// Attempts at cells.
    package var attempts: UInt64
    /// Those of them of which a client would have been told 5xx, had no other been made.
    package var failedAttempts: UInt64
    /// From the arrival of a request to its answer.
    package var latency: LatencyCounts

    /// So many; none unless told.
    package init(
        requests: UInt64 = 0, failed: UInt64 = 0, attempts: UInt64 = 0, failedAttempts: UInt64 = 0,
        latency: LatencyCounts = LatencyCounts()
    ) {
        self.requests = requests
        self.failed = failed
        self.attempts = attempts
        self.failedAttempts = failedAttempts
        self.latency = latency
    }

    /// What a router has counted since it started.
    package init(_ vitals: RouterVitals) {
        self.init(
            requests: vitals.requests?.total ?? 0, failed: vitals.requests?.failed ?? 0,
            attempts: vitals.cells?.attempts.reduce(0, &+) ?? 0,
            failedAttempts: vitals.cells?.failed.reduce(0, &+) ?? 0, latency: vitals.latency ?? LatencyCounts())
    }

    /// Those that did not fail.
    package var ok: UInt64 { requests - min(failed, requests) }

    /// Adds another's.
    package mutating func add(_ other: AnswerTally) {
        requests &+= other.requests
        failed &+= other.failed
        attempts &+= other.attempts
        failedAttempts &+= other.failedAttempts
        latency.merge(other.latency)
    }

    /// What came since another, of the same counters; nothing is below zero.
    package func since(_ other: AnswerTally) -> AnswerTally {
        func rise(_ now: UInt64, _ before: UInt64) -> UInt64 { now - min(before, now) }
        return AnswerTally(
            requests: rise(requests, other.requests), failed: rise(failed, other.failed),
            attempts: rise(attempts, other.attempts), failedAttempts: rise(failedAttempts, other.failedAttempts),
            latency: latency.since(other.latency))
    }
}

extension LatencyCounts {
    /// What was counted since another, of the same counter; nothing is below zero.
    package func since(_ other: LatencyCounts) -> LatencyCounts {
        LatencyCounts(counts: zip(counts, other.counts).map { $0 - min($1, $0) })
    }
}
