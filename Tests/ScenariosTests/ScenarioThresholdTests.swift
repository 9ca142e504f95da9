import Drills
import MeshBase
import Reports
import Testing

@testable import Scenarios

/// Thresholds in the words of k6.
@Suite struct ScenarioThresholdTests {
    private func threshold(_ metric: String, _ text: String) throws -> ScenarioThreshold {
        try ScenarioThreshold(.init(text: metric), text)
    }

    @Test func theirWordsAreFiguresOfRequests() throws {
        for (metric, text, bound) in [
            ("http_req_duration", "p(95)<200", "p95<200ms"), ("http_req_duration", "p(99.9) <= 1500", "p99.9<=1500ms"),
            ("http_req_duration", "med<20", "p50<20ms"), ("http_req_duration", "avg<20.5", "avg<20500us"),
            ("http_req_duration", "max<2000", "max<2s"), ("http_req_duration", "min>0", "min>0s"),
            ("http_req_failed", "rate<0.01", "error_rate<1%"),
            ("http_req_failed{region:us-east}", "rate==0", "error_rate{region:us-east}==0%"),
            ("http_reqs", "count>1000", "requests>1000"),
            ("http_reqs{kind:reads}", "rate>=50", "request_rate{kind:reads}>=50/s"),
            ("http_req_duration{ cell : us-east-1 }", "p(95)<200", "p95{cell:us-east-1}<200ms"),
            ("http_req_duration{service:checkout}", "p(95)<200", "p95{service:checkout}<200ms"),
            ("http_req_failed{priority:critical}", "rate===0", "error_rate{priority:critical}==0%"),
        ] {
            let found = try threshold(metric, text)
            #expect(found.bound == (try MeasureBound(text: bound)), "\(metric) \(text): \(found.bound.text)")
            #expect(found.text == "\(metric.filter { $0 != " " }) \(text.filter { $0 != " " })")
        }
    }

    @Test func whatCannotBeHadIsRefusedWithWhatCan() {
        for (metric, text, word) in [
            ("http_req_waiting", "p(95)<200", "http_req"), ("http_req_duration", "rate<1", "p(N)"),
            ("http_req_duration", "p(100)<2", "max"), ("http_req_duration", "p(95)<200ms", "without a unit"),
            ("http_req_failed", "count<1", "rate"), ("http_req_failed", "rate<5", "from 0 to 1"),
            ("http_reqs", "p(95)<1", "count"),
            ("http_reqs", "count!=0", "comparison"), ("http_reqs", "count", "bound"),
            ("http_reqs{url:x}", "count>1", "cell"),
            ("http_reqs{kind:read}", "count>1", "reads"), ("http_reqs{priority:hihg}", "count>1", "high"),
            ("http_reqs{cell:a,kind:reads}", "count>1", "one tag"), ("http_reqs{cell:a", "count>1", "tag"),
            ("http_reqs{service:!a}", "count>1", "one service"),
        ] {
            #expect("\(metric) \(text)") {
                _ = try threshold(metric, text)
            } throws: {
                ($0 as? MeasureBound.Invalid)?.description.contains(word) == true
            }
        }
    }

    private func scenario(_ thresholds: [ScenarioThreshold]) throws -> Scenario {
        var scenario = try ScenarioRunTests.scenario()
        scenario.thresholds = thresholds
        return scenario
    }

    @Test func theyAreKeptOrNot() throws {
        var bench = ScenarioBench(
            try scenario([try threshold("http_req_failed", "rate<0.01"), try threshold("http_reqs", "count>1000")]))
        bench.failing = 0.05
        let report = try bench.report()
        #expect(report.outcome == .deviated)
        #expect(ScenarioRunTests.claim(report, "http_req_failed rate<0.01")?.verdict == .deviated)
        #expect(ScenarioRunTests.claim(report, "http_reqs count>1000")?.verdict == .met)
        // Of what nobody has seen nothing is said.
        var blind = ScenarioBench(try scenario([try threshold("http_req_failed{region:r}", "rate<0.01")]))
        let other = try blind.report()
        #expect(ScenarioRunTests.claim(other, "http_req_failed{region:r} rate<0.01")?.verdict == .undecided)
        #expect(!other.conclusive)
    }

    @Test func abortOnFailTakesBackOnceItsDelayIsOver() throws {
        func begun(_ delay: TimeAmount) throws -> (DrillReport, Int) {
            var one = try threshold("http_req_failed", "rate<0.01")
            (one.aborts, one.delay) = (true, delay)
            var bench = ScenarioBench(try scenario([one]))
            bench.failing = 0.5
            let report = try bench.report()
            return (report, Int(report.steps.first { $0.name == "method" }?.durationMilliseconds ?? 0))
        }
        let (soon, early) = try begun(.zero)
        let (later, late) = try begun(.seconds(6))
        #expect(soon.outcome == .aborted && later.outcome == .aborted)
        #expect(early <= 2_000 && (6_000...8_000).contains(late), "\(early) \(late)")
        #expect(soon.reason == "http_req_failed rate<0.01 was not kept")
        // The method is over before.
        #expect(try begun(.seconds(60)).0.outcome == .deviated)
    }

    @Test func timesAddUpAndKeepTheirEnds() {
        var (a, b) = (RunSecond(), RunSecond())
        for milliseconds in [3, 1, 8] { a.all.record(.milliseconds(Int64(milliseconds))) }
        b.all.record(.milliseconds(12))
        a.add(b)
        #expect(
            a.all.time == .milliseconds(24) && a.all.shortest == .milliseconds(1) && a.all.longest == .milliseconds(12))
        #expect(a.all.subtracting(b.all).time == .milliseconds(12) && a.all.subtracting(b.all).longest == nil)
        a.cells = ["x-1": a.all, "x-2": b.all, "y-1": b.all]
        a.tellRegions { $0.hasPrefix("x") ? "x" : nil }
        #expect(a.regions.keys.sorted() == ["x"] && a.regions["x"]?.longest == .milliseconds(12))
    }
}
