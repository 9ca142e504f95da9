import MeshBase
import Testing

@testable import Laboratories

@Suite struct BreakerLabTests {
    private static func settings(
        _ shape: BreakerTrace.Shape, _ recovery: BreakerTrace.Recovery, _ profile: BreakerLab.Profile = .local
    ) -> BreakerLab.Settings {
        var settings = BreakerLab.Settings()
        settings.shape = shape
        settings.recovery = recovery
        settings.profile = profile
        settings.runs = 3
        return settings
    }

    @Test func theTraceIsWhatItIsCalled() {
        let ramp = BreakerTrace(.ramp, .gradual, baseline: 0.01)
        #expect(ramp.failureShare(at: 0) == 0.01 && abs(ramp.failureShare(at: 270) - 0.455) < 1e-9)
        #expect(abs(ramp.failureShare(at: 450) - 0.455) < 1e-9 && ramp.failureShare(at: 480) == 0.01)
        let sine = BreakerTrace(.sine, .immediate, baseline: 0.01)
        #expect(abs(sine.failureShare(at: 125) - 1) < 1e-9 && abs(sine.failureShare(at: 130) - 0.01) < 1e-9)
        let relapse = BreakerTrace(.sudden, .relapse, baseline: 0)
        #expect(relapse.failureShare(at: 185) == 0 && relapse.failureShare(at: 200) == 1)
        #expect(BreakerTrace(.sudden, .unstable, baseline: 0).failureShare(at: 191) == 0.5)
    }

    @Test func everyKindSeesAnOutageAndComesBack() throws {
        let report = try BreakerLab.run(Self.settings(.sudden, .immediate))
        #expect(report.kinds.map(\.kind) == BreakerLab.Kind.allCases)
        for row in report.kinds {
            #expect(try #require(row.detected, "\(row.kind)") < .seconds(5), "\(row.kind)")
            #expect(row.neverRecovered == 0 && row.passedFailures < 800, "\(row.kind)")
            #expect(row.cascadesPrevented == 1, "\(row.kind)")
        }
        // Five in a row come within a tenth of a second, half of a window of two seconds takes one.
        let consecutive = try #require(report.kinds.first { $0.kind == .consecutive }?.detected)
        let rate = try #require(report.kinds.first { $0.kind == .rate }?.detected)
        #expect(consecutive < .milliseconds(400) && rate > .milliseconds(600) && rate < .milliseconds(1_600))
    }

    @Test func aPredictionSeesARampBeforeTheRateDoes() throws {
        var settings = Self.settings(.ramp, .immediate)
        settings.kinds = [.rate, .predictive]
        let report = try BreakerLab.run(settings)
        #expect(try #require(report.kinds[1].detected) < #require(report.kinds[0].detected))
    }

    @Test func aRelapseCostsMoreThanARecoveryAtOnce() throws {
        var settings = Self.settings(.sudden, .relapse)
        settings.kinds = [.rate]
        let relapse = try BreakerLab.run(settings).kinds[0]
        settings.recovery = .immediate
        let immediate = try BreakerLab.run(settings).kinds[0]
        #expect(relapse.openings > immediate.openings)
    }

    @Test func theConstantsOfProductionWaitForMinutes() throws {
        var settings = Self.settings(.ramp, .immediate, .seed)
        settings.kinds = [.rate]
        let row = try BreakerLab.run(settings).kinds[0]
        #expect(row.falseTrips == 0 && row.falsePositiveRate == 0)
        #expect(try #require(row.recovered) > .seconds(30) && row.lost > 1_000)
        // Of results that weigh half after 120 s, a minute of nothing but failures is 29 %: it never opens.
        settings.shape = .sudden
        let sudden = try BreakerLab.run(settings).kinds[0]
        #expect(sudden.detected == nil && sudden.cascadesPrevented == 0)
    }

    @Test func aSeedIsARun() throws {
        let settings = Self.settings(.sine, .unstable)
        #expect(try BreakerLab.run(settings) == BreakerLab.run(settings))
        let sheet = try BreakerLab.run(settings).sheet
        #expect(sheet.replay.contains("--shape sine --recovery unstable"))
        for table in sheet.tables { #expect(table.rows.allSatisfy { $0.count == table.columns.count }) }
    }

    @Test func figuresOutOfRangeAreRefused() {
        var settings = BreakerLab.Settings()
        settings.runs = 0
        #expect(throws: LabRefusal("runs 0: give 1 to 100")) { try BreakerLab.run(settings) }
        settings = BreakerLab.Settings()
        settings.kinds = []
        #expect(throws: LabRefusal.self) { try BreakerLab.run(settings) }
    }
}
