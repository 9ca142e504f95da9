import MeshBase
import Testing

@testable import Laboratories

@Suite struct CalculatorTests {
    @Test func threePartsOf99Percent() throws {
        let report = try AvailabilityLab.run(AvailabilityLab.Settings())
        #expect(abs(report.all - 0.970299) < 1e-12 && abs(report.any - 0.999999) < 1e-12)
        #expect(report.reliability == report.all)
        // 200 years of some 50 000 failures.
        #expect(abs(try #require(report.measured) - report.all) < 0.001)
        var two = AvailabilityLab.Settings()
        two.needed = 2
        let majority = try AvailabilityLab.run(two)
        #expect(abs(majority.reliability - 0.999702) < 1e-9)
        #expect(abs(try #require(majority.measured) - majority.reliability) < 0.0001)
    }

    @Test(arguments: [(0.995, 43.8), (0.9995, 4.38)]) func availabilityAsHoursOfAYear(part: Double, hours: Double)
        throws
    {
        var settings = AvailabilityLab.Settings()
        settings.parts = [part]
        settings.years = 0
        #expect(abs(try AvailabilityLab.run(settings).downtime / 60 - hours) < 1e-9)
    }

    @Test func timesBetweenFailuresAreAnAvailability() throws {
        var settings = AvailabilityLab.Settings()
        settings.mtbf = .hours(199)
        let report = try AvailabilityLab.run(settings)
        #expect(report.reliability == 0.995 && report.mtbf == .hours(199))
        settings.needed = 2
        #expect(throws: LabRefusal.self) { try AvailabilityLab.run(settings) }
        settings = AvailabilityLab.Settings()
        settings.parts = [1, 0]
        settings.needed = 1
        let sure = try AvailabilityLab.run(settings)
        #expect(sure.reliability == 1 && sure.measured == 1 && sure.mtbf == nil)
    }

    @Test func theGoldenFiguresOfDowntime() throws {
        var lab = DowntimeLab()
        #expect(try lab.run().perMinute.rounded() == 95)
        lab.perMinute = 95
        let report = try lab.run()
        #expect(report.before.minutes == 376 && report.before.cost == 35_720)
        #expect(abs(report.after.minutes - 22.56) < 1e-9 && report.after.cost.rounded() == 2_143)
        #expect(report.savings.rounded() == 33_577 && (report.roi * 100).rounded() == 224)
        #expect(abs(try #require(report.payback) - 5.4) < 0.05)
        // 23 cascades a day.
        lab.perMinute = 1_000_000.0 / 60
        lab.incidents = 23 * 365
        #expect(try lab.run().before.cost.rounded() == 6_576_083_333)
        lab.fewer = 2
        #expect(throws: LabRefusal("fewer 2: give 0 to 1")) { try lab.run() }
    }

    @Test func aMinuteHasThreeParts() throws {
        var lab = DowntimeLab()
        lab.revenue = 525_600
        lab.lossShare = 0.5
        lab.recovery = 2
        lab.reputation = 10
        lab.customers = 100
        lab.churn = 0.01
        #expect(abs(try lab.run().perMinute - 12.5) < 1e-12)
    }

    @Test func theGoldenFiguresOfRetries() throws {
        let report = try RetryCostLab().run()
        #expect(abs(report.base - 2_592_000) < 1e-6 && abs(report.ratio - 0.0204) < 1e-12)
        #expect(report.direct.rounded() == 52_877 && report.total == report.direct)
        // Three standard deviations of 50 000 calls.
        #expect(abs(try #require(report.measured) - 0.0204) < 0.002)
    }

    @Test func whereAllFailEachRequestCostsAllItsAttempts() throws {
        var lab = RetryCostLab()
        lab.failures = 1
        lab.calls = 5_000
        let report = try lab.run()
        #expect(report.ratio == 2)
        #expect(abs(try #require(report.measured) - 2) < 0.01)
        lab.retries = 16
        #expect(throws: LabRefusal("retries 16: give 0 to 15")) { try lab.run() }
    }

    @Test func sheetsAreWhole() throws {
        let sheets = [
            try AvailabilityLab.run(AvailabilityLab.Settings()).sheet, try DowntimeLab().run().sheet,
            try RetryCostLab().run().sheet,
        ]
        for sheet in sheets {
            for table in sheet.tables { #expect(table.rows.allSatisfy { $0.count == table.columns.count }) }
            #expect(sheet.replay.hasPrefix("cellmesh lab "))
        }
    }
}
