import MeshBase
import Testing

@testable import Laboratories

@Suite struct HedgeLabTests {
    private func near(_ a: TimeAmount, _ b: TimeAmount, _ tolerance: Double) -> Bool {
        abs(a.seconds / b.seconds - 1) < tolerance
    }

    @Test func orderStatisticsAndCallsAgree() throws {
        var settings = HedgeLab.Settings()
        settings.after = .fixed(.milliseconds(40))
        let report = try HedgeLab.run(settings)
        #expect(near(report.before.p50, .milliseconds(20), 0.03) && near(report.before.p99, .milliseconds(200), 0.08))
        #expect(near(report.after.p50, report.predicted.after.p50, 0.03))
        #expect(near(report.after.p99, report.predicted.after.p99, 0.05))
        #expect(abs(report.hedged - report.predicted.hedged) < 0.01 && abs(report.extraLoad - report.hedged) < 1e-3)
        #expect(report.after.p99 < report.before.p99 * 0.6)
    }

    @Test func twoAtOnceAreTwiceTheLoad() throws {
        var settings = HedgeLab.Settings()
        settings.after = .fixed(.zero)
        settings.calls = 5_000
        let report = try HedgeLab.run(settings)
        #expect(abs(report.predicted.hedged - 1) < 1e-12 && abs(report.extraLoad - 1) < 0.01)
        #expect(near(report.after.p50, report.predicted.after.p50, 0.08))
    }

    @Test func theDelayOfThePolicyIsShorterThanTheFormulaSays() throws {
        let report = try HedgeLab.run(HedgeLab.Settings())
        #expect(near(report.predicted.delay, .milliseconds(38), 0.001))
        // A lost attempt has no time of its own, so that the longest are missing in what the policy knows: its delay is
        // shorter than the formula says, and its hedges are more.
        #expect(report.hedged > report.predicted.hedged && report.hedged < 2 * report.predicted.hedged)
        #expect(report.withheld == 0 && report.after.p99 < report.predicted.after.p99)
    }

    @Test func aBudgetWithholds() throws {
        var settings = HedgeLab.Settings()
        settings.budget = 0.05
        settings.calls = 10_000
        let report = try HedgeLab.run(settings)
        #expect(report.hedged <= 0.051 && report.withheld > 0.1)
        #expect(report.sheet.notes.contains { $0.contains("no budget") })
    }

    @Test func aSeedIsARun() throws {
        var settings = HedgeLab.Settings()
        settings.calls = 2_000
        settings.most = 2
        #expect(try HedgeLab.run(settings) == HedgeLab.run(settings))
        settings.p99 = .milliseconds(10)
        #expect(throws: LabRefusal.self) { try HedgeLab.run(settings) }
    }
}
