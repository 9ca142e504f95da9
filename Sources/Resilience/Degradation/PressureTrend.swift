import MeshBase

/// The slope of a signal by least squares over its last samples: 16 of them, in place.
public struct PressureTrend: Sendable, Equatable {
    /// The most samples; older ones are overwritten.
    public static let most = 16

    private var times = SIMD16<Int64>.zero
    private var values = SIMD16<Double>.zero
    private var next = 0
    /// How many samples there are, up to `most`.
    public private(set) var count = 0

    /// Without samples.
    public init() {}

    /// Takes a sample; what is no number is left out. Times must not fall.
    public mutating func record(_ value: Double, now: Instant) {
        guard value.isFinite else { return }
        times[next] = now.nanoseconds
        values[next] = value
        next = (next + 1) & (Self.most - 1)
        count = min(count + 1, Self.most)
    }

    /// The change a second, over the samples that are at most `window` old; 0 for fewer than three of them, and where all
    /// are of one time.
    public func slope(over window: TimeAmount, now: Instant) -> Double {
        var n = 0.0
        var sumT = 0.0
        var sumV = 0.0
        // Seconds before now, so that no large number loses the small ones.
        for index in 0..<count where now - Instant(nanoseconds: times[index]) <= window {
            n += 1
            sumT += (Instant(nanoseconds: times[index]) - now).seconds
            sumV += values[index]
        }
        guard n >= 3 else { return 0 }
        let meanT = sumT / n
        let meanV = sumV / n
        var above = 0.0
        var below = 0.0
        for index in 0..<count where now - Instant(nanoseconds: times[index]) <= window {
            let t = (Instant(nanoseconds: times[index]) - now).seconds - meanT
            above += t * (values[index] - meanV)
            below += t * t
        }
        return below > 0 ? above / below : 0
    }
}
