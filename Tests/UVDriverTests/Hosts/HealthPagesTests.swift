import MeshBase
import Resilience
import Testing

@testable import Nodes
@testable import UVDriver

/// What `/health` says, and with which status.
@Suite struct HealthPagesTests {
    private func report(jobs: CellHealthReport.Jobs? = nil, needed: [String] = []) -> CellHealthReport {
        var report = CellHealthReport(
            score: 0.9, state: .healthy, isReady: true, detail: "well", needed: needed, probes: [],
            counters: ProbeCounters())
        report.jobs = jobs
        return report
    }

    private func page(_ path: String, _ report: CellHealthReport) -> (status: Int, text: String)? {
        guard case .report(let status, let text) = HealthPages.page(path, HealthPages.Facts(), report) else {
            return nil
        }
        return (status, text)
    }

    @Test func jobsThatWaitAreInTheDeepPage() throws {
        let report = report(jobs: .init(waiting: 3, capacity: 100, oldest: .milliseconds(1_500)))
        let deep = try #require(page("/health?deep=1", report))
        #expect(deep.status == 200)
        #expect(deep.text.contains("\"jobs\":{\"waiting\":3,\"capacity\":100,\"oldest_ms\":1500}"))
        let shallow = try #require(page("/health", report))
        #expect(shallow.status == 200 && !shallow.text.contains("jobs"))
        let none = try #require(page("/health?deep=1", self.report()))
        #expect(!none.text.contains("jobs"))
    }

    @Test func aFullQueueOfJobsIsWrongForWhoLooksDeeply() throws {
        let report = report(
            jobs: .init(waiting: 1, capacity: 1, oldest: .zero), needed: ["queue of jobs full"])
        let deep = try #require(page("/health?deep=1", report))
        #expect(deep.status == 503 && deep.text.contains("\"wrong\":[\"queue of jobs full\"]"))
        let shallow = try #require(page("/health", report))
        #expect(shallow.status == 200 && shallow.text.contains("\"mode\":\"degraded\""))
    }
}
