import MeshBase
import Reports
import Testing

@testable import Feed

@Suite struct DeltaTests {
    /// 10 000 deltas in all, read by one who is away now and then, for longer than deltas are kept or not.
    @Test(arguments: seeds(4))
    func deltasWithGapsMakeOneState(_ seed: UInt64) throws {
        var generator = Generator(seed: seed, concern: "deltas")
        var coder = DeltaCoder(first: 100)
        var reader = DeltaReader()
        var state = FeedState(seq: 0, t: 0, cells: 12)
        var isAway = false
        var told = (deltas: 0, states: 0)
        for tick in 1...2_500 {
            state.change(&generator, cells: Int(generator.below(6)))
            state.t = Int64(tick) * 1_000
            let live = coder.take(state)
            if generator.chance(isAway ? 0.05 : 0.05) { isAway.toggle() }
            guard !isAway else { continue }
            if case .delta(let delta) = live, delta.seq == (reader.state?.seq ?? 0) + 1 {
                try reader.take(message(live.serverSentEvent))
                told.deltas += 1
            } else {
                for event in coder.events(after: reader.state?.seq) {
                    let missed = try message(event)
                    if case .state = missed { told.states += 1 } else { told.deltas += 1 }
                    try reader.take(missed)
                }
            }
            let isSame = reader.state == coder.told
            #expect(isSame, "tick \(tick): \(replay(seed, "DeltaTests"))")
            guard isSame else { return }
            var known = state
            known.seq = reader.state?.seq ?? 0
            #expect(reader.state == known, "tick \(tick): \(replay(seed, "DeltaTests"))")
        }
        #expect(told.states > 5 && told.deltas > 1_000, "\(told)")
    }

    @Test func aTickHasItsBound() throws {
        var generator = Generator(seed: 3, concern: "large")
        var coder = DeltaCoder(first: 1)
        var reader = DeltaReader()
        var state = FeedState(seq: 0, t: 0, cells: 1_024)
        try reader.take(coder.take(state))
        func upset() {
            for field in FeedField.allCases {
                for cell in 0..<1_024 {
                    state.cells[field, cell] = FeedFigure(raw: Int32(generator.below(2_000_000_000)))
                }
            }
        }
        upset()
        var ticks = 0
        repeat {
            ticks += 1
            state.t += 1_000
            let message = coder.take(state)
            #expect(message.serverSentEvent.count <= DeltaCoder.mostBytes)
            if coder.waiting > 0 { #expect(message.serverSentEvent.count > DeltaCoder.mostBytes * 9 / 10) }
            try reader.take(message)
        } while coder.waiting > 0 && ticks < 20
        #expect(ticks > 1 && ticks < 6)
        #expect(reader.state?.cells == state.cells)
        // Where everything changes all the time, everybody has a turn.
        var told: Set<Int> = []
        for _ in 0..<6 {
            upset()
            guard case .delta(let delta) = coder.take(state) else { continue }
            #expect(FeedMessage.delta(delta).serverSentEvent.count <= DeltaCoder.mostBytes)
            told.formUnion(delta.cells?.i ?? [])
        }
        #expect(told.count == 1_024)
    }

    @Test func membersHaveRoomBesideEachOther() throws {
        var coder = DeltaCoder(first: 1)
        var state = FeedState(seq: 0, t: 0, cells: 1_024)
        _ = coder.take(state)
        let name = String(repeating: "n", count: 63)
        state.impact.marks = CustomerMarks.text(Array(repeating: 9, count: 10_000), bits: 4)
        state.breakers = (0..<64).map {
            FeedBreaker(
                name: "\(name)/\(name)/\(name)\($0)", state: "forced-open", since: 1 << 41, failure: 0.25, calls: 99)
        }
        state.alerts = (0..<64).map {
            FeedAlert(name: name, subject: "\(name)/\(name)\($0)", since: 1 << 41, value: 0.5)
        }
        for cell in 0..<1_024 { state.cells[.rps, cell] = FeedFigure(raw: 123) }
        var ticks = 0
        repeat {
            ticks += 1
            let message = coder.take(state)
            #expect(message.serverSentEvent.count <= DeltaCoder.mostBytes)
            state.t += 1
        } while coder.waiting > 0 && ticks < 9
        #expect(coder.told?.breakers == state.breakers && coder.told?.alerts == state.alerts && ticks < 9)
    }

    @Test func whoWasAwayForLongIsToldAState() throws {
        var coder = DeltaCoder(first: 500)
        var state = FeedState(seq: 0, t: 0, cells: 1)
        #expect(coder.events(after: nil).isEmpty)
        for tick in 0...40 {
            state.t = Int64(tick)
            _ = coder.take(state)
        }
        #expect(coder.told?.seq == 540)
        #expect(coder.events(after: 540).isEmpty)
        #expect(coder.events(after: 510).count == 30)
        for stranger in [509, 3, 541, .max] as [UInt64?] + [nil] {
            let events = coder.events(after: stranger)
            #expect(events.count == 1)
            #expect(try message(events[0]) == coder.told.map { .state($0) })
        }
    }

    @Test func anotherNumberOfCellsIsAnotherState() throws {
        var coder = DeltaCoder(first: 1)
        var reader = DeltaReader()
        try reader.take(coder.take(FeedState(seq: 0, t: 1, cells: 2)))
        try reader.take(coder.take(FeedState(seq: 0, t: 2, cells: 2)))
        let grown = coder.take(FeedState(seq: 0, t: 3, cells: 3))
        #expect(grown.name == "state" && grown.id == 3)
        try reader.take(grown)
        #expect(reader.state == coder.told && coder.events(after: 2).count == 1)
    }

    @Test func whatDoesNotFitIsNotRead() throws {
        var reader = DeltaReader()
        #expect(throws: DeltaReader.Problem.noState) { try reader.take(.delta(FeedDelta(seq: 1, t: 1))) }
        try reader.take(.state(FeedState(seq: 4, t: 1, cells: 1)))
        #expect(throws: DeltaReader.Problem.gap(has: 4, got: 6)) { try reader.take(.delta(FeedDelta(seq: 6, t: 1))) }
        var delta = FeedDelta(seq: 5, t: 2)
        delta.cells = .init(i: [1], columns: [.rps: [.unknown]])
        #expect(throws: DeltaReader.Problem.unknownCell(1)) { try reader.take(.delta(delta)) }
        // One that was read before.
        try reader.take(.delta(FeedDelta(seq: 4, t: 9)))
        #expect(reader.state?.seq == 4 && reader.state?.t == 1)
    }
}
