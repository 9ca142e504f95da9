import MeshBase

/// How the failures of a run grow and swing (F6): F(t) = A e^(beta t) sin(omega t + phi), fitted to the share of requests that failed in
/// each second, when it was to be seen, and how fast it spread.
public struct FailureWave: Sendable, Codable, Equatable {
    /// The wave that is nearest to the series.
    public struct Fit: Sendable, Codable, Equatable {
        /// As a share of the requests, above 0.
        public var a: Double
        /// Growth a second.
        public var beta: Double
        /// Radians a second, above 0.
        public var omega: Double
        /// Radians, within -pi...pi.
        public var phi: Double
        /// The share of the series' squares that it explains, 0...1.
        public var r2: Double
        /// The share of what a flat line leaves that it explains, less what its four figures would explain of chance; 1 is all. Nil
        /// in reports of earlier releases.
        public var adjusted: Double?
        /// Whether the curve itself rises or falls. Nil in reports of earlier releases.
        public var course: Course?
        /// Values that it was fitted to, from `from` on.
        public var points: Int

        /// What it says at a time.
        ///
        /// - Parameter t: seconds since the first value that it was fitted to.
        package func callAsFunction(_ t: Double) -> Double { Wave(a: a, beta: beta, omega: omega, phi: phi)(t) }

        private enum CodingKeys: String, CodingKey {
            case a, beta, omega, phi, r2, points, course
            case adjusted = "adjusted_r2"
        }
    }

    /// What becomes of a wave over the time that it was fitted to: an envelope that rises, times a sine that falls, is no growth.
    public enum Course: String, Sendable, Codable, CaseIterable {
        /// Envelope and curve rise.
        case growing
        /// Both fall.
        case dying = "dying-away"
        /// Neither: it swings, or the two go different ways.
        case level
    }

    /// Nil where there is none; `missing` says why.
    public var fit: Fit?
    /// Why nothing was fitted, in words.
    public var missing: String?
    /// Shares of the requests that failed, 0...1, one for each period since the cause.
    public var errors: [Double]
    /// Requests that failed, of all periods.
    public var failed: UInt64
    /// The length of a period in milliseconds.
    public var periodMilliseconds: Double
    /// The first period that the wave was fitted to: the first in which anything failed.
    public var from: Int
    /// The period from which on nearly all requests failed, so that nothing could grow any more; nil where none was.
    public var saturated: Int?
    /// From the cause to the end of the first period in which so many failed that somebody sees it, in milliseconds.
    public var detectionMilliseconds: Double?
    /// How many times as long a person takes.
    public var humanRatio: Double?
    /// Services that were reached each second, from the first to the last; nil where less than two were.
    public var servicesPerSecond: Double?
    /// Cells likewise.
    public var cellsPerSecond: Double?

    /// So long a person takes to act.
    public static let human = TimeAmount.minutes(5)
    /// The share of requests that somebody sees fail, here of all, of a service or of a cell.
    package static let seen = 0.05
    /// From this share on it is saturated.
    package static let saturation = 0.95
    /// Fewer failures, or periods, make no wave.
    package static let leastFailures: UInt64 = 10
    /// See `leastFailures`.
    package static let leastPoints = 8
    /// A wave whose adjusted share (`Fit.adjusted`) is less is no better than a flat line.
    package static let leastAdjusted = 0.5
    /// The last third of a curve that grows is so many times as high as its first, in the root of its squares.
    package static let leastGrown = 1.1
    /// Periods at most: of more two become one.
    package static let mostPoints = 240

    /// - Parameters:
    ///   - requests: of each period since the cause.
    ///   - failed: of these.
    ///   - period: the length of one, above 0.
    ///   - services: for each service that failures reached, the first period in which they did.
    ///   - cells: for each cell, likewise.
    package init(
        requests: [UInt64], failed: [UInt64], period: TimeAmount, services: [Int] = [], cells: [Int] = []
    ) {
        var (requests, failed, period) = (requests, failed, period)
        var folds: Int64 = 1
        while requests.count > Self.mostPoints {
            (requests, failed, period, folds) = (Self.folded(requests), Self.folded(failed), period * 2, folds * 2)
        }
        errors = zip(failed, requests).map { $1 > 0 ? Double(min($0, $1)) / Double($1) : 0 }
        periodMilliseconds = period.milliseconds
        from = errors.firstIndex { $0 > 0 } ?? 0
        saturated = errors.firstIndex { $0 >= Self.saturation }
        detectionMilliseconds = errors.firstIndex { $0 >= Self.seen }.map { Double($0 + 1) * period.milliseconds }
        humanRatio = detectionMilliseconds.map { Self.human.milliseconds / $0 }
        let second = period.seconds / Double(folds)
        servicesPerSecond = Self.velocity(services, every: second)
        cellsPerSecond = Self.velocity(cells, every: second)
        let sum = failed.reduce(0, +)
        self.failed = sum
        let grown = Array(errors[from..<max(saturated ?? errors.count, from)])
        if sum == 0 {
            missing = "nothing failed"
        } else if sum < Self.leastFailures {
            missing = "too few requests failed: \(sum)"
        } else if grown.count < Self.leastPoints {
            let length = Syntax.written(period * Int64(grown.count))
            missing =
                saturated == nil
                ? "too short after the first failure: \(length)"
                : grown.isEmpty ? "saturated at once" : "saturated within \(length) of the first failure"
        } else {
            let found = WaveFit(grown, every: period.seconds)
            let adjusted = Self.adjusted(grown, residual: found.residual)
            guard adjusted >= Self.leastAdjusted else {
                let mean = grown.reduce(0, +) / Double(grown.count)
                missing =
                    "flat at \(Self.percent(mean)) %: the nearest wave explains \(Self.percent(max(adjusted, 0))) % of what a "
                    + "flat line leaves (adjusted r2), and \(Self.percent(Self.leastAdjusted)) % would make one"
                return
            }
            let curve = grown.indices.map { found.wave(Double($0) * period.seconds) }
            fit = Fit(
                a: found.wave.a, beta: found.wave.beta, omega: found.wave.omega, phi: found.wave.phi,
                r2: 1 - found.residual * found.residual, adjusted: adjusted,
                course: Self.course(curve, beta: found.wave.beta), points: grown.count)
        }
    }

