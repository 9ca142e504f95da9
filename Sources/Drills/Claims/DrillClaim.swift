import MeshBase

/// Something that a drill says of the mesh, with what was seen, and whether that keeps it.
///
/// Of three classes, since noise excuses slowness and never loss. A count is exact: one lost write too many is one too
/// many on any machine. A share is judged by Wilson's interval, each end that of a one-sided test at 95 %. A time is
/// judged by how exactly it was measured (a percentile by the interval of its order statistic), and not at all on a machine
/// that was too busy to measure it.
public struct DrillClaim: Sendable, Codable, Equatable {
    /// What kind of figure it is about.
    public enum Class: String, Sendable, Codable, CaseIterable {
        case count, share, timing
    }
    /// How the figure has to stand to the bound.
    public enum Comparison: String, Sendable, Codable, CaseIterable {
        case atMost = "<="
        case atLeast = ">="
        case equal = "=="
        case below = "<"
        case above = ">"

        /// Whether a ratio can only just meet the bound: one request that has not the property, or has it, breaks it. What
        /// was counted is exact then.
        func isExtreme(_ bound: Double) -> Bool {
            switch self {
            case .atLeast: bound >= 1
            case .atMost: bound <= 0
            case .equal: true
            case .below, .above: false
            }
        }

        /// Whether one figure stands so to another, but for what binary fractions make of them.
        package func holds(_ a: Double, _ b: Double) -> Bool {
            // 99.9 / 100 is not 999 / 1000 in binary; far below what anything here can measure.
            let isEqual = abs(a - b) <= 1e-12 * max(1, abs(b))
            return switch self {
            case .below: a < b && !isEqual
            case .atMost: a < b || isEqual
            case .above: a > b && !isEqual
            case .atLeast: a > b || isEqual
            case .equal: isEqual
            }
        }

        /// Whether a figure that lies from `low` to `high` stands so to a bound, does not, or may do either.
        func verdict(_ low: Double, _ high: Double, _ bound: Double) -> Verdict {
            func split(_ isKept: Bool, _ isBroken: Bool) -> Verdict {
                isKept ? .met : isBroken ? .deviated : .undecided
            }
            return switch self {
            case .atMost: split(high <= bound, low > bound)
            case .below: split(high < bound, low >= bound)
            case .atLeast: split(low >= bound, high < bound)
            case .above: split(low > bound, high <= bound)
            case .equal: split(low == bound && high == bound, low > bound || high < bound)
            }
        }
    }
    /// Whether it is kept.
    public enum Verdict: String, Sendable, Codable, CaseIterable {
        case met, deviated
        /// What was seen agrees with both.
        case undecided
    }

    /// In words, for people; the same for every run of a drill.
    public let name: String
    /// Of the figure.
    public let `class`: Class
    /// How `observed` has to stand to `bound`.
    public let comparison: Comparison
    /// A number, a ratio 0...1, or milliseconds, by `class`.
    public let bound: Double
    /// What was seen; nil where nothing could be.
    public let observed: Double?
    /// The lower end of what agrees with what was seen; nil where nothing was.
    public let low: Double?
    /// The upper end; nil where nothing was seen.
    public let high: Double?
    /// Whether it is kept.
    public let verdict: Verdict
    /// How many requests would decide, of a share that as many could not; nil where more of them would not help.
    public let needed: Int?
    /// Why it is undecided, or what was counted; nil where there is nothing to add.
    public let detail: String?

    /// Half the width of a share's interval in standard deviations: a one-sided test at 95 %.
    public static let deviations = 1.6448536269514722

    init(
        _ name: String, _ class: Class, _ comparison: Comparison, _ bound: Double, observed: Double?, low: Double?,
        high: Double?, verdict: Verdict, needed: Int? = nil, detail: String? = nil
    ) {
        self.name = name
        self.class = `class`
        self.comparison = comparison
        self.bound = bound
        self.observed = observed
        self.low = low
        self.high = high
        self.verdict = verdict
        self.needed = needed
        self.detail = detail
    }

