import MeshBase

/// Two arms side by side, with 95 % intervals by the bootstrap (B. Efron 1979): customers are drawn again with
/// replacement, whole, since requests of one customer are alike; the interval is what the middle 95 % of the draws give.
///
/// Customers who all fared alike are drawn alike each time, which says how the sample is and not how certain it is: a share
/// has the score interval then (E. B. Wilson 1927), and the difference of two shares that of R. G. Newcombe (1998, method 10).
/// A p99 has an interval where three requests and more lie above it.
public struct ComparisonReport: Sendable, Equatable {
    /// A figure and where it lies.
    public struct Estimate: Sendable, Equatable {
        /// Of the customers seen; nil where there is none to go by.
        public let value: Double?
        /// The interval; nil for fewer than two customers, and of a p99 for fewer than 300 requests.
        public let low: Double?
        /// The upper end, as `low`.
        public let high: Double?
    }

    /// The figures of an arm, or b less a.
    public struct Figures: Sendable, Equatable {
        /// The share of answers that are ok.
        public let success: Estimate
        /// The share of customers that stopped coming.
        public let abandonment: Estimate
        /// Milliseconds, by nearest rank, off by an eighth at most.
        public let p99: Estimate
        /// The mean quality of ok answers, 0...1.
        public let quality: Estimate

        /// By the key that reports have.
        public var all: [(name: StaticString, estimate: Estimate)] {
            [("success", success), ("abandonment", abandonment), ("p99_ms", p99), ("quality", quality)]
        }
    }

    /// One arm.
    public struct Arm: Sendable, Equatable {
        /// In the sample.
        public let customers: Int
        /// Of all customers, in the sample or not.
        public let requests: UInt64
        /// Each with its interval.
        public let figures: Figures
    }

    /// The arm of the level that customers have unless they are in b.
    public let a: Arm
    /// The arm of the given share of customers.
    public let b: Arm
    /// b less a.
    public let difference: Figures

    /// Names of the figures in which the arms differ: the interval of their difference leaves out zero.
    public var different: [String] {
        difference.all.filter { ($0.estimate.low ?? 0) > 0 || ($0.estimate.high ?? 0) < 0 }.map { "\($0.name)" }
    }

    /// Draws the intervals.
    ///
    /// - Parameters:
    ///   - now: when the run ended, of which abandonment depends.
    ///   - draws: 40...10 000; the published rule of thumb for intervals is a thousand.
    ///   - generator: the same seed gives the same report.
    public init(
        a: ComparisonTally, b: ComparisonTally, now: Instant, draws: Int = 1_000, using generator: inout Generator
    ) {
        let draws = min(max(draws, 40), 10_000)
        let armA = BootstrapArm(a, now: now)
        let armB = BootstrapArm(b, now: now)
        var samplesA = BootstrapSamples()
        var samplesB = BootstrapSamples()
        var difference = BootstrapSamples()
        for _ in 0..<draws {
            let drawA = armA.draw(using: &generator)
            let drawB = armB.draw(using: &generator)
            samplesA.add(drawA)
            samplesB.add(drawB)
            difference.add(drawB - drawA)
        }
        self.a = Arm(customers: a.count, requests: a.requests, figures: samplesA.figures(armA.whole, armA))
        self.b = Arm(customers: b.count, requests: b.requests, figures: samplesB.figures(armB.whole, armB))
        let plain = difference.figures(
            armB.whole - armA.whole, customers: min(armA.count, armB.count), requests: min(armA.sample, armB.sample))
        let (first, second) = (self.a.figures, self.b.figures)
        self.difference = Figures(
            success: plain.success.widened(by: second.success, less: first.success),
            abandonment: plain.abandonment.widened(by: second.abandonment, less: first.abandonment), p99: plain.p99,
            quality: plain.quality.widened(by: second.quality, less: first.quality))
    }
}

extension ComparisonReport.Estimate {
    /// The score interval of a share of so many customers that all fared alike.
    func scored(_ customers: Int) -> Self {
        guard let value, let low, let high, low == high, customers > 0 else { return self }
        let (n, z) = (Double(customers), 1.96)
        let middle = (value + z * z / (2 * n)) / (1 + z * z / n)
        let half = z * (value * (1 - value) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
        return Self(value: value, low: max(min(middle - half, value), 0), high: min(max(middle + half, value), 1))
    }

    /// A difference is no more certain than the two shares that it is of.
    func widened(by b: Self, less a: Self) -> Self {
        guard let value, let low, let high, let b = b.ends, let a = a.ends else { return self }
        func root(_ x: Double, _ y: Double) -> Double { (x * x + y * y).squareRoot() }
        return Self(
            value: value, low: min(low, value - root(b.value - b.low, a.high - a.value)),
            high: max(high, value + root(b.high - b.value, a.value - a.low)))
    }

    private var ends: (value: Double, low: Double, high: Double)? {
        guard let value, let low, let high else { return nil }
        return (value, low, high)
    }
}

/// The four figures of one draw; not a number where there is nothing to go by.
struct BootstrapDraw {
    var success = Double.nan
    var abandonment = Double.nan
    var p99 = Double.nan
    var quality = Double.nan

    static func - (b: BootstrapDraw, a: BootstrapDraw) -> BootstrapDraw {
        BootstrapDraw(
            success: b.success - a.success, abandonment: b.abandonment - a.abandonment, p99: b.p99 - a.p99,
            quality: b.quality - a.quality)
    }
}

/// The draws of each figure.
struct BootstrapSamples {
    private var success: [Double] = []
    private var abandonment: [Double] = []
    private var p99: [Double] = []
    private var quality: [Double] = []

