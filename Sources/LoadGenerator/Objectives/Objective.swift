import Drills
import MeshBase

/// A service level objective over a whole run, as `--slo` takes it: `p99<50ms`, `success>=99.9%`, `rate>=900`. It is a bound
/// as scenarios have them, of a figure that a load alone can tell, of all its requests.
package struct Objective: Hashable, Sendable {
    package typealias Metric = Measure.Figure
    package typealias Comparison = DrillClaim.Comparison

    /// As it was written.
    package let expression: String
    package let metric: Metric
    package let comparison: Comparison
    /// Milliseconds, a ratio, requests per second or a number, by metric.
    package let bound: Double

    /// Parses `METRIC COMPARISON BOUND`; spaces are optional. See `MeasureBound`.
    package init(_ expression: String) throws(LoadError) {
        let text = String(expression.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        let known = "; a load has p50 ... p99.9, max, success, error_rate, dropped, rate and lost_writes"
        let bound: MeasureBound
        do throws(MeasureBound.Invalid) { bound = try MeasureBound(text: text) } catch {
            throw LoadError("'\(text)' is no objective: \(error.message)\(known)")
        }
        guard bound.measure.scope == nil, Self.isKnown(bound.measure.figure), case .figure(let figure) = bound.bound
        else {
            throw LoadError("'\(text)' is no objective of a load as a whole\(known)")
        }
        self.expression = text
        (metric, comparison, self.bound) = (bound.measure.figure, bound.comparison, figure)
    }

    /// Whether a load can tell it.
    private static func isKnown(_ figure: Metric) -> Bool {
        switch figure {
        case .percentile, .longest, .success, .errorRate, .dropped, .rate, .lostWrites: true
        default: false
        }
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
