extension Objective {
    /// Parses `METRIC COMPARISON BOUND`; spaces are optional.
    ///
    /// Metrics: `p50` `p90` `p99.9` `p999` (any percentile) and `max` with a duration (`50ms`, `250us`, `1.5s`);
    /// `success`, `error_rate` and `dropped` with a share (`99.9%` or `0.999`); `rate` with a number per second;
    /// `lost_writes` with a number.
    package init(_ expression: String) throws(LoadError) {
        let text = Shares.trimmed(expression)
        guard let (name, comparison, bound) = Self.split(text) else {
            throw LoadError("'\(text)' is no objective; write for example 'p99<50ms' or 'success>=99.9%'")
        }
        guard let metric = Self.metric(name) else {
            throw LoadError(
                "'\(name)' in '\(text)' is no metric; there are p50 ... p99.9, max, success, error_rate, dropped, "
                    + "rate and lost_writes")
        }
        guard let value = Self.bound(bound, of: metric) else {
            throw LoadError("'\(bound)' in '\(text)' is no bound for \(name); write \(Self.example(metric))")
        }
        self.init(expression: text, metric: metric, comparison: comparison, bound: value)
    }

    private static func split(_ text: String) -> (name: String, Comparison, bound: String)? {
        guard let start = text.firstIndex(where: { "<>=".contains($0) }) else { return nil }
        let rest = text[start...]
        // The two-character comparisons stand first.
        guard let comparison = Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) }) else { return nil }
        let name = Shares.trimmed(text[..<start])
        let bound = Shares.trimmed(rest.dropFirst(comparison.rawValue.count))
        return name.isEmpty || bound.isEmpty ? nil : (name, comparison, bound)
    }

    private static func metric(_ name: String) -> Metric? {
        switch name {
        case "max": return .maximum
        case "success": return .success
        case "error_rate": return .errorRate
        case "dropped": return .dropped
        case "rate": return .rate
        case "lost_writes": return .lostWrites
        default: break
        }
        guard name.hasPrefix("p"), let number = Shares.number(String(name.dropFirst())) else { return nil }
        if number > 0, number < 100 { return .percentile(number) }
        // p999 is 99.9, as it is in the reports, and p9999 is 99.99.
        switch name {
        case "p100": return .maximum
        case "p999": return .percentile(99.9)
        case "p9999": return .percentile(99.99)
        default: return nil
        }
    }

    private static func bound(_ text: String, of metric: Metric) -> Double? {
        switch metric {
        case .percentile, .maximum: milliseconds(text)
        case .success, .errorRate, .dropped: Shares.ratio(text)
        case .rate: Shares.number(text.hasSuffix("/s") ? String(text.dropLast(2)) : text)
        case .lostWrites: Shares.number(text)
        }
    }

    private static func milliseconds(_ text: String) -> Double? {
        for (unit, factor) in [("us", 0.001), ("ms", 1), ("s", 1000), ("m", 60_000)] where text.hasSuffix(unit) {
            if let number = Shares.number(String(text.dropLast(unit.count))) { return number * factor }
        }
        return nil
    }

    private static func example(_ metric: Metric) -> String {
        switch metric {
        case .percentile, .maximum: "a duration with its unit, such as 50ms"
        case .success, .errorRate, .dropped: "a share, such as 99.9% or 0.999"
        case .rate: "a number per second, such as 900"
        case .lostWrites: "a number, such as 0"
        }
    }
}
