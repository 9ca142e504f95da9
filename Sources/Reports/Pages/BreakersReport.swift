/// `breaker ls -o json`, and what each process answers to `GET /v1/breakers`.
package struct BreakersReport: Codable, Sendable, Equatable {
    /// One gate with what it saw of its target.
    package struct Gate: Codable, Sendable, Equatable {
        /// NODE/FROM/TO.
        package var name: String
        package var node: String
        package var cell: String
        package var from: String
        package var to: String
        /// `closed open half-open slow-recovery forced-open disabled metrics-only`.
        package var state: String
        /// Shares of calls, 0...1; nil below the volume.
        @Nullable package var failureRate: Double?
        @Nullable package var slowRate: Double?
        package var calls: Int
        @Nullable package var threshold: Double?
        package var volume: Int
        package var refused: UInt64
        package var openings: UInt64
        /// Until it lets something through again.
        @Nullable package var untilMilliseconds: Int64?
        /// Since its state last changed.
        package var sinceMilliseconds: Int64
        package var forced: Bool
        @Nullable package var influence: Double?
        /// What the detectors call its target.
        package var mode: String
        package var predicted: Bool
        /// Its places, those that are taken, who waits for one, and how many found none.
        package var limit: Int
        package var busy: Int
        package var waiting: Int
        package var full: UInt64
        /// The limit of an attempt.
        package var attemptMilliseconds: Int64
        @Nullable package var p50Milliseconds: Double?
        @Nullable package var p99Milliseconds: Double?
        package var results: Results

        private enum CodingKeys: String, CodingKey {
            case name, node, cell, from, to, state
            case failureRate = "failure_rate"
            case slowRate = "slow_rate"
            case calls, threshold, volume, refused, openings
            case untilMilliseconds = "until_ms"
            case sinceMilliseconds = "since_ms"
            case forced, influence, mode, predicted, limit, busy, waiting, full
            case attemptMilliseconds = "attempt_ms"
            case p50Milliseconds = "p50_ms"
            case p99Milliseconds = "p99_ms"
            case results
        }
    }

    /// What attempts counted for.
    package struct Results: Codable, Sendable, Equatable {
        package var ok: UInt64
        package var failed: UInt64
        package var slow: UInt64
        package var ignored: UInt64
    }

    package var schema = ReportJSON.schema
    package var breakers: [Gate]

    package init(_ breakers: [Gate]) { self.breakers = breakers }
}
