import MeshBase
import Reports
import Testing

@testable import LoadGenerator

/// In virtual time.
@Suite struct LoadSeriesTests {
    private func at(_ milliseconds: Int64) -> Instant { .zero + .seconds(100) + .milliseconds(milliseconds) }

    private func note(
        _ series: inout LoadSeries, _ milliseconds: Int64, _ cell: String, of customer: Int = 1, service: Int = 0,
        isOK: Bool = true, isShed: Bool = false, took: TimeAmount? = .milliseconds(10)
    ) {
        Array(cell.utf8).withUnsafeBytes {
            series.note(
                customer, service: service, cell: $0, isOK: isOK, isShed: isShed, after: took, now: at(milliseconds))
        }
    }

    @Test func eachSecondHasItsFiguresByCellAndByService() throws {
        var series = LoadSeries(services: ["checkout"])
        note(&series, -500, "a")
        series.begin(at: at(0))
        for time in [0, 400, 999] { note(&series, Int64(time), "a") }
        note(&series, 1_000, "b", service: 1, isOK: false, isShed: true, took: .milliseconds(100))
        series.noteDropped()
        series.timerWas(late: .milliseconds(7))
        series.took(late: .milliseconds(2))
        note(&series, 3_200, "", service: 1, isOK: false, took: nil)
        #expect(series.document().count == 3)
        series.finish(at: at(3_300))
        note(&series, 3_400, "a")
        let document = series.document()
        #expect(document.all.requests == [3, 1, 0, 1] && document.all.ok == [3, 0, 0, 0])
        #expect(document.all.shed == [0, 1, 0, 0])
        // What began before its first request, and what came after its end, is in no second.
        #expect(document.cells["a"]?.requests == [3, 0, 0, 0] && document.cells["b"]?.requests == [0, 1, 0, 0])
        #expect(document.services["records"]?.requests == [3, 0, 0, 0])
        #expect(
            document.services["checkout"]?.ok == [0, 0, 0, 0]
                && document.services["checkout"]?.requests == [0, 1, 0, 1])
        let p99 = document.all.p99
        #expect(p99[2] == nil && p99[3] == nil)
        #expect(try #require(p99[0]) > 8 && #require(p99[0]) < 12 && #require(p99[1]) > 80)
        #expect(document.noise.dropped == [0, 1, 0, 0] && document.noise.late == [0, 7, 0, 0])
        #expect(document.noise.lag[0] == nil && document.noise.lag[1] != nil)
        #expect(series.document(last: 2).all.requests == [0, 1])
    }

    @Test func longRunsHaveLongerPeriodsAndLoseNoRequest() {
        var series = LoadSeries(services: [])
        series.begin(at: at(0))
        for second in 0..<5_000 { note(&series, Int64(second) * 1_000 + 1, second == 4_999 ? "late" : "a") }
        series.finish(at: at(5_000_000))
        let document = series.document()
        #expect(document.period == 8_000 && document.count <= LoadSeries.mostPeriods)
        #expect(document.all.requests.reduce(0, +) == 5_000)
        #expect(document.all.requests.dropLast().allSatisfy { $0 == 8 })
        #expect(document.cells["late"]?.requests.count == document.count)
        #expect(document.cells.values.allSatisfy { $0.p99.count == document.count })
        #expect(document.noise.late.count == document.count)
    }

    @Test func whoFailedIsKnownAsFarAsThereIsRoom() {
        var series = LoadSeries(services: [])
        series.begin(at: at(0))
        for customer in [7, 3, 7] { note(&series, 100, "a", of: customer, isOK: false) }
        note(&series, 200, "a", of: 9)
        note(&series, 1_100, "", of: 3, isOK: false)
        series.advance(to: at(3_000))
        #expect(series.document().failing == [[3, 7], [3], []] && series.document(last: 2).failing == nil)
        for customer in 0...LoadSeries.mostFailing { note(&series, 3_100, "a", of: customer, isOK: false) }
        series.finish(at: at(4_000))
        #expect(series.document().failing == nil && series.document().count == 4)
        // Two periods become one.
        var long = LoadSeries(services: [])
        long.begin(at: at(0))
        for second in 0..<1_000 { note(&long, Int64(second) * 1_000 + 1, "a", of: second, isOK: second > 2) }
        long.finish(at: at(1_000_000))
        #expect(long.document().failing?.count == long.document().count && long.document().failing?[0] == [0, 1])
    }

    @Test func manyCellsAreBoundedAndTheRestShareOneName() {
        var series = LoadSeries(services: [])
        series.begin(at: at(0))
        for second in 0..<400 {
            for cell in 0..<5 { note(&series, Int64(second) * 1_000 + 1, "c\(second * 5 + cell)") }
        }
        series.finish(at: at(400_000))
        let document = series.document()
        #expect(document.cells.count == LoadSeries.mostGroups + 1)
        #expect(document.cells["other"]!.requests.reduce(0, +) == 2_000 - UInt64(LoadSeries.mostGroups))
        #expect(document.count * document.cells.count < 140_000)
        #expect(document.all.requests.reduce(0, +) == 2_000)
    }

    @Test func aTimerThatIsLateAndAClockThatIsSetAreNoise() {
        var noise = LoadNoise()
        let step = TimeAmount.milliseconds(10)
        #expect(noise.look(at: at(0), step: step, wallOffset: 5) == .zero)
        #expect(noise.look(at: at(10), step: step, wallOffset: 5) == .zero)
        #expect(noise.look(at: at(51), step: step, wallOffset: 50_000_000) == .milliseconds(30))
        #expect(noise.clockJumps == 0)
        _ = noise.look(at: at(61), step: step, wallOffset: 50_000_000_000)
        _ = noise.look(at: at(71), step: step, wallOffset: 1_000_000)
        #expect(noise.clockJumps == 2 && noise.late.longest == .milliseconds(30))
    }
}
