import MeshBase
import Testing

@testable import Telemetry

@Suite struct LatencyHistogramTests {
    @Test func percentilesAreWithinATenthOfAPercent() {
        var latency = LatencyHistogram()
        for number in 1...10_000 { latency.record(.microseconds(Int64(number))) }
        #expect(latency.count == 10_000)
        for (percent, expected) in [(50.0, 5_000.0), (90, 9_000), (99, 9_900), (99.9, 9_990), (100, 10_000)] {
            let found = Double(latency.percentile(percent).nanoseconds) / 1_000
            #expect(abs(found - expected) / expected < 0.001, "p\(percent)")
        }
        #expect(abs(latency.mean.milliseconds - 5.0005) < 0.005)
        #expect(latency.maximum >= .microseconds(10_000) && latency.maximum < .microseconds(10_010))
        #expect(latency.percentile(0) == latency.minimum)
    }

    @Test func anEmptyOneIsZero() {
        let latency = LatencyHistogram()
        #expect(latency.isEmpty)
        #expect(latency.percentile(99) == .zero && latency.maximum == .zero && latency.minimum == .zero)
        #expect(latency.mean == .zero)
    }

    @Test func extremesAreClamped() {
        var latency = LatencyHistogram()
        latency.record(.seconds(-5))
        latency.record(.zero)
        latency.record(.nanoseconds(3))
        latency.record(.hours(1))
        latency.record(.hours(2))
        latency.record(nanoseconds: .max)
        latency.record(nanoseconds: .min)
        #expect(latency.count == 7)
        #expect(latency.clamped == 2)
        #expect(latency.maximum >= .minutes(59) && latency.maximum < .minutes(61))
        #expect(latency.percentile(1) <= .microseconds(1))
        #expect(latency.percentile(.nan) == .zero)
        #expect(latency.percentile(400) == latency.percentile(100))
        #expect(latency.percentile(-1) == latency.percentile(0))
    }

    @Test func mergingAddsAll() {
        let seed: UInt64 = 5
        var rng = Generator(seed: seed)
        var parts = [LatencyHistogram(), LatencyHistogram()]
        var whole = LatencyHistogram()
        for number in 0..<2_000 {
            let time = TimeAmount.microseconds(Int64(rng.below(5_000_000_000)))
            parts[number % 2].record(time)
            whole.record(time)
        }
        parts[0].merge(parts[1])
        parts[0].merge(LatencyHistogram())
        for percent in [0.0, 10, 50, 99, 99.9, 100] {
            #expect(parts[0].percentile(percent) == whole.percentile(percent), "seed \(seed) p\(percent)")
        }
        #expect(parts[0].count == whole.count && parts[0].clamped == whole.clamped && whole.clamped > 0)
        parts[0].reset()
        #expect(parts[0].isEmpty && parts[0].clamped == 0)
    }

    @Test func writesMilliseconds() throws {
        var latency = LatencyHistogram()
        latency.record(.milliseconds(2))
        var json = JSONWriter()
        json.object { $0.field("latency_ms", latency) }
        #expect(json.string.hasPrefix(#"{"latency_ms":{"p50":2"#))
    }
}