    /// The same claim under another name.
    package func named(_ name: String) -> DrillClaim {
        DrillClaim(
            name, `class`, comparison, bound, observed: observed, low: low, high: high, verdict: verdict,
            needed: needed, detail: detail)
    }

    /// Whether it is broken whatever is seen after that: so much was counted that it can only become more.
    package var isBroken: Bool {
        guard verdict == .deviated, `class` == .count, let low else { return false }
        return switch comparison {
        case .atMost, .below: true
        case .equal: low > bound
        case .atLeast, .above: false
        }
    }

    /// The same claim where nothing is known of it, whatever figure it was given.
    ///
    /// - Parameter why: in words.
    public func unseen(_ why: String) -> DrillClaim {
        DrillClaim(
            name, `class`, comparison, bound, observed: nil, low: nil, high: nil, verdict: .undecided, detail: why)
    }

    /// A number of things, which is exact.
    ///
    /// - Parameters:
    ///   - observed: nil where it could not be counted.
    ///   - bound: as it is written: fewer than 0.5 are none.
    ///   - unknown: so many more there may be, of which nothing is known: with them a kept bound is undecided.
    public static func count(
        _ name: String, _ observed: Int?, _ comparison: Comparison = .atMost, _ bound: Double = 0, unknown: Int = 0,
        detail: String? = nil
    ) -> DrillClaim {
        guard let observed else {
            return DrillClaim(
                name, .count, comparison, bound, observed: nil, low: nil, high: nil, verdict: .undecided,
                detail: detail ?? "it could not be counted")
        }
        let (low, high) = (observed, observed + max(unknown, 0))
        let verdict = comparison.verdict(Double(low), Double(high), bound)
        return DrillClaim(
            name, .count, comparison, bound, observed: Double(observed), low: Double(low), high: Double(high),
            verdict: verdict, detail: verdict == .undecided && detail == nil ? "\(unknown) are not known" : detail)
    }

    /// A number of which every digit counts, such as requests a second.
    public static func figure(
        _ name: String, _ observed: Double?, _ comparison: Comparison, _ bound: Double, detail: String? = nil
    ) -> DrillClaim {
        guard let observed else {
            return DrillClaim(
                name, .count, comparison, bound, observed: nil, low: nil, high: nil, verdict: .undecided,
                detail: detail ?? "it could not be counted")
        }
        return DrillClaim(
            name, .count, comparison, bound, observed: observed, low: observed, high: observed,
            verdict: comparison.verdict(observed, observed, bound), detail: detail)
    }

    /// Of something that there was none of, so that it was not more than anything: kept by what bounds it from above alone.
    public static func none(_ name: String, _ comparison: Comparison, _ bound: Double, detail: String) -> DrillClaim {
        let isKept = comparison == .below || comparison == .atMost
        return DrillClaim(
            name, .count, comparison, bound, observed: nil, low: nil, high: nil, verdict: isKept ? .met : .undecided,
            detail: detail)
    }

    /// A share of requests, at least the bound.
    ///
    /// - Parameters:
    ///   - count: how many of the samples have the property.
    ///   - bound: a ratio 0...1.
    public static func share(
        _ name: String, _ count: UInt64, of samples: UInt64, atLeast bound: Double
    ) -> DrillClaim { share(name, count, of: samples, .atLeast, bound) }

    /// A share of requests, which has to stand to the bound, a ratio 0...1, as the comparison says.
    ///
    /// - Parameter count: how many of the samples have the property.
    public static func share(
        _ name: String, _ count: UInt64, of samples: UInt64, _ comparison: Comparison, _ bound: Double
    ) -> DrillClaim {
        guard samples > 0 else {
            let ideal = comparison == .atLeast || comparison == .above ? 1.0 : 0
            return DrillClaim(
                name, .share, comparison, bound, observed: nil, low: nil, high: nil, verdict: .undecided,
                needed: needed(share: ideal, comparison, bound: bound), detail: "no request was counted")
        }
        let interval = WilsonInterval(count: count, of: samples, deviations: deviations)
        let (low, high) =
            comparison.isExtreme(bound)
            ? (interval.share, interval.share) : (interval.low, interval.high)
        let verdict = comparison.verdict(low, high, bound)
        return DrillClaim(
            name, .share, comparison, bound, observed: interval.share, low: low, high: high,
            verdict: verdict,
            needed: verdict == .undecided ? needed(share: interval.share, comparison, bound: bound) : nil,
            detail: "\(count) of \(samples)")
    }

