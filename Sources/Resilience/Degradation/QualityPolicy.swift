import MeshBase

/// What of a service's answer shrinks under pressure, and how far.
public struct QualityPolicy: Sendable, Equatable {
    /// Items of an answer at full quality, at least 1; nil where its answer has none.
    public var count: Int?
    /// Lines or points a side at full quality, at least 1; nil where it has none.
    public var resolution: Int?
    /// Bits a second at full quality, at least 1; nil where it has none.
    public var bitrate: Int?
    /// The least quality, 0...1.
    public var floor: Double
    /// How far ahead the trend is drawn; above 0.
    public var horizon: TimeAmount
    /// Over which time the trend is taken; above 0.
    public var window: TimeAmount
    /// The next step is taken early where sigmoid(trend x horizon) is above this; 0.5...1, and at 1 never.
    public var threshold: Double

    /// - Parameters: made sound where they are outside of their ranges.
    public init(
        count: Int? = nil, resolution: Int? = nil, bitrate: Int? = nil, floor: Double = 0,
        horizon: TimeAmount = .seconds(5), window: TimeAmount = .seconds(5), threshold: Double = 0.7
    ) {
        self.count = count.map { max($0, 1) }
        self.resolution = resolution.map { max($0, 1) }
        self.bitrate = bitrate.map { max($0, 1) }
        self.floor = floor.isNaN ? 0 : min(max(floor, 0), 1)
        self.horizon = max(horizon, .nanoseconds(1))
        self.window = max(window, .nanoseconds(1))
        self.threshold = threshold.isNaN ? 0.7 : min(max(threshold, 0.5), 1)
    }

    /// 5 s ahead.
    public static let local = QualityPolicy()
    /// 60 s ahead, by the trend of 30 s.
    public static let seed = QualityPolicy(horizon: .seconds(60), window: .seconds(30))

    /// How many items an answer of this quality has: at least one, unless it has none at all.
    public func count(at quality: Double) -> Int? { count.map { Self.scaled($0, quality) } }
    /// The resolution of a side: by the root, so that the area shrinks as the quality.
    public func resolution(at quality: Double) -> Int? {
        resolution.map { Self.scaled($0, max(quality, 0).squareRoot()) }
    }
    /// The bit rate.
    public func bitrate(at quality: Double) -> Int? { bitrate.map { Self.scaled($0, quality) } }

    private static func scaled(_ full: Int, _ share: Double) -> Int {
        guard share > 0 else { return 0 }
        return max(1, Int((Double(full) * min(share, 1)).rounded()))
    }
}
