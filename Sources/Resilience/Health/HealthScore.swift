/// One number, 0...1, for how well a process serves: nothing while it is not ready, else the worse of what it achieves
/// and of what it has left. No answer within 5 s is 0, for whoever asked.
public struct HealthScore: Sendable, Equatable {
    /// Above this a breaker waits half as long before it tries again.
    public static let well = 0.8

    private var results = ResultHistory()

    /// Without results.
    public init() {}

    /// Takes in whether a request went well; the client's own errors are none of its business.
    public mutating func record(_ isGood: Bool) { results.record(isGood) }

    /// The share of the last 100 requests that went well; without any it is 1, for nothing was done badly.
    public var success: Double { results.share ?? 1 }

    /// The number.
    ///
    /// - Parameters:
    ///   - pressure: of the last look, `Pressure.worst`; 0...1.
    ///   - needs: 1 where all that it needs answers its probes, less where it does not.
    public func value(isReady: Bool, pressure: Double, needs: Double = 1) -> Double {
        guard isReady else { return 0 }
        return min(success, 1 - min(max(pressure, 0), 1), min(max(needs, 0), 1))
    }

    /// What the number stands on.
    public func explain(isReady: Bool, pressure: Double, needs: Double = 1) -> Explanation {
        let value = value(isReady: isReady, pressure: pressure, needs: needs)
        let words = "success \(ShortNumber.text(success)) of \(results.count), pressure \(ShortNumber.text(pressure))"
        let rest = needs < 1 ? ", \(ShortNumber.text(needs)) by what it needs" : ""
        return Explanation(
            isReady ? words + rest : "not ready",
            [
                .init("health_score", value), .init("success", success), .init("pressure", pressure),
                .init("needs", needs),
            ])
    }
}
