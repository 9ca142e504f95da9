import Drills
import MeshBase

/// A service level objective over a whole run, as `--slo` takes it: `p99<50ms`, `success>=99.9%`, `rate>=900`.
package struct Objective: Hashable, Sendable {
    package enum Metric: Hashable, Sendable {
        /// A percentile of the latency in milliseconds, 0...100.
        case percentile(Double)
        case maximum
        /// Shares of all requests, 0...1: `success` answered as meant, `error_rate` the rest, `dropped` never sent.
        case success
        case errorRate
        case dropped
        /// Answered requests per second.
        case rate
        /// Acknowledged writes that were not there at the end.
        case lostWrites
    }

    package typealias Comparison = DrillClaim.Comparison

    /// As it was written.
    package let expression: String
    package let metric: Metric
    package let comparison: Comparison
    /// Milliseconds, a ratio, requests per second or a number, by metric.
    package let bound: Double

    init(expression: String, metric: Metric, comparison: Comparison, bound: Double) {
        self.expression = expression
        self.metric = metric
        self.comparison = comparison
        self.bound = bound
    }

    /// An objective without anything to measure is not met: `observed` is nil then.
    func judge(_ observed: Double?) -> ObjectiveResult {
        ObjectiveResult(
            expression: expression, ok: observed.map { comparison.holds($0, bound) } ?? false, observed: observed)
    }
}

/// Whether a run met an objective.
package struct ObjectiveResult: Hashable, Sendable, Codable {
    package var expression: String
    package var ok: Bool
    /// In the unit of the metric; nil when nothing was measured.
    package var observed: Double?

    package init(expression: String, ok: Bool, observed: Double?) {
        self.expression = expression
        self.ok = ok
        self.observed = observed
    }
}
