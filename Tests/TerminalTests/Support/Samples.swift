import Feed
import Foundation
import MeshBase
import Reports
import Sharding

@testable import Terminal

/// A mesh as the feed tells it, from nothing but numbers.
enum Samples {
    /// 12:04:31 UTC.
    static let t: Int64 = 1_772_366_671_000
    static let now = Instant(nanoseconds: 1_000_000_000_000)

    static func hello(boot: String = "b1") -> FeedHello {
        FeedHello(mesh: "three-regions", source: .live, boot: boot, now: t, period: 1_000, history: 900_000)
    }

    /// Two bytes each, the lower one first.
    private static func text(_ words: [Int]) -> String {
        String(
            decoding: Base64Text.bytes(
                words.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }),
            as: UTF8.self)
    }

    /// Regions of cells `us-east-1` ..., two zones each; customers `c1` ... with three cells each.
    static func shape(cells count: Int = 12, customers: Int = 40, names: [String]? = nil) -> FeedShape {
        let regions = ["us-east", "us-west", "eu-west"]
        let perRegion = (count + 2) / 3
        let cells = names ?? (0..<count).map { "\(regions[$0 / perRegion])-\($0 % perRegion + 1)" }
        let shards = (0..<customers).flatMap { customer in (0..<3).map { (customer + $0 * perRegion) % count } }
        return FeedShape(
            epoch: 1, k: 3, spread: "region", regions: regions,
            zones: .init(name: ["a", "b", "a", "b", "a", "b"], at: [0, 0, 1, 1, 2, 2]),
            cells: .init(
                name: cells, at: (0..<count).map { $0 / perRegion * 2 + $0 % 2 },
                weight: Array(repeating: 1, count: count)),
            routers: .init(name: ["r1"], at: [0]), services: ["checkout", "payment", "shipping"],
            edges: [[0, 1], [0, 2]],
            customers: .init(count: customers, order: text(Array(1...customers)), shards: text(shards)))
    }

    /// Everything serves; figures differ from cell to cell.
    static func state(cells count: Int = 12, seq: UInt64 = 1) -> FeedState {
        var state = FeedState(seq: seq, t: t, cells: count)
        for cell in 0..<count {
            func set(_ field: FeedField, _ value: Double) { state.cells[field, cell] = FeedFigure(value, field) }
            func word<Word: CaseIterable & Equatable>(_ field: FeedField, _ word: Word) {
                state.cells[field, cell] = FeedFigure(Array(Word.allCases).firstIndex(of: word), field)
            }
            word(.state, FeedCellState.serving)
            word(.process, ProcessWitness.running)
            word(.gossip, GossipWitness.alive)
            word(.traffic, TrafficWitness.reached)
            word(.condition, FeedCondition.none)
            set(.rps, Double(30 + cell * 3))
            set(.err, 0)
            set(.p50, 4.1)
            set(.p99, Double(38 + cell))
            set(.util, Double(40 + cell % 6 * 5) / 100)
            set(.waiting, Double(cell % 3))
            set(.age, 0)
        }
        state.mesh.rps = 412
        (state.mesh.ok, state.mesh.err, state.mesh.p50, state.mesh.p99) = (0.9998, 0.1, 4.1, 38)
        state.mesh.views = [13, 13]
        state.amplification = [FeedAmplification(layer: "router", ratio: 1.02)]
        state.impact = FeedImpact(predicted: .init(lost: 0, degraded: 0, untouched: 40))
        state.impact.ofThoseSeen = .init()
        state.impact.different = 0
        judge(&state)
        return state
    }

    /// As the feed does, of a mesh whose cells are all to serve.
    static func judge(_ state: inout FeedState) {
        state.mesh.headline = FeedHeadline(
            state.cells, names: shape(cells: state.cells.count).cells.name,
            taking: CellSet((0..<state.cells.count).map { CellIndex($0) }), drained: 0, routers: state.routers)
    }

    /// The first cell was killed 12 seconds ago; another one has a breaker open, a third one's witnesses differ.
    static func kill(cells count: Int = 12, seq: UInt64 = 1) -> FeedState {
        var state = state(cells: count, seq: seq)
        func word<Word: CaseIterable & Equatable>(_ cell: Int, _ field: FeedField, _ word: Word) {
            state.cells[field, cell] = FeedFigure(Array(Word.allCases).firstIndex(of: word), field)
        }
        for field in FeedField.allCases { state.cells[field, 0] = .unknown }
        word(0, .state, FeedCellState.down)
        word(0, .process, ProcessWitness.gone)
        word(0, .gossip, GossipWitness.dead)
        word(0, .traffic, TrafficWitness.none)
        word(0, .condition, FeedCondition.silent)
        state.cells[.age, 0] = FeedFigure(12, .age)
        state.cells[.err, 1] = FeedFigure(0.031, .err)
        state.cells[.util, 1] = FeedFigure(0.91, .util)
        word(1, .condition, FeedCondition.crowded)
        word(3, .gossip, GossipWitness.dead)
        word(3, .condition, FeedCondition.differ)
        state.breakers = [
            FeedBreaker(
                name: "us-east-2/checkout/shipping", state: "open", since: t - 4_000, failure: 0.62, calls: 21)
        ]
        state.faults = [
            FeedFault(
                id: "f3", kind: "latency", targets: ["cell/us-west-1"], until: t + 131_000, hits: 1_204,
                what: "latency 30 ms ± 3.00 ms"),
            FeedFault(id: "f4", kind: "loss", targets: ["zone/eu-west/a"], until: t + 20_000, hits: 0),
        ]
        state.impact = FeedImpact(
            predicted: .init(lost: 0, degraded: 10, untouched: 30), observed: .init(lost: 0, degraded: 6, untouched: 20)
        )
        state.impact.open = true
        state.impact.seen = 26
        state.impact.ofThoseSeen = .init(lost: 0, degraded: 6, untouched: 20)
        state.impact.different = 0
        let marks = (0..<40).map { (customer: Int) -> UInt8 in
            let predicted: UInt8 = customer % 4 == 0 ? 2 : 1
            return predicted | (customer % 3 == 0 ? 0 : predicted) << 2
        }
        state.impact.marks = CustomerMarks.text(marks, bits: 4)
        judge(&state)
        return state
    }

    static let events = FeedEvents(events: [
        event(1, "12:04:17.311", "process", "kill", "us-east-1", [:], ["control"], 1),
        event(2, "12:04:18.350", "member", "suspect", "us-east-1", [:], ["us-west-4", "r1"], 2),
        event(
            3, "12:04:19.560", "member", "dead", "us-east-1", [:], ["us-west-4", "r1", "eu-west-1", "eu-west-2"], 13),
    ])

    static func event(
        _ n: UInt64, _ time: String, _ type: String, _ action: String, _ id: String,
        _ attributes: [String: EventRecord.Value], _ observers: [String], _ seen: Int
    ) -> FeedEvents.Event {
        FeedEvents.Event(
            n: n,
            event: EventRecord(
                time: "2026-03-01T\(time)Z", type: type, action: action, id: id, attributes: attributes),
            observers: observers, seen: seen)
    }

    /// A model that has been told of a mesh.
    static func model(
        _ view: TopView = .cells, shape: FeedShape? = nil, state: FeedState? = nil, isReadOnly: Bool = false
    ) -> TopModel {
        var model = TopModel(view: view, isReadOnly: isReadOnly)
        for message in [
            FeedMessage.hello(hello()), .shape(shape ?? self.shape()), .state(state ?? kill()), .event(events),
        ] { _ = model.take(message, now: now) }
        return model
    }

    static func text(
        _ model: TopModel, _ columns: Int, _ rows: Int, _ charset: Charset = .braille, now: Instant = now
    ) -> String {
        TopScreen.lines(model, ScreenSize(columns: columns, rows: rows), charset, now: now)
            .map { charset.fitted($0.text) + "\n" }.joined()
    }
}

/// Keys as somebody types them.
extension TopModel {
    mutating func press(_ text: String, now: Instant = Samples.now) -> [TopOrder] {
        text.flatMap { take($0 == "\n" ? .enter : .character($0), rows: 10, now: now) }
    }
}
