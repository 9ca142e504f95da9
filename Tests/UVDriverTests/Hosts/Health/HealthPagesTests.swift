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

    private func page(_ report: CellHealthReport, isDeep: Bool = false) -> (status: Int, text: String)? {
        guard case .report(let status, let text) = HealthPages.health(HealthPages.Facts(), report, isDeep: isDeep)
        else { return nil }
        return (status, text)
    }

    @Test func jobsThatWaitAreInTheDeepPage() throws {
        let report = report(jobs: .init(waiting: 3, capacity: 100, oldest: .milliseconds(1_500)))
        let deep = try #require(page(report, isDeep: true))
        #expect(deep.status == 200)
        #expect(deep.text.contains("\"jobs\":{\"waiting\":3,\"capacity\":100,\"oldest_ms\":1500}"))
        let shallow = try #require(page(report))
        #expect(shallow.status == 200 && !shallow.text.contains("jobs"))
        let none = try #require(page(self.report(), isDeep: true))
        #expect(!none.text.contains("jobs"))
    }

    @Test func aFullQueueOfJobsIsWrongForWhoLooksDeeply() throws {
        let report = report(
            jobs: .init(waiting: 1, capacity: 1, oldest: .zero), needed: ["queue of jobs full"])
        let deep = try #require(page(report, isDeep: true))
        #expect(deep.status == 503 && deep.text.contains("\"wrong\":[\"queue of jobs full\"]"))
        let shallow = try #require(page(report))
        #expect(shallow.status == 200 && shallow.text.contains("\"mode\":\"degraded\""))
    }

    @Test func servicesAreNamedWithTheirScores() throws {
        var report = report(needed: ["service pay: 0 of 100 went well"])
        report.services = [.init(name: "pay", score: 0, count: 100)]
        let shallow = try #require(page(report))
        #expect(shallow.status == 200, "it can serve")
        #expect(shallow.text.contains("\"mode\":\"degraded\""))
        #expect(shallow.text.contains("\"services\":[{\"service\":\"pay\",\"health_score\":0,\"of\":100}]"))
        let deep = try #require(page(report, isDeep: true))
        #expect(deep.status == 503 && deep.text.contains("\"wrong\":[\"service pay: 0 of 100 went well\"]"))
    }

    // MARK: Processes that hold others

    private func words(_ health: SupervisorHealth) -> [String] {
        [health.startup, health.readiness].map { page in
            switch page {
            case .ok(let word): "200 \(word)"
            case .unavailable(let word): "503 \(word)"
            default: "-"
            }
        }
    }

    private func json(_ health: SupervisorHealth, isDeep: Bool = false) -> (status: Int, text: String) {
        guard case .report(let status, let text) = health.page(isDeep: isDeep) else { return (0, "") }
        return (status, text)
    }

    @Test func aRegionIsReadyAsLongAsOneOfItsCellsServes() {
        var region = SupervisorHealth(hasStarted: false, serving: 2, of: 3, missing: ["cell/a has not started"])
        #expect(words(region) == ["503 starting", "503 not-ready"])
        #expect(json(region).status == 503)
        #expect(
            json(region).text.contains(
                "\"health_score\":0,\"state\":\"critical\",\"mode\":\"starting\""))
        region.hasStarted = true
        #expect(words(region) == ["200 started", "200 serving"])
        #expect(json(region).status == 200)
        #expect(json(region).text.contains("\"state\":\"degraded\",\"mode\":\"degraded\""))
        #expect(json(region).text.contains("\"detail\":\"2 of 3 cells serve\",\"wrong\":[]"))
        let deep = json(region, isDeep: true)
        #expect(deep.status == 503 && deep.text.contains("\"wrong\":[\"cell/a has not started\"]"))
        region.serving = 0
        #expect(words(region) == ["200 started", "503 no-cell"])
        #expect(json(region).text.contains("\"wrong\":[\"no cell serves\"]"))
        region.serving = 3
        region.missing = []
        #expect(json(region, isDeep: true).status == 200)
        #expect(
            json(region).text.contains(
                "\"health_score\":1,\"state\":\"healthy\",\"mode\":\"serving\""))
        region.isStopping = true
        #expect(words(region) == ["200 started", "503 stopping"])
    }

    @Test func aControlPlaneAnswersAlike() {
        var control = SupervisorHealth(hasStarted: false)
        #expect(words(control) == ["503 starting", "503 not-ready"])
        control.hasStarted = true
        #expect(words(control) == ["200 started", "200 serving"])
        #expect(
            json(control).text.contains(
                "\"health_score\":1,\"state\":\"healthy\",\"mode\":\"serving\""))
    }

    @Test func theProbesOfARegionAreAskedByPathAndDepth() throws {
        let server = try TestServer()
        defer { server.close() }
        var table = HTTPRouteTable()
        table.add(health: { SupervisorHealth(hasStarted: true, serving: 1, of: 2, missing: ["cell/a is down"]) })
        server.http.onRequest = { [http = server.http] in http.answer($0, from: table) }
        for (path, status) in [
            ("/livez", 200), ("/startupz", 200), ("/readyz", 200), ("/health", 200), ("/health?deep=0", 200),
            ("/health?deep=1", 503), ("/health?deep=2", 400), ("/livez?deep=1", 400), ("/metrics", 404),
        ] {
            let client = try server.connect()
            client.send(get(path))
            try server.turn(client) { !client.statuses.isEmpty }
            #expect(client.statuses == [status], "\(path)")
        }
    }
}
