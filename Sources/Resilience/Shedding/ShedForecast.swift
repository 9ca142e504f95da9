import MeshBase

/// What a place sheds of an offered load in the long run, as if requests were a fluid: each class is admitted up to its
/// threshold beside all that matters more. Chance only blurs it, and less the more the place can hold.
///
/// At 105 % offered, of which 20 % is low, the load is held at the 85 % of normal: 20 of 105, 19 %, is shed.
public struct ShedForecast: Sendable, Equatable {
    /// The offered load of each class, over what the place can hold.
    public let offered: SIMD4<Double>
    /// The part of it that is taken up.
    public let admitted: SIMD4<Double>

    /// - Parameters:
    ///   - load: offered in all, over what the place can hold; 0 or more.
    ///   - shares: of each class in it, in the order of `Priority.allCases`; together 1.
    public init(load: Double, shares: SIMD4<Double>, thresholds: ShedThresholds = ShedThresholds()) {
        let thresholds = thresholds.ordered
        offered = shares * load
        var admitted = SIMD4<Double>.zero
        var above = 0.0
        for priority in Priority.allCases {
            let index = Int(priority.rawValue)
            admitted[index] = min(offered[index], max(0, thresholds[priority] - above))
            above += admitted[index]
        }
        self.admitted = admitted
    }

    /// The load that results, 0...1.
    public var load: Double { admitted.sum() }

    /// The share of all requests that is refused, 0...1.
    public var share: Double { offered.sum() > 0 ? 1 - admitted.sum() / offered.sum() : 0 }

    /// The share of one class that is refused, 0...1. Of critical it is what finds the place full.
    public func share(of priority: Priority) -> Double {
        let index = Int(priority.rawValue)
        return offered[index] > 0 ? 1 - admitted[index] / offered[index] : 0
    }
}