    /// The fewest requests of such a share whose interval is on one side of the bound, up to 10^12; nil for none.
    static func needed(share: Double, _ comparison: Comparison = .atLeast, bound: Double) -> Int? {
        func decides(_ samples: UInt64) -> Bool {
            let count = UInt64((share * Double(samples)).rounded())
            let interval = WilsonInterval(count: count, of: samples, deviations: deviations)
            return comparison.verdict(interval.low, interval.high, bound) != .undecided
        }
        var high: UInt64 = 1
        while !decides(high) {
            guard high < 1_000_000_000_000 else { return nil }
            high *= 2
        }
        var low = high / 2
        while low + 1 < high {
            let middle = low + (high - low) / 2
            if decides(middle) { high = middle } else { low = middle }
        }
        return Int(high)
    }

    /// A time that was measured once, or of everything that it is about, so that only its resolution is in doubt.
    ///
    /// - Parameters:
    ///   - observed: nil where it did not happen.
    ///   - resolution: it was that much shorter at most.
    ///   - noise: what the machine did meanwhile.
    public static func timing(
        _ name: String, _ observed: TimeAmount?, atMost bound: TimeAmount, resolution: TimeAmount = .zero,
        noise: DrillNoise, detail: String? = nil
    ) -> DrillClaim {
        let limit = bound.milliseconds
        guard let observed else {
            return DrillClaim(
                name, .timing, .atMost, limit, observed: nil, low: nil, high: nil, verdict: .undecided,
                detail: detail ?? "it did not happen")
        }
        let high = observed.milliseconds
        let low = max((observed - resolution).milliseconds, 0)
        var verdict: Verdict = high <= limit ? .met : low > limit ? .deviated : .undecided
        var detail = detail
        if let trouble = noise.trouble(forBound: bound) {
            verdict = .undecided
            detail = trouble
        }
        return DrillClaim(
            name, .timing, .atMost, limit, observed: high, low: low, high: high, verdict: verdict, detail: detail)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(`class`, forKey: .class)
        try container.encode(comparison, forKey: .comparison)
        try container.encode(bound, forKey: .bound)
        try container.encode(observed, forKey: .observed)
        try container.encode(low, forKey: .low)
        try container.encode(high, forKey: .high)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(needed, forKey: .needed)
        try container.encode(detail, forKey: .detail)
    }
    private enum CodingKeys: String, CodingKey {
        case name, `class`, comparison, bound, observed, low, high, verdict, needed, detail
    }
}

/// How busy the machine was while a drill measured.
public struct DrillNoise: Sendable, Codable, Equatable {
    /// How late the load generator was with what it was to send, 99th percentile in milliseconds.
    public var lateMilliseconds: Double
    /// Requests that it could not send at all.
    public var dropped: UInt64

    /// 0 or more each.
    public init(lateMilliseconds: Double = 0, dropped: UInt64 = 0) {
        self.lateMilliseconds = lateMilliseconds
        self.dropped = dropped
    }

    /// Why no time with such a bound can be judged; nil where it can.
    public func trouble(forBound bound: TimeAmount) -> String? {
        if dropped > 0 { return "the load generator dropped \(dropped) requests" }
        guard lateMilliseconds > bound.milliseconds / 5 else { return nil }
        return "the machine was too busy: the load generator was late by more than a fifth of the bound"
    }

    private enum CodingKeys: String, CodingKey {
        case dropped
        case lateMilliseconds = "late_p99_ms"
    }
}
