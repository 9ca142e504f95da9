import Drills
import MeshBase

/// What has to be kept, in the words of k6: `http_req_duration`, `http_req_failed` and `http_reqs`, of all requests or of those with a
/// tag.
package struct ScenarioThreshold: Sendable, Equatable {
    /// As it is told: `http_req_duration{region:us-east} p(95)<200`.
    package var text: String
    package var bound: MeasureBound
    /// All is taken back at once where it is not kept.
    package var aborts = false
    /// How long that is not looked at, from the beginning of the method on.
    package var delay = TimeAmount.zero

    /// Metrics, and what can be had of each.
    package static let metrics: [(name: String, figures: [String])] = [
        ("http_req_duration", ["avg", "min", "med", "max", "p(N)"]), ("http_req_failed", ["rate"]),
        ("http_reqs", ["count", "rate"]),
    ]
    /// Tags of a metric.
    package static let tags = ["cell", "region", "service", "kind", "priority"]

    /// A metric with at most one tag.
    package struct Metric: Sendable, Equatable {
        package var name: String
        package var scope: Measure.Scope?
        /// As it was written.
        package var text: String

        /// Parses `http_reqs` and `http_reqs{kind:reads}`.
        package init(text: String) throws(MeasureBound.Invalid) {
            let plain = text.filter { $0 != " " }
            self.text = plain
            name = String(plain.prefix { $0 != "{" })
            let names = ScenarioThreshold.metrics.map(\.name)
            guard names.contains(name) else {
                throw MeasureBound.Invalid(
                    "there is no metric '\(name.prefix(64))' here", unknown: name, among: names)
            }
            let rest = plain.dropFirst(name.count)
            guard !rest.isEmpty else { return }
            guard rest.hasSuffix("}"), !rest.contains(",") else {
                throw MeasureBound.Invalid(
                    rest.contains(",")
                        ? "requests are told apart by one tag at a time"
                        : "a tag is written as '\(name){region:us-east}'")
            }
            let parts = rest.dropFirst().dropLast().split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2, ScenarioThreshold.tags.contains(parts[0]) else {
                let word = parts.first ?? ""
                throw MeasureBound.Invalid(
                    "requests are not told apart by '\(word.prefix(64))'", unknown: word, among: ScenarioThreshold.tags)
            }
            scope = try Measure.Scope(parts[0], parts[1])
            if case .notService = scope { throw MeasureBound.Invalid("a tag names one service") }
        }
    }

    /// Parses `p(95)<200`, `rate<0.01`, `count>1000`; times are milliseconds.
    package init(_ metric: Metric, _ expression: String) throws(MeasureBound.Invalid) {
        guard expression.utf8.count <= 256 else { throw MeasureBound.Invalid("a threshold has at most 256 bytes") }
        let plain = expression.filter { $0 != " " }
        guard let place = plain.firstIndex(where: { "<>=!".contains($0) }) else {
            throw MeasureBound.Invalid("'\(expression.prefix(64))' says no bound; write for example 'p(95)<200'")
        }
        let (word, rest) = (String(plain[..<place]), plain[place...])
        let sign = rest.prefix { "<>=!".contains($0) }
        let comparison: DrillClaim.Comparison? = sign == "===" ? .equal : DrillClaim.Comparison(rawValue: String(sign))
        guard let comparison else {
            throw MeasureBound.Invalid("'\(sign.prefix(8))' is no comparison here: <, <=, ==, >=, >")
        }
        guard let number = Syntax.decimal(rest.dropFirst(sign.count)) else {
            throw MeasureBound.Invalid(
                "'\(rest.dropFirst(sign.count).prefix(64))' is no number"
                    + (metric.name == "http_req_duration" ? " of milliseconds, written without a unit" : ""))
        }
        let figure = try Self.figure(metric.name, word)
        if figure.unit == .share, number > 1 { throw MeasureBound.Invalid("a rate of failures is from 0 to 1") }
        bound = MeasureBound(Measure(figure, metric.scope), comparison, .figure(number))
        text = "\(metric.text) \(plain)"
    }

    private static func figure(_ metric: String, _ word: String) throws(MeasureBound.Invalid) -> Measure.Figure {
        switch (metric, word) {
        case ("http_req_failed", "rate"): return .errorRate
        case ("http_reqs", "count"): return .requests
        case ("http_reqs", "rate"): return .requestRate
        case ("http_req_duration", "avg"): return .average
        case ("http_req_duration", "min"): return .shortest
        case ("http_req_duration", "max"): return .longest
        case ("http_req_duration", "med"): return .percentile(50)
        default: break
        }
        if metric == "http_req_duration", word.hasPrefix("p("), word.hasSuffix(")") {
            guard let percent = Syntax.decimal(word.dropFirst(2).dropLast()), percent > 0, percent < 100 else {
                throw MeasureBound.Invalid(
                    "'\(word.prefix(64))' is no percentile: above 0 and below 100, and 'max' for all")
            }
            return .percentile(percent)
        }
        let known = metrics.first { $0.name == metric }?.figures ?? []
        throw MeasureBound.Invalid("'\(metric)' has no '\(word.prefix(64))'", unknown: word, among: known)
    }
}