    mutating func add(_ draw: BootstrapDraw) {
        if !draw.success.isNaN { success.append(draw.success) }
        if !draw.abandonment.isNaN { abandonment.append(draw.abandonment) }
        if !draw.p99.isNaN { p99.append(draw.p99) }
        if !draw.quality.isNaN { quality.append(draw.quality) }
    }

    /// Of an arm.
    func figures(_ whole: BootstrapDraw, _ arm: borrowing BootstrapArm) -> ComparisonReport.Figures {
        let plain = figures(whole, customers: arm.count, requests: arm.sample)
        return ComparisonReport.Figures(
            success: plain.success.scored(arm.count), abandonment: plain.abandonment.scored(arm.count), p99: plain.p99,
            quality: plain.quality.scored(arm.count))
    }

    func figures(_ whole: BootstrapDraw, customers: Int, requests: Double) -> ComparisonReport.Figures {
        let hasIntervals = customers > 1
        return ComparisonReport.Figures(
            success: estimate(whole.success, success, hasIntervals),
            abandonment: estimate(whole.abandonment, abandonment, hasIntervals),
            p99: estimate(whole.p99, p99, hasIntervals && requests >= 300),
            quality: estimate(whole.quality, quality, hasIntervals))
    }

    private func estimate(_ value: Double, _ draws: [Double], _ hasInterval: Bool) -> ComparisonReport.Estimate {
        guard !value.isNaN else { return .init(value: nil, low: nil, high: nil) }
        guard hasInterval, draws.count >= 40 else { return .init(value: value, low: nil, high: nil) }
        let sorted = draws.sorted()
        // As many draws lie below the low end as above the high one.
        let outside = Int(0.025 * Double(sorted.count))
        return .init(value: value, low: sorted[outside], high: sorted[sorted.count - 1 - outside])
    }
}

/// The customers of an arm, laid out for drawing: durations as counts in the buckets that occur.
struct BootstrapArm {
    private struct Row {
        let requests: Double
        let ok: Double
        let quality: Double
        /// 1 or 0, or not a number where nothing is known.
        let abandoned: Double
        let counts: Range<Int>
    }

    private var rows: [Row] = []
    /// Position in `milliseconds`, and count.
    private var counts: [(bucket: Int, count: UInt32)] = []
    /// Upper ends of buckets, rising.
    private var milliseconds: [Double] = []
    /// Of all customers, each once.
    private(set) var whole = BootstrapDraw()
    /// Requests of these customers.
    private(set) var sample = 0.0

    var count: Int { rows.count }

    init(_ tally: ComparisonTally, now: Instant) {
        // In the order of hashes: a dictionary has another one in each process, and the report would too.
        let customers = tally.customers.sorted { $0.key < $1.key }.map(\.value)
        let ends = Set(customers.flatMap { $0.durations.buckets.map(\.upTo) }).sorted()
        milliseconds = ends.map(\.milliseconds)
        var position: [TimeAmount: Int] = [:]
        for (index, end) in ends.enumerated() { position[end] = index }
        for customer in customers {
            let begin = counts.count
            for bucket in customer.durations.buckets { counts.append((position[bucket.upTo] ?? 0, bucket.count)) }
            rows.append(
                Row(
                    requests: Double(customer.requests), ok: Double(customer.ok), quality: customer.quality,
                    abandoned: customer.isAbandoned(now: now).map { $0 ? 1 : 0 } ?? .nan, counts: begin..<counts.count))
        }
        var rowsOfAll = Sums(buckets: milliseconds.count)
        for index in rows.indices { add(index, to: &rowsOfAll) }
        whole = figures(rowsOfAll)
        sample = rowsOfAll.requests
    }

    /// As many customers as there are, each drawn from all.
    func draw(using generator: inout Generator) -> BootstrapDraw {
        var sums = Sums(buckets: milliseconds.count)
        for _ in rows.indices { add(Int(generator.below(UInt64(rows.count))), to: &sums) }
        return figures(sums)
    }

    private struct Sums {
        var requests = 0.0
        var ok = 0.0
        var quality = 0.0
        var known = 0.0
        var abandoned = 0.0
        var buckets: [UInt64]
        init(buckets: Int) { self.buckets = Array(repeating: 0, count: buckets) }
    }

    private func add(_ index: Int, to sums: inout Sums) {
        let row = rows[index]
        sums.requests += row.requests
        sums.ok += row.ok
        sums.quality += row.quality
        if !row.abandoned.isNaN {
            sums.known += 1
            sums.abandoned += row.abandoned
        }
        for (bucket, count) in counts[row.counts] { sums.buckets[bucket] += UInt64(count) }
    }

    private func figures(_ sums: Sums) -> BootstrapDraw {
        var draw = BootstrapDraw()
        guard sums.requests > 0 else { return draw }
        draw.success = sums.ok / sums.requests
        if sums.known > 0 { draw.abandonment = sums.abandoned / sums.known }
        if sums.ok > 0 { draw.quality = sums.quality / sums.ok }
        let wanted = UInt64((sums.requests * 0.99).rounded(.up))
        var seen: UInt64 = 0
        for (bucket, count) in sums.buckets.enumerated() {
            seen += count
            if seen >= wanted {
                draw.p99 = milliseconds[bucket]
                break
            }
        }
        return draw
    }
}
