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

    // MARK: Processes that hold others

    private func words(_ health: SupervisorHealth) -> [String] {
        ["/livez", "/startupz", "/readyz"].map { path in
            switch HealthPages.page(path, health) {
            case .ok(let word): "200 \(word)"
            case .unavailable(let word): "503 \(word)"
            default: "-"
            }
        }
    }

    private func json(_ path: String, _ health: SupervisorHealth) -> (status: Int, text: String) {
        guard case .report(let status, let text) = HealthPages.page(path, health) else { return (0, "") }
        return (status, text)
    }

    @Test func aRegionIsReadyAsLongAsOneOfItsCellsServes() {
        var region = SupervisorHealth(hasStarted: false, serving: 2, of: 3, missing: ["cell/a has not started"])
        #expect(words(region) == ["200 alive", "503 starting", "503 not-ready"])
        #expect(json("/health", region).status == 503)
        #expect(
            json("/health", region).text.contains(
                "\"health_score\":0,\"state\":\"critical\",\"mode\":\"starting\""))
        region.hasStarted = true
        #expect(words(region) == ["200 alive", "200 started", "200 serving"])
        #expect(json("/health", region).status == 200)
        #expect(json("/health", region).text.contains("\"state\":\"degraded\",\"mode\":\"degraded\""))
        #expect(json("/health", region).text.contains("\"detail\":\"2 of 3 cells serve\",\"wrong\":[]"))
        let deep = json("/health?deep=1", region)
        #expect(deep.status == 503 && deep.text.contains("\"wrong\":[\"cell/a has not started\"]"))
        region.serving = 0
        #expect(words(region) == ["200 alive", "200 started", "503 no-cell"])
        #expect(json("/health", region).text.contains("\"wrong\":[\"no cell serves\"]"))
        region.serving = 3
        region.missing = []
        #expect(json("/health?deep=1", region).status == 200)
        #expect(
            json("/health", region).text.contains(
                "\"health_score\":1,\"state\":\"healthy\",\"mode\":\"serving\""))
        region.isStopping = true
        #expect(words(region) == ["200 alive", "200 started", "503 stopping"])
    }

    @Test func aControlPlaneAnswersAlike() {
        var control = SupervisorHealth(hasStarted: false)
        #expect(words(control) == ["200 alive", "503 starting", "503 not-ready"])
        control.hasStarted = true
        #expect(words(control) == ["200 alive", "200 started", "200 serving"])
        #expect(
            json("/health", control).text.contains(
                "\"health_score\":1,\"state\":\"healthy\",\"mode\":\"serving\""))
        if HealthPages.page("/none", control) != nil { Issue.record("there is no such page") }
    }

    @Test func onlyOfHealthTheQueryNamesAPage() {
        #expect(HealthPages.path("/health", query: "deep=1") == "/health?deep=1")
        #expect(HealthPages.path("/health", query: "") == "/health")
        #expect(HealthPages.path("/livez", query: "deep=1") == "/livez")
    }
}
