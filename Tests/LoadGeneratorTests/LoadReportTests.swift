import Foundation
import MeshBase
import Reports
import Testing

@testable import LoadGenerator

@Suite struct LoadReportTests {
    private func report() -> LoadReport {
        var report = LoadReport()
        report.seed = 7
        report.durationMs = 2000
        report.requests = 1000
        report.ok = 989
        report.failed = 10
        report.dropped = 1
        report.byStatus = ["200": 900, "404": 89, "503": 10]
        report.byOutcome = ["ok": 989, "no-quorum": 10, "dropped": 1]
        report.byPriority = [
            "critical": .init(requests: 100, ok: 100), "normal": .init(requests: 900, ok: 889, shed: 9),
        ]
        report.latencyMs.p50 = 0.25
        report.latencyMs.p99 = 12.5
        report.rate = 499.5
        report.targetRate = 500
        report.customers.seen = 10
        report.customers.degraded = 4
        report.customers.untouched = 6
        report.writes.acknowledged = 300
        report.writes.lost = 2
        report.writes.verified = true
        report.degraded = .init(answers: 12, by: ["shipping=static": 9, "offers=0.5": 3])
        (report.retryAfter, report.replayed) = (4, 5)
        report.amplify(routers: .init(first: 80, retry: 15, hedge: 5), cells: .init(first: 10, retry: 1))
        report.chargedOnce = .init(
            ok: false, answered: 90, charged: 91, repeated: 7, violations: 1, missing: ["us-east-1"])
        report.slo = [
            ObjectiveResult(expression: "p99<50ms", ok: true, observed: 12.5),
            ObjectiveResult(expression: "rate>=1", ok: false, observed: nil),
        ]
        report.verdicts = [.init(oracle: "acknowledged-writes", ok: false, detail: "2 \"lost\"")]
        return report
    }

    @Test func theDocumentReadsBackAsTheReport() throws {
        let report = report()
        let decoded = try JSONDecoder().decode(LoadReport.self, from: Data(DocumentText.json(report).utf8))
        #expect(decoded == report)
        #expect(try JSONDecoder().decode(LoadReport.self, from: JSONEncoder().encode(report)) == report)
    }

    @Test func theDocumentHasTheKeysThatProgramsRelyOn() throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(DocumentText.json(report(), .compact).utf8)) as? [String: Any])
        for key in [
            "schema", "seed", "duration_ms", "requests", "ok", "failed", "dropped", "by_status", "by_outcome",
            "by_priority", "latency_ms", "rate", "customers", "writes", "degraded", "retry_after", "amplification",
            "retries", "charged_once", "slo",
        ] {
            #expect(object[key] != nil, "\(key)")
        }
        #expect(object["schema"] as? String == "cellmesh/1")
        let latency = try #require(object["latency_ms"] as? [String: Any])
        #expect(Set(latency.keys) == ["p50", "p90", "p99", "p999", "max"])
    }

    @Test func theTextSaysWhatPeopleAskFor() {
        #expect(
            report().text == """
                requests     1000 in 2 s, 500/s of 500/s
                ok           989 (98.90%)
                failed       10 (1%)
                dropped      1 (0.10%): all connections busy
                             no-quorum 10
                latency      p50 250 us  p90 0 us  p99 12.5 ms  p99.9 0 us  max 0 us
                ok, by class critical 100%  normal 98.77%
                shed         normal 1%
                customers    10 seen: 0 lost, 4 degraded, 6 untouched
                writes       300 acknowledged, 2 lost
                degraded     12 answers: shipping=static 9, offers=0.5 3
                retry after  4 answers say when to come again
                amplified    attempts for each call: 1.25 in routers, 1.1 in cells; 16 retries, 5 hedges
                violated     acknowledged-writes: 2 "lost"
                objective    met      p99<50ms  (12.5 ms)
                objective    violated rate>=1  (nothing measured)

                """)
    }
}
