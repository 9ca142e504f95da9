import MeshBase

/// The quality that a service can afford: what pressure leaves, no more than the level allows, and the next step ahead of
/// time where the trend says that it is coming.
///
/// Looked at by a timer; `quality` is what a call reads.
public struct QualityScaler: Sendable, Equatable {
    /// Steps that are taken early.
    static let steps = [1, 0.7, 0.5]

    /// Floor, horizon and threshold.
    public let policy: QualityPolicy
    private var trend = PressureTrend()
    /// In force, `policy.floor`...1; 0 where the level has switched the feature off.
    public private(set) var quality = 1.0
    /// The step was taken ahead of time.
    public private(set) var isEarly = false
    private var pressure = 0.0
    private var slope = 0.0

    /// At full quality.
    public init(_ policy: QualityPolicy) { self.policy = policy }

    /// Looks at the pressure anew.
    ///
    /// - Parameters:
    ///   - pressure: 0...1; what is no number counts as none.
    ///   - allowed: by the level and the features chosen, 0...1; 0 is off, below any floor.
    /// - Returns: whether the quality is another than before.
    @discardableResult
    public mutating func look(pressure: Double, allowed: Double = 1, now: Instant) -> Bool {
        let before = quality
        self.pressure = pressure.isNaN ? 0 : min(max(pressure, 0), 1)
        trend.record(self.pressure, now: now)
        slope = trend.slope(over: policy.window, now: now)
        var quality = min(1, 1 - self.pressure, allowed)
        isEarly = false
        if likelihood > policy.threshold, let step = Self.steps.first(where: { $0 < quality }) {
            quality = step
            isEarly = true
        }
        self.quality = allowed > 0 ? max(quality, policy.floor) : 0
        return self.quality != before
    }

    /// sigmoid(trend x horizon): 0.5 where pressure stands still, above where it rises.
    public var likelihood: Double { 1 / (1 + exponential(-slope * policy.horizon.seconds)) }

    /// What a call of full quality costs at the quality in force.
    public func work(_ full: TimeAmount) -> TimeAmount { full * quality }

    /// `quality 0.7: pressure 0.2, rising 0.18 a second, likelihood 0.71 above 0.7`.
    public func explanation() -> Explanation {
        var detail = "quality \(quality): pressure \(pressure)"
        if isEarly { detail += ", rising \(slope) a second, likelihood \(likelihood) above \(policy.threshold)" }
        return Explanation(
            detail,
            [
                .init("quality", quality), .init("pressure", pressure), .init("slope", slope),
                .init("likelihood", likelihood),
            ])
    }
}
