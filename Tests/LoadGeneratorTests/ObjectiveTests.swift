import Testing

@testable import LoadGenerator

@Suite struct ObjectiveTests {
    @Test(arguments: [
        ("p99<50ms", Objective.Metric.percentile(99), Objective.Comparison.below, 50.0),
        (" p50 <= 250us ", .percentile(50), .atMost, 0.25), ("p99.9<1.5s", .percentile(99.9), .below, 1500),
        ("p999<1m", .percentile(99.9), .below, 60_000), ("max<2s", .longest, .below, 2000),
        ("success>=99.9%", .success, .atLeast, 0.999), ("success>0.5", .success, .above, 0.5),
        ("error_rate<1%", .errorRate, .below, 0.01), ("rate>=900", .rate, .atLeast, 900),
        ("rate>=900/s", .rate, .atLeast, 900), ("dropped==0%", .dropped, .equal, 0),
        ("lost_writes==0", .lostWrites, .equal, 0),
    ])
    func readsExpressions(
        text: String, metric: Objective.Metric, comparison: Objective.Comparison, bound: Double
    ) throws {
        let objective = try Objective(text)
        #expect(objective.metric == metric)
        #expect(objective.comparison == comparison)
        #expect(abs(objective.bound - bound) < 1e-12)
    }

    @Test(arguments: [
        "", "p99", "p99<", "<50ms", "p99=50ms", "p99<50", "p99<50 parsecs", "p0<5ms", "p101<5ms", "px<5ms",
        "latency<5ms",
        "success>=150%", "success>=-1%", "rate>=fast",
        "p99{service:a}<5ms", "recovery<5s", "p99<2x baseline", "p99<inf", "p99<nanms", "p99<<5ms", "p99<5ms<6ms",
    ])
    func refusesEverythingElse(text: String) {
        #expect(throws: LoadError.self) { try Objective(text) }
    }

    @Test func errorsSayWhatToWrite() throws {
        let error = #expect(throws: LoadError.self) { try Objective("p99<50") }
        #expect(error?.message.contains("50ms") == true)
        let unknown = #expect(throws: LoadError.self) { try Objective("latency<50ms") }
        #expect(unknown?.message.contains("p99.9") == true)
    }

    @Test func aShareThatIsExactlyTheBoundMeetsIt() throws {
        #expect(try Objective("success>=99.9%").judge(999.0 / 1000).ok)
        #expect(try !Objective("success>99.9%").judge(999.0 / 1000).ok)
        #expect(try !Objective("success>=99.9%").judge(998.0 / 1000).ok)
    }

    @Test func nothingMeasuredMeetsNothing() throws {
        let result = try Objective("p99<50ms").judge(nil)
        #expect(!result.ok)
        #expect(result.observed == nil)
    }
}