    private static func percent(_ share: Double) -> String { Syntax.written((share * 1_000).rounded() / 10) }

    /// 1 - (squares that the wave leaves / (n - 4)) / (squares that a flat line leaves / (n - 1)).
    ///
    /// - Parameter residual: of the fit, `WaveFit.residual`.
    private static func adjusted(_ series: [Double], residual: Double) -> Double {
        let count = Double(series.count)
        let mean = series.reduce(0, +) / count
        let flat = series.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        // A series without any change leaves nothing to a wave.
        guard flat > 1e-12 * count else { return 0 }
        let left = residual * residual * series.reduce(0) { $0 + $1 * $1 }
        return 1 - (left / (count - 4)) / (flat / (count - 1))
    }

    private static func course(_ curve: [Double], beta: Double) -> Course {
        let third = max(curve.count / 3, 1)
        func height(_ part: ArraySlice<Double>) -> Double { part.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let (first, last) = (height(curve.prefix(third)), height(curve.suffix(third)))
        if beta > 0, last >= first * leastGrown { return .growing }
        return beta < 0 && first >= last * leastGrown ? .dying : .level
    }

    private static func folded(_ values: [UInt64]) -> [UInt64] {
        stride(from: 0, to: values.count, by: 2).map { values[$0] + ($0 + 1 < values.count ? values[$0 + 1] : 0) }
    }

    private static func velocity(_ firsts: [Int], every second: Double) -> Double? {
        guard firsts.count > 1, let first = firsts.min(), let last = firsts.max() else { return nil }
        // All within one period: as fast as one period can tell.
        return Double(firsts.count - 1) / (Double(max(last - first, 1)) * second)
    }

    /// How it grows a second: nil where there is no wave, or one that neither grows nor dies away.
    package var growth: Double? { fit.flatMap { $0.course == .level ? nil : $0.beta } }

    /// Whether there is none because hardly anything failed, or what failed makes none that grows.
    package var isCalm: Bool {
        growth == nil && saturated == nil && !errors.isEmpty
            && (failed < Self.leastFailures || errors.count >= Self.leastPoints)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        fit = try container.decodeIfPresent(Fit.self, forKey: .fit)
        missing = try container.decodeIfPresent(String.self, forKey: .missing)
        errors = try container.decode([Double].self, forKey: .errors)
        failed = try container.decode(UInt64.self, forKey: .failed)
        periodMilliseconds = try container.decode(Double.self, forKey: .periodMilliseconds)
        from = try container.decode(Int.self, forKey: .from)
        saturated = try container.decodeIfPresent(Int.self, forKey: .saturated)
        detectionMilliseconds = try container.decodeIfPresent(Double.self, forKey: .detectionMilliseconds)
        humanRatio = try container.decodeIfPresent(Double.self, forKey: .humanRatio)
        servicesPerSecond = try container.decodeIfPresent(Double.self, forKey: .servicesPerSecond)
        cellsPerSecond = try container.decodeIfPresent(Double.self, forKey: .cellsPerSecond)
        guard errors.isEmpty && from == 0 || errors.indices.contains(from) else {
            throw DecodingError.dataCorruptedError(
                forKey: .from, in: container, debugDescription: "it is none of the periods")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(fit, forKey: .fit)
        try container.encode(missing, forKey: .missing)
        try container.encode(errors, forKey: .errors)
        try container.encode(failed, forKey: .failed)
        try container.encode(periodMilliseconds, forKey: .periodMilliseconds)
        try container.encode(from, forKey: .from)
        try container.encode(saturated, forKey: .saturated)
        try container.encode(detectionMilliseconds, forKey: .detectionMilliseconds)
        try container.encode(humanRatio, forKey: .humanRatio)
        try container.encode(servicesPerSecond, forKey: .servicesPerSecond)
        try container.encode(cellsPerSecond, forKey: .cellsPerSecond)
    }

    private enum CodingKeys: String, CodingKey {
        case fit, missing, errors, failed, from, saturated
        case periodMilliseconds = "period_ms"
        case detectionMilliseconds = "detection_ms"
        case humanRatio = "human_ratio"
        case servicesPerSecond = "services_per_s"
        case cellsPerSecond = "cells_per_s"
    }
}
