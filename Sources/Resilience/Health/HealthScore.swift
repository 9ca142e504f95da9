/// One number, 0...1, for how well a process serves: nothing while it is not ready, else the worse of what it achieves
/// and of what it has left. No answer within 5 s is 0, for whoever asked.
public struct HealthScore: Sendable, Equatable {
    /// Above this a breaker waits half as long before it tries again.
    public static let well = 0.8

    private var results = ResultHistory()
    /// Results that it has taken in, those that count no more included; it goes round.
    public private(set) var recorded: UInt64 = 0

    /// Without results.
    public init() {}

    /// Takes in whether a request went well; the client's own errors are none of its business.
    public mutating func record(_ isGood: Bool) {
        results.record(isGood)
        recorded &+= 1
    }

    /// Forgets all but its newest results: whoever has the time knows how many are too old to say anything.
    ///
    /// - Parameter count: how many count on; less than none is none.
    public mutating func keep(newest count: Int) { results.keep(newest: count) }

    /// The share of the last 100 requests that went well; without any it is 1, for nothing was done badly.
    public var success: Double { results.share ?? 1 }

    /// The share that went well where a few are too few to judge by: of fewer than `least`, those that are missing went
    /// well.
    public func success(ofAtLeast least: Int) -> Double {
        let all = max(least, results.count)
        return all < 1 ? 1 : 1 - Double(results.count - results.good) / Double(all)
    }

    /// Results that went well, 0...`count`.
    public var good: Int { results.good }

    /// Results that it stands on, 0...100.
    public var count: Int { results.count }

    /// The number.
    ///
    /// - Parameters:
    ///   - pressure: of the last look, `Pressure.worst`; 0...1.
    ///   - needs: 1 where all that it needs answers its probes, less where it does not.
    public func value(isReady: Bool, pressure: Double, needs: Double = 1) -> Double {
        Self.value(success: success, isReady: isReady, pressure: pressure, needs: needs)
    }

    /// The number of a process by its worst part.
    ///
    /// - Parameters:
    ///   - success: the share of what was asked of that part that went well, 0...1.
    ///   - pressure: of the last look, `Pressure.worst`; 0...1.
    ///   - needs: 1 where all that it needs answers its probes, less where it does not.
    public static func value(success: Double, isReady: Bool, pressure: Double, needs: Double = 1) -> Double {
        guard isReady else { return 0 }
        return min(min(max(success, 0), 1), 1 - min(max(pressure, 0), 1), min(max(needs, 0), 1))
    }

    /// What the number stands on.
    public func explain(isReady: Bool, pressure: Double, needs: Double = 1) -> Explanation {
        Self.explain(success: success, good: good, of: count, isReady: isReady, pressure: pressure, needs: needs)
    }

    /// What the number of a process by its worst part stands on.
    ///
    /// - Parameters:
    ///   - part: the name of that part; nil where it has none.
    ///   - success: the share that counts, which is above `good` of `count` where these are few.
    ///   - good: results that went well.
    ///   - count: results in all.
    public static func explain(
        _ part: String? = nil, success: Double, good: Int, of count: Int, isReady: Bool, pressure: Double,
        needs: Double = 1
    ) -> Explanation {
        let value = value(success: success, isReady: isReady, pressure: pressure, needs: needs)
        let results = count == 0 ? "nothing asked" : "\(good) of \(count) went well"
        let words = "\(results), pressure \(ShortNumber.text(pressure))"
        let rest = needs < 1 ? ", \(ShortNumber.text(needs)) by what it needs" : ""
        return Explanation(
            isReady ? (part.map { "\($0): " } ?? "") + words + rest : "not ready",
            [
                .init("health_score", value), .init("success", success), .init("pressure", pressure),
                .init("needs", needs),
            ])
    }
}
