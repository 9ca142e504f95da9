import MeshBase
import Testing

@testable import Laboratories

@Suite struct RetryStormTests {
    /// Small enough for a test, with the same layers.
    private static var settings: RetryStormLab.Settings {
        var settings = RetryStormLab.Settings()
        settings.rate = 20
        settings.workers = 2
        settings.queue = 40
        settings.watched = .seconds(30)
        return settings
    }

    @Test func productsOfTheLayers() {
        let predicted = RetryStormPrediction(RetryStormLab.Settings())
        #expect(predicted.unbounded == 64 && predicted.allServices == 21)
        #expect(abs(predicted.budget - 1.728) < 1e-9)
        var one = RetryStormLab.Settings()
        one.attempts = 1
        #expect(RetryStormPrediction(one).unbounded == 1 && RetryStormPrediction(one).budget == 1)
        #expect(RetryStormPrediction(one).allServices == 3)
    }

    @Test func withoutFixesTheStormFeedsItself() throws {
        let report = try RetryStormLab.run(Self.settings, arms: [[]])
        let arm = report.arms[0]
        // In work at both ends of the window: a few of 200 requests.
        #expect(abs(arm.amplification / 64 - 1) < 0.05)
        #expect(arm.byLayer.allSatisfy { abs($0 - 4) < 0.2 } && arm.byLayer.count == 3)
        #expect(arm.recovered == nil && arm.goodput < 0.2 && arm.wasted > 0.5)
        #expect(arm.peakLoad > 10)
    }

    @Test func aBudgetBoundsItAndGoodputReturns() throws {
        let report = try RetryStormLab.run(Self.settings, arms: [[.budget]])
        let arm = report.arms[0]
        #expect(arm.amplification <= 1.73 * 1.05 && arm.amplification > 1.5)
        #expect(try #require(arm.recovered) < .seconds(20))
    }

    @Test func whoKnowsThatNobodyWaitsRecovers() throws {
        let report = try RetryStormLab.run(Self.settings, arms: [[.timeouts], [.bulkheads]])
        for arm in report.arms { #expect(try #require(arm.recovered) <= .seconds(10), "\(arm.name)") }
        #expect(report.arms.allSatisfy { $0.wasted < 0.5 })
    }

    @Test func aSeedIsARun() throws {
        var settings = Self.settings
        settings.layers = 2
        let first = try RetryStormLab.run(settings, arms: [[.breakers, .jitter]])
        #expect(try RetryStormLab.run(settings, arms: [[.breakers, .jitter]]) == first)
        settings.seed = 2
        #expect(try RetryStormLab.run(settings, arms: [[.breakers, .jitter]]).arms != first.arms)
    }

    @Test func whatIsTooMuchIsRefusedWithTheFigure() {
        var settings = RetryStormLab.Settings()
        settings.layers = 5
        settings.attempts = 8
        #expect(throws: LabRefusal.self) { try RetryStormLab.run(settings) }
        settings = RetryStormLab.Settings()
        settings.slowReplicas = 4
        #expect(throws: LabRefusal("slow replicas 4: give 0 to 3")) { try RetryStormLab.run(settings) }
    }

    @Test func theSheetTellsHowToReplayIt() throws {
        var settings = Self.settings
        settings.layers = 1
        let sheet = try RetryStormLab.run(settings, arms: [[]]).sheet
        #expect(sheet.replay.hasPrefix("cellmesh lab retry-storm --layers 1") && sheet.replay.hasSuffix("--seed 1"))
        for table in sheet.tables { #expect(table.rows.allSatisfy { $0.count == table.columns.count }) }
    }
}
