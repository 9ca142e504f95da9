import MeshBase
import Telemetry
import Testing

/// Vitals carry latencies in finer buckets than the metrics: one folds onto the other without a guess.
@Suite struct LatencyBoundsTests {
    @Test func everyBoundOfTheMetricsIsAnEdgeOfTheVitals() {
        let bounds = MetricRegistry.latencyBuckets.map { TimeAmount(seconds: $0) }
        #expect(bounds.count == 15)
        for bound in bounds {
            #expect(LatencyBuckets.edges.contains(bound.nanoseconds), "\(bound.milliseconds) ms is no edge")
        }
        var counts = LatencyCounts()
        for bound in bounds { counts.record(bound) }
        #expect(counts.cumulative(upTo: bounds) == (1...15).map { UInt64($0) })
    }
}
