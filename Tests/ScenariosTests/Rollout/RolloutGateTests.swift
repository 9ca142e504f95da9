import MeshBase
import Reports
import Testing

@testable import Scenarios

@Suite struct RolloutGateTests {
    private func cell(ok: UInt64, failed: UInt64 = 0) -> CellFiguresPage.Cell {
        .init(services: AttemptFigures(ok: ok, failed: failed))
    }

    private func gate(
        _ name: String, _ changed: CellFiguresPage.Cell, _ others: CellFiguresPage.Cell,
        offered: (UInt64, UInt64) = (9_000, 9_000),
        before: UInt64 = 3_000
    ) throws -> RolloutReport.Gate {
        let gates = RolloutGates(
            changed: .init(changed, offered: offered.0), others: .init(others),
            changedBefore: .init(cell(ok: before), offered: offered.1))
        return try #require(gates.all.first { $0.name == name })
    }

    @Test func aDelayThatNobodyNoticesIsMetWhateverItsRatio() throws {
        func timed(_ microseconds: UInt64) -> CellFiguresPage.Cell {
            var cell = cell(ok: 2_000)
            cell.services.times = [[microseconds, 2_000]]
            return cell
        }
        #expect(try gate("p99 of services", timed(1_300), timed(350)).verdict == .met)
        #expect(try gate("p99 of services", timed(2_600), timed(350)).verdict == .failed)
        // Of few answers nobody knows how long the longest take.
        var few = cell(ok: 200)
        few.services.times = [[900, 198], [1_700, 2]]
        let hasty = try gate("p99 of services", few, timed(520))
        #expect(hasty.verdict == .undecided, "\(hasty.text)")
        #expect(try gate("p99 of services", timed(13_000), timed(9_000)).verdict == .failed)
    }

    @Test func whatABusyMachineMakesSlowFailsNothing() throws {
        func timed(_ microseconds: UInt64) -> CellFiguresPage.Cell {
            var cell = cell(ok: 2_000)
            cell.services.times = [[microseconds, 2_000]]
            return cell
        }
        func verdict(_ late: TimeAmount) throws -> RolloutReport.Gate {
            var gates = RolloutGates(
                changed: .init(timed(11_000)), others: .init(timed(6_500)), changedBefore: .init())
            gates.late = late
            return try #require(gates.all.first { $0.name == "p99 of services" })
        }
        #expect(try verdict(.zero).verdict == .failed)
        #expect(try verdict(.milliseconds(4)).verdict == .failed)
        let busy = try verdict(.milliseconds(6))
        #expect(busy.verdict == .undecided && busy.needed == nil)
        #expect(busy.text.hasSuffix("limit 1.1x, while timers were late by 6.00 ms"), "\(busy.text)")
    }

    @Test func aShareFailsWhereItsIntervalLeavesTheBoundOut() throws {
        #expect(try gate("success rate", cell(ok: 1_000), cell(ok: 1)).verdict == .met)
        #expect(try gate("success rate", cell(ok: 900, failed: 100), cell(ok: 1)).verdict == .failed)
        #expect(try gate("success rate", cell(ok: 94, failed: 6), cell(ok: 1)).verdict == .undecided)
        #expect(try gate("success rate", cell(ok: 192, failed: 8), cell(ok: 1)).verdict == .met)
        #expect(try gate("success rate", cell(ok: 0), cell(ok: 1)).verdict == .undecided)
    }

    @Test func errorsAreHeldAgainstTheOthers() throws {
        let others = cell(ok: 9_900, failed: 100)
        #expect(try gate("error rate", cell(ok: 3_000), others).verdict == .met)
        #expect(try gate("error rate", cell(ok: 2_900, failed: 100), others).verdict == .failed)
        #expect(try gate("error rate", cell(ok: 2_970, failed: 30), others).verdict == .undecided)
        // One failure beside none is no ratio, and many beside none are.
        #expect(try gate("error rate", cell(ok: 3_000, failed: 1), cell(ok: 9_000)).verdict == .met)
        #expect(try gate("error rate", cell(ok: 100, failed: 1), cell(ok: 9_000)).verdict == .undecided)
        #expect(try gate("error rate", cell(ok: 3_000, failed: 12), cell(ok: 9_000)).verdict == .failed)
    }

    @Test func throughputIsWhatACellDidBeforeInProportionToTheOthers() throws {
        let others = cell(ok: 9_000)
        #expect(try gate("throughput", cell(ok: 2_820), others).verdict == .undecided)
        #expect(
            try gate("throughput", cell(ok: 12_000), others, offered: (40_000, 40_000), before: 12_000).verdict == .met)
        #expect(try gate("throughput", cell(ok: 2_400), others).verdict == .failed)
        // Half the load is no harm.
        #expect(
            try gate("throughput", cell(ok: 12_000), others, offered: (40_000, 80_000), before: 24_000).verdict == .met)
    }

    @Test func ratiosJoinIntervals() {
        let one = RatioInterval(.init(100, low: 90, high: 110), over: .init(100, low: 100, high: 100))
        #expect(abs(one.low - 0.9) < 1e-9 && abs((one.high ?? 0) - 1.1) < 1e-9 && one.ratio == 1)
        let both = RatioInterval(.init(100, low: 90, high: 110), over: .init(100, low: 90, high: 110))
        #expect(both.low < 0.9 && both.low > 90.0 / 110 && (both.high ?? 0) > 1.1 && (both.high ?? 9) < 110.0 / 90)
        let none = RatioInterval(.init(3, low: 1, high: 9), over: .init(0, low: 0, high: 2))
        #expect(none.ratio == nil && none.low == 0.5 && none.high == nil)
    }

    @Test func timesLieWithinTheirBuckets() {
        var histogram = DurationHistogram()
        for micros in 1..<10_240 { histogram.record(.microseconds(Int64(micros))) }
        let figures = AttemptFigures(
            times: histogram.buckets.map { [UInt64($0.upTo.nanoseconds / 1_000), UInt64($0.count)] })
        for rank in [10, 100, 777, 5_000, 9_900] as [UInt64] {
            #expect(abs(figures.time(ofRank: rank) - Double(rank)) < Double(rank) * 0.005 + 1, "\(rank)")
        }
        let more = figures.since(AttemptFigures(times: [[2, 1]]))
        #expect(more.answered == 10_238)
    }
}
