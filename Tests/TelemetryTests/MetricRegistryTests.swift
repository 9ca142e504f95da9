import MeshBase
import Testing

@testable import Telemetry

@Suite struct MetricRegistryTests {
    @Test func writesTheTextFormatInAFixedOrder() {
        var metrics = MetricRegistry()
        let east = metrics.counter("requests_total", help: "Requests.", [.init("cell", "eu-1"), .init("code", "200")])
        let west = metrics.counter("requests_total", help: "ignored", [.init("cell", "af-1"), .init("code", "200")])
        let depth = metrics.gauge("queue_depth", help: "Waiting.")
        let time = metrics.histogram(
            "duration_seconds", help: "Time.", [.init("cell", "eu-1")], buckets: [0.005, 0.1, 1])
        metrics.add(east)
        metrics.add(east, 41)
        metrics.add(west)
        metrics.set(depth, 2.5)
        metrics.add(depth, -1)
        for value in [0.001, 0.005, 0.05, 0.5, 7] { metrics.observe(time, value) }
        metrics.observe(time, .nan)
        #expect(
            metrics.prometheusText() == """
                # HELP duration_seconds Time.
                # TYPE duration_seconds histogram
                duration_seconds_bucket{cell="eu-1",le="0.005"} 2
                duration_seconds_bucket{cell="eu-1",le="0.1"} 3
                duration_seconds_bucket{cell="eu-1",le="1"} 4
                duration_seconds_bucket{cell="eu-1",le="+Inf"} 5
                duration_seconds_sum{cell="eu-1"} 7.556
                duration_seconds_count{cell="eu-1"} 5
                # HELP queue_depth Waiting.
                # TYPE queue_depth gauge
                queue_depth 1.5
                # HELP requests_total Requests.
                # TYPE requests_total counter
                requests_total{cell="af-1",code="200"} 1
                requests_total{cell="eu-1",code="200"} 42

                """)
        #expect(metrics.value(east) == 42 && metrics.value(depth) == 1.5 && metrics.count(time) == 5)
    }

    @Test func theOrderOfRegistrationDoesNotShow() {
        func text(_ names: [String]) -> String {
            var metrics = MetricRegistry()
            for name in names { metrics.add(metrics.counter("n_total", help: "h", [.init("l", name)])) }
            for name in names { metrics.set(metrics.gauge("g_\(name)", help: "h"), 1) }
            return metrics.prometheusText()
        }
        #expect(text(["a", "b", "c"]) == text(["c", "a", "b"]))
    }

    @Test func namesValuesAndHelpAreEscaped() {
        var metrics = MetricRegistry()
        metrics.set(
            metrics.gauge("1bad name-é", help: "line\nbreak \\ \"quoted\"", [.init("la:bel", "a\"b\\c\nd\té")]),
            .infinity)
        let bytes = "_bad_name___"
        #expect(
            metrics.prometheusText()
                == "# HELP \(bytes) line\\nbreak \\\\ \"quoted\"\n# TYPE \(bytes) gauge\n"
                + "\(bytes){la_bel=\"a\\\"b\\\\c\\nd\té\"} +Inf\n")
    }

    @Test func theSameSeriesIsRegisteredOnce() {
        var metrics = MetricRegistry()
        let one = metrics.counter("a_total", help: "", [.init("x", "1")])
        let again = metrics.counter("a_total", help: "", [.init("x", "1")])
        let other = metrics.counter("a_total", help: "", [.init("x", "2")])
        #expect(again == one && other != one)
        let histogram = metrics.histogram("h", help: "", buckets: [1, 2])
        let same = metrics.histogram("h", help: "", buckets: [1, 2, 3])
        #expect(same == histogram)
        #expect(metrics.seriesCount == 3)
    }

    @Test func seriesAreBounded() {
        var metrics = MetricRegistry(limit: 2)
        let kept = metrics.counter("a_total", help: "", [.init("customer", "1")])
        _ = metrics.gauge("b", help: "")
        for number in 0..<5 {
            let lost = metrics.counter("a_total", help: "", [.init("customer", "x\(number)")])
            metrics.add(lost, 1_000)
        }
        let lost = metrics.histogram("c", help: "")
        metrics.observe(lost, 3)
        metrics.observe(lost, TimeAmount.seconds(1))
        metrics.set(metrics.gauge("d", help: ""), 9)
        #expect(metrics.dropped == 7)
        #expect(metrics.seriesCount == 2)
        #expect(metrics.value(kept) == 0)
        let again = metrics.counter("a_total", help: "", [.init("customer", "1")])
        #expect(again == kept)
        let text = metrics.prometheusText()
        #expect(text.contains("cellmesh_metric_series_dropped_total 7\n"))
        #expect(!text.contains("1000") && !text.contains("customer=\"x") && !text.contains("# TYPE c "))
    }

    @Test func aNameBelongsToOneKind() {
        var metrics = MetricRegistry()
        let counter = metrics.counter("a", help: "")
        metrics.set(metrics.gauge("a", help: ""), 5)
        #expect(metrics.dropped == 1)
        #expect(metrics.value(counter) == 0)
    }

    @Test func bucketsThatContradictEachOtherAreLeftOut() {
        var metrics = MetricRegistry()
        let histogram = metrics.histogram("h", help: "", [.init("le", "x")], buckets: [1, 1, 0.5, 2, .infinity, .nan])
        metrics.observe(histogram, 1.5)
        #expect(
            metrics.prometheusText().contains(
                """
                h_bucket{_le="x",le="1"} 0
                h_bucket{_le="x",le="2"} 1
                h_bucket{_le="x",le="+Inf"} 1
                """))
    }

    @Test func timesAreObservedInSeconds() {
        var metrics = MetricRegistry()
        let histogram = metrics.histogram("h_seconds", help: "")
        metrics.observe(histogram, TimeAmount.milliseconds(250))
        #expect(metrics.prometheusText().contains("h_seconds_bucket{le=\"0.1\"} 0\nh_seconds_bucket{le=\"0.25\"} 1\n"))
        #expect(metrics.prometheusText().contains("h_seconds_sum 0.25\n"))
    }
}
