import MeshBase
import Testing

@testable import Laboratories

@Suite struct LabRecordingTests {
    private func recording() -> LabRecording {
        var run = LabRecording("run.json")
        run.p50 = .milliseconds(20)
        run.p99 = .milliseconds(200)
        run.rate = 100.00004
        run.failures = 0.02
        return run
    }

    /// sigma = ln 10 / 2.3263 = 0.98978: the mean is 20 ms x e^0.48983 and the variation e^0.97966 - 1.
    @Test func theSpreadIsThatOfTheLogNormalThroughBothPercentiles() throws {
        let (mean, variation) = try recording().spread()
        #expect(abs(mean.milliseconds - 32.641) < 0.01 && abs(variation - 1.664) < 0.002)
        var even = recording()
        even.p99 = .milliseconds(20)
        #expect(try even.spread() == (.milliseconds(20), 0))
    }

    @Test func settingsTakeTheRunsFigures() throws {
        var hedge = HedgeLab.Settings()
        hedge.p50 = .milliseconds(1)
        try hedge.take(recording())
        #expect(hedge.p50 == .milliseconds(20) && hedge.p99 == .milliseconds(200) && hedge.from == "run.json")
        var pool = BulkheadLab.Settings()
        try pool.take(recording())
        #expect(pool.rate == 100 && abs(pool.service.milliseconds - 32.641) < 0.01 && pool.requests > 0)
        pool.requests = 0
        let report = try BulkheadLab.run(pool)
        #expect(abs(report.queue.load - 3.264) < 0.001 && report.size.workers == 5)
        #expect(report.sheet.lead.contains { $0.contains("run.json") })
        #expect(!report.settings.command.contains("run.json"), "the command has the figures themselves")
        #expect(try recording().baseline(most: 0.04) == 0.02)
    }

    @Test func whatIsGivenIsNotAskedOfTheRun() throws {
        let empty = LabRecording("run.json")
        var tune = TuneLab()
        #expect(throws: LabRefusal.self) { try tune.take(empty, rate: false, baseline: false) }
        #expect(throws: LabRefusal.self) { try tune.take(empty, rate: false, p99: false) }
        #expect(throws: LabRefusal.self) { try tune.take(empty, baseline: false, p99: false) }
        try tune.take(empty, rate: false, baseline: false, p99: false)
        var pool = BulkheadLab.Settings()
        #expect(throws: LabRefusal.self) { try pool.take(empty, rate: false) }
        #expect(throws: LabRefusal.self) { try pool.take(empty, spread: false) }
        try pool.take(empty, rate: false, spread: false)
        var hedge = HedgeLab.Settings()
        #expect(throws: LabRefusal.self) { try hedge.take(empty) }
        try hedge.take(empty, times: false)
        #expect(tune.from == "run.json" && pool.from == "run.json" && hedge.from == "run.json")
    }

    @Test func whatIsMissingIsNamed() {
        let empty = LabRecording("run.json")
        #expect(throws: LabRefusal.self) { try empty.percentiles() }
        func message(_ run: () throws(LabRefusal) -> Void) -> String {
            do { try run() } catch { return error.message }
            return ""
        }
        #expect(message { () throws(LabRefusal) in _ = try empty.percentiles() }.contains("latency_ms.p50"))
        #expect(message { () throws(LabRefusal) in _ = try empty.offered() }.contains("duration_ms"))
        #expect(message { () throws(LabRefusal) in _ = try empty.baseline(most: 0.04) }.contains("requests and ok"))
        var bad = recording()
        bad.failures = 0.125
        #expect(
            message { () throws(LabRefusal) in _ = try bad.baseline(most: 0.04) }.contains(
                "12.5 % of its requests failed")
        )
        bad.p50 = .zero
        #expect(message { () throws(LabRefusal) in _ = try bad.percentiles() }.contains("no request was answered"))
    }
}
