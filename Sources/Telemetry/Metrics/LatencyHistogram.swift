import Histogram
import MeshBase

/// How long things took, from 1 us to 1 h, to three significant digits (Tene, HdrHistogram).
///
/// About 200 KiB each. Shorter times count as 1 us at most, longer ones as an hour and into `clamped`.
package struct LatencyHistogram: Sendable {
    private var histogram = Histogram<UInt64>(
        lowestDiscernibleValue: 1_000, highestTrackableValue: Self.highest, numberOfSignificantValueDigits: .three)
    private static let highest: UInt64 = 3_600_000_000_000

    /// Times beyond an hour.
    package private(set) var clamped: UInt64 = 0

    package init() {}

    package var count: UInt64 { histogram.totalCount }
    package var isEmpty: Bool { count == 0 }
    /// Zero when empty, as are the following.
    package var mean: TimeAmount { isEmpty ? .zero : TimeAmount(nanoseconds: Int64(histogram.mean)) }
    package var minimum: TimeAmount { isEmpty ? .zero : TimeAmount(nanoseconds: Int64(clamping: histogram.min)) }
    package var maximum: TimeAmount { isEmpty ? .zero : TimeAmount(nanoseconds: Int64(clamping: histogram.max)) }

    /// Negative times count as zero.
    @inline(__always) package mutating func record(_ time: TimeAmount) { record(nanoseconds: time.nanoseconds) }

    package mutating func record(nanoseconds: Int64) {
        let value = UInt64(max(nanoseconds, 0))
        if value > Self.highest { clamped &+= 1 }
        histogram.record(min(value, Self.highest))
    }

    /// - Parameter percent: 0...100; 99.9 gives the time within which 99.9 % were done.
    package func percentile(_ percent: Double) -> TimeAmount {
        if isEmpty || percent.isNaN { return .zero }
        return TimeAmount(nanoseconds: Int64(clamping: histogram.valueAtPercentile(min(max(percent, 0), 100))))
    }

    /// Adds all that the other one counted.
    package mutating func merge(_ other: LatencyHistogram) {
        histogram.add(other.histogram)
        clamped &+= other.clamped
    }

    package mutating func reset() {
        histogram.reset()
        clamped = 0
    }
}

extension JSONWriter {
    /// `{p50, p90, p99, p999, max}` in milliseconds.
    package mutating func field(_ key: String, _ latency: LatencyHistogram) {
        object(key) {
            $0.field("p50", latency.percentile(50).milliseconds)
            $0.field("p90", latency.percentile(90).milliseconds)
            $0.field("p99", latency.percentile(99).milliseconds)
            $0.field("p999", latency.percentile(99.9).milliseconds)
            $0.field("max", latency.maximum.milliseconds)
        }
    }
}
