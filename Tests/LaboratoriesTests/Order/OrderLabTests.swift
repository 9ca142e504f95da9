import MeshBase
import Testing

@testable import Laboratories

@Suite struct OrderLabTests {
    @Test func theThreeOrdersDifferWhereTheyAreSaidTo() throws {
        let report = try OrderLab.run(OrderLab.Settings())
        let rows = Dictionary(uniqueKeysWithValues: report.orders.map { ($0.order, $0) })
        let cellmesh = try #require(rows["cellmesh"]), seeds = try #require(rows["seeds"])
        let orchestra = try #require(rows["orchestra"])
        // The same calls, and all well while nothing fails.
        #expect(Set(report.orders.map(\.calls)).count == 1 && cellmesh.calls > 5_000)
        #expect(report.orders.allSatisfy { $0.okByPart[0] == 1 })
        // One result a call, against one an attempt.
        #expect(seeds.recorded < seeds.executions)
        #expect(abs(cellmesh.recorded - cellmesh.executions) < cellmesh.executions / 50)
        // A permit is held through backoffs where it is the call's.
        let each = report.orders.map { $0.held / Int64(max($0.permits, 1)) }
        #expect(each[0] < each[1])
        // What a retry mends, the breaker of the seeds never sees.
        #expect(seeds.okByPart[1] > cellmesh.okByPart[1])
        // While all fails, the least work is done where each attempt is counted.
        #expect(cellmesh.executions < seeds.executions || orchestra.executions < seeds.executions)
    }

    @Test func withoutFailuresTheOrderIsNoMatter() throws {
        var settings = OrderLab.Settings()
        settings.failures = 0
        settings.attempts = 1
        let report = try OrderLab.run(settings)
        #expect(report.orders.allSatisfy { $0.okByPart[1] > 0.99 })
    }

    @Test func aSeedIsARun() throws {
        let report = try OrderLab.run(OrderLab.Settings())
        #expect(try OrderLab.run(OrderLab.Settings()) == report)
        for table in report.sheet.tables { #expect(table.rows.allSatisfy { $0.count == table.columns.count }) }
        var settings = OrderLab.Settings()
        settings.rate = 0
        #expect(throws: LabRefusal("rate 0: give 1 to 1000")) { try OrderLab.run(settings) }
    }
}
