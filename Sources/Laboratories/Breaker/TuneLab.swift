import MeshBase
import Resilience

/// Settings of a breaker and of the limit before it, from what was measured (C10).
package struct TuneLab: Sendable, Equatable {
    /// Requests a second, 0.001...100000.
    package var rate = 50.0
    /// Share of failures while all is well, 0...0.5.
    package var baseline = 0.01
    /// Its standard deviation from window to window, 0...0.5; nil: that of independent requests.
    package var deviation: Double?
    /// How many deviations above the baseline are too many, 0...10.
    package var z = 3.0
    /// 99 % of the calls take no longer; 10 us...60 s.
    package var p99 = TimeAmount.milliseconds(200)
    /// For so many attempts, 1...16,
    package var attempts = 3
    /// each with so many times the limit of the one before, 1...10.
    package var factor = 1.0
    /// Windows that are counted, 0...1000000.
    package var windows = 20_000
    /// Of the count.
    package var seed: UInt64 = 1
    /// The recorded run that figures were taken from; nil: they were given.
    package var from: String?

    /// One failure in a hundred.
    package init() {}

    /// What is to be written.
    package struct Report: Sendable, Equatable {
        /// What was asked.
        package let settings: TuneLab
        /// Of the baseline, from window to window.
        package let deviation: Double
        /// The share of failures that opens.
        package let threshold: Double
        /// Of each attempt.
        package let timeouts: [TimeAmount]
        /// In calls.
        package let window: Int
        /// Share of the windows in which a target that is well reaches the threshold by chance: by the binomial distribution,
        package let predicted: Double
        /// and as counted; nil: nothing was.
        package let measured: Double?
    }

    /// Calculates, and counts windows.
    ///
    /// - Throws: for a figure out of range.
    package func run() throws(LabRefusal) -> Report {
        try LabRefusal.check("rate", rate, 0.001...100_000)
        try LabRefusal.check("baseline", baseline, 0...0.5)
        try LabRefusal.check("deviation", deviation ?? 0, 0...0.5)
        try LabRefusal.check("z", z, 0...10)
        try LabRefusal.check("seconds of p99", p99.seconds, 0.00001...60)
        try LabRefusal.check("attempts", attempts, 1...16)
        try LabRefusal.check("factor", factor, 1...10)
        try LabRefusal.check("windows", windows, 0...1_000_000)
        let window = BreakerTuning.window(rate: rate)
        let spread = deviation ?? (baseline * (1 - baseline) / Double(window)).squareRoot()
        let threshold = BreakerTuning.threshold(baseline: baseline, deviation: spread, z: z)
        let most = Self.failures(threshold, of: window)
        return Report(
            settings: self, deviation: spread, threshold: threshold,
            timeouts: (1...attempts).map { BreakerTuning.timeout(p99: p99, attempt: $0, factor: factor) },
            window: window, predicted: Self.tail(window, baseline, from: most),
            measured: windows > 0 ? count(window, from: most) : nil)
    }

    /// P(X >= k) for X of the binomial distribution, summed from its logarithms so that nothing runs out of range.
    static func tail(_ n: Int, _ p: Double, from k: Int) -> Double {
        guard k > 0 else { return 1 }
        guard k <= n, p > 0 else { return 0 }
        let odds = naturalLogarithm(p) - naturalLogarithm(1 - p)
        var term = Double(n) * naturalLogarithm(1 - p)
        var sum = 0.0
        for x in 1...n {
            term += naturalLogarithm(Double(n - x + 1)) - naturalLogarithm(Double(x)) + odds
            if x >= k { sum += exponential(term) }
            if x > k, term < -60 { break }
        }
        return min(sum, 1)
    }

    private func count(_ window: Int, from most: Int) -> Double {
        var random = Generator(seed: seed, concern: "lab/tune")
        // Of large windows fewer are counted, so that it ends.
        let counted = max(min(windows, 20_000_000 / window), 1)
        var above = 0
        for _ in 0..<counted {
            var failures = 0
            for _ in 0..<window where random.unit() < baseline { failures += 1 }
            if failures >= most { above += 1 }
        }
        return Double(above) / Double(counted)
    }
}

extension TuneLab {
    /// Rate, failures and times as a recorded run has them; what is not asked for it need not have.
    ///
    /// - Throws: where it has not.
    package mutating func take(
        _ recording: LabRecording, rate asksRate: Bool = true, baseline asksBaseline: Bool = true,
        p99 asksTime: Bool = true
    ) throws(LabRefusal) {
        if asksTime { p99 = try recording.percentiles().p99 }
        if asksRate { rate = try recording.offered() }
        if asksBaseline { baseline = try recording.baseline(most: 0.5) }
        from = recording.name
    }

    /// Failures, not shares: a window of 100 has 5 of them at 5 %, whatever the last bits say.
    static func failures(_ share: Double, of window: Int) -> Int {
        Int((share * Double(window) - 1e-9).rounded(.up))
    }

    var command: String {
        var line = LabCommandLine("tune")
        line.add("rate", number: rate)
        line.add("baseline", share: baseline)
        if let deviation { line.add("deviation", share: deviation) }
        line.add("z", number: z)
        line.add("p99", p99)
        line.add("attempts", attempts)
        line.add("factor", number: factor)
        line.add("windows", windows)
        line.add("seed", seed)
        return line.text
    }
}
