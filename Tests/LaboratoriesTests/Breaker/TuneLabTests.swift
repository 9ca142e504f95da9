import MeshBase
import Testing

@testable import Laboratories

@Suite struct TuneLabTests {
    /// 5 % of 100 calls: sqrt(0.05 x 0.95 / 100) = 2.179 %; three of them above are 11.54 %, so that 12 failures open.
    @Test func theClosedFormsAndTheCountAgree() throws {
        var settings = TuneLab()
        settings.rate = 10
        settings.baseline = 0.05
        let report = try settings.run()
        #expect(report.window == 100 && abs(report.deviation - 0.021794) < 1e-6)
        #expect(abs(report.threshold - 0.115383) < 1e-6)
        #expect(report.timeouts == [.milliseconds(300), .milliseconds(300), .milliseconds(300)])
        // P(X >= 12) of B(100, 0.05).
        #expect(abs(report.predicted - 0.00427) < 1e-4)
        #expect(abs(try #require(report.measured) - report.predicted) < 0.002)
    }

    @Test func limitsGrowAndWindowsAreTenSeconds() throws {
        var settings = TuneLab()
        settings.rate = 1_000
        settings.p99 = .milliseconds(80)
        settings.factor = 2
        settings.deviation = 0.02
        settings.windows = 0
        let report = try settings.run()
        #expect(report.window == 10_000 && report.timeouts == [120, 240, 480].map { .milliseconds($0) })
        #expect(abs(report.threshold - 0.07) < 1e-12 && report.measured == nil)
    }

    @Test func tailsOfTheBinomialDistribution() {
        #expect(TuneLab.tail(10, 0.5, from: 0) == 1 && TuneLab.tail(10, 0.5, from: 11) == 0)
        #expect(abs(TuneLab.tail(10, 0.5, from: 5) - 0.623046875) < 1e-9)
        #expect(abs(TuneLab.tail(10, 0.5, from: 10) - 1 / 1024.0) < 1e-12 && TuneLab.tail(10, 0, from: 1) == 0)
    }

    @Test func aRunIsTaken() throws {
        var run = LabRecording("run.json")
        (run.p50, run.p99, run.rate, run.failures) = (.milliseconds(5), .milliseconds(40), 300, 0.004)
        var settings = TuneLab()
        try settings.take(run)
        let report = try settings.run()
        #expect(report.window == 3_000 && report.threshold == 0.05 && report.timeouts[0] == .milliseconds(60))
        settings.z = 11
        #expect(throws: LabRefusal.self) { try settings.run() }
    }
}
