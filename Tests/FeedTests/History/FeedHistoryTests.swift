import MeshBase
import Reports
import Testing

@testable import Feed

@Suite struct FeedHistoryTests {
    @Test(arguments: seeds(2))
    func thePastIsWhatItWas(_ seed: UInt64) {
        var generator = Generator(seed: seed, concern: "history")
        var history = FeedHistory()
        var states: [FeedState] = []
        var state = FeedState(seq: 7, t: 5_000, cells: 9)
        #expect(history.span == nil && history.state(at: 9) == nil)
        for _ in 0..<400 {
            state.change(&generator, cells: 5)
            state.seq += 1 + generator.below(2)
            state.t += 200 + Int64(generator.below(2_000))
            states.append(state)
            history.append(state)
        }
        #expect(history.span == states[0].t...state.t)
        for known in states where generator.chance(0.2) {
            let isSame = history.state(at: known.t) == known && history.state(at: known.t + 150) == known
            #expect(isSame, "\(replay(seed, "FeedHistoryTests"))")
        }
        #expect(history.state(at: states[0].t - 1) == nil)
        #expect(history.state(at: .max) == state)
    }

    @Test func aStretchIsReadInItsOrderOneStateOfEachLength() {
        var generator = Generator(seed: 3, concern: "history")
        var history = FeedHistory()
        var states: [FeedState] = []
        var state = FeedState(seq: 0, t: 1_000, cells: 3)
        for _ in 0..<200 {
            state.change(&generator, cells: 2)
            state.t += 1_000
            states.append(state)
            history.append(state)
        }
        let found = history.states(from: 21_000, every: 5_000)
        let isSame = found == states.filter { $0.t >= 21_000 && ($0.t - 21_000) % 5_000 == 0 }
        #expect(isSame, "\(found.map(\.t))")
        #expect(history.states(from: state.t + 1, every: 1_000).isEmpty)
        let isWhole = history.states(from: 0, every: 1) == states
        #expect(isWhole)
    }

    /// A hundred cells under load: rates, percentiles and pools of all move each second.
    @Test func aQuarterOfAnHourHasRoom() throws {
        var generator = Generator(seed: 1, concern: "history")
        var history = FeedHistory()
        var state = FeedState(seq: 0, t: 0, cells: 100)
        for second in 0..<1_200 {
            state.seq += 1
            state.t = Int64(second) * 1_000
            state.mesh.rps = 1_000 + Double(generator.below(100)) / 10
            state.mesh.p99 = 40 + Double(generator.below(100)) / 10
            for cell in 0..<100 {
                state.cells[.state, cell] = FeedFigure(2, .state)
                state.cells[.rps, cell] = FeedFigure(raw: 1_000 + Int32(generator.below(60)))
                state.cells[.p50, cell] = FeedFigure(raw: 400 + Int32(generator.below(30)))
                state.cells[.p99, cell] = FeedFigure(raw: 4_000 + Int32(generator.below(400)))
                state.cells[.util, cell] = FeedFigure(raw: 60 + Int32(generator.below(10)))
                state.cells[.waiting, cell] = FeedFigure(raw: Int32(generator.below(3)))
            }
            history.append(state)
            #expect(history.size <= 100 * FeedHistory.bytesPerCell + FeedHistory.bytesOfMesh)
        }
        let span = try #require(history.span)
        #expect(span.upperBound == 1_199_000 && span.upperBound - span.lowerBound >= FeedHistory.longest - 60_000)
        #expect(span.upperBound - span.lowerBound <= FeedHistory.longest + 60_000, "older ones leave")
    }

    @Test func whatHasNoRoomMakesThePastShorter() throws {
        var generator = Generator(seed: 1, concern: "history")
        var history = FeedHistory()
        var state = FeedState(seq: 0, t: 0, cells: 4)
        for tick in 1...900 {
            state.t = Int64(tick) * 1_000
            state.impact.marks = CustomerMarks.text((0..<10_000).map { _ in UInt8(generator.below(16)) }, bits: 4)
            history.append(state)
            #expect(history.size <= 4 * FeedHistory.bytesPerCell + FeedHistory.bytesOfMesh)
        }
        let span = try #require(history.span)
        #expect(span.lowerBound > 700_000 && history.state(at: 900_000) == state)
    }

    @Test func aClockThatIsSetBackBeginsANewPast() {
        var history = FeedHistory()
        for t in [10, 20, 30] as [Int64] { history.append(FeedState(seq: 1, t: t, cells: 1)) }
        history.append(FeedState(seq: 2, t: 15, cells: 1))
        #expect(history.span == 15...15)
        history.append(FeedState(seq: 3, t: 16, cells: 2))
        #expect(history.span == 16...16 && history.state(at: 16)?.cells.count == 2)
    }
}
