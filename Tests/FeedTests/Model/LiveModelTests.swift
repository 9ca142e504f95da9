import Chaos
import MeshBase
import Reports
import Sharding
import Testing
import Topology

@testable import Feed

@Suite struct LiveModelTests {
    let topology = mesh(regions: 3, cells: 2)
    var names: [String] { topology.cells.map(\.name) }

    func at(_ seconds: Double) -> Instant { .zero + TimeAmount(seconds: seconds) }
    func milliseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1_000) }

    func model(routers: Int = 1) -> LiveModel {
        var topology = topology
        topology.routers = (1...routers).map { Router(name: "e\($0)", region: 0) }
        return LiveModel(topology, placement: Placement(topology))
    }
    func healthy() -> [CellSight] {
        names.map { _ in CellSight(state: .serving, process: .running, gossip: .alive) }
    }
    func router(_ reached: [String]? = nil, boot: String = "b", requests: UInt64 = 0, failed: UInt64 = 0)
        -> RouterVitals
    {
        var vitals = RouterVitals(
            reached: Dictionary(uniqueKeysWithValues: (reached ?? names).map { ($0, "127.0.0.1:1") }))
        vitals.boot = boot
        vitals.requests = .init(
            total: requests, ok: requests - failed, failed: failed, attempts: requests + failed, retries: failed)
        vitals.latency = LatencyCounts(counts: (0..<LatencyBuckets.count).map { $0 == 28 ? requests : 0 })
        vitals.cells = .init(
            attempts: names.indices.map { $0 == 0 ? requests : 0 }, failed: names.indices.map { $0 == 0 ? failed : 0 },
            p50: names.indices.map { $0 == 0 ? 900 : nil }, p99: names.indices.map { $0 == 0 ? 42_000 : nil })
        return vitals
    }
    func cell(_ change: (inout CellVitals) -> Void = { _ in }) -> CellVitals {
        var vitals = CellVitals(utilisation: 0.2, isStoreFull: false, filled: 0, verified: 0, damaged: 0)
        vitals.condition = .init()
        change(&vitals)
        return vitals
    }

    func word(_ state: FeedState, _ field: FeedField, _ cell: Int) -> String {
        let words: [String] =
            switch field {
            case .state: FeedCellState.allCases.map(\.rawValue)
            case .process: ProcessWitness.allCases.map(\.rawValue)
            case .gossip: GossipWitness.allCases.map(\.rawValue)
            case .traffic: TrafficWitness.allCases.map(\.rawValue)
            default: FeedCondition.allCases.map(\.rawValue)
            }
        return words[Int(state.cells[field, cell].value(field) ?? -1)]
    }

    // MARK: Routers

    @Test func aRouterThatIsOutIsTold() {
        var model = model(routers: 3)
        func look(_ states: [ProcessState?], at second: Double) -> [FeedRouter] {
            model.look(
                healthy(), routers: states.map { RouterSight(state: $0, process: $0 == .down ? .gone : .running) },
                routersRun: true, now: at(second))
            return model.state(t: milliseconds(second), now: at(second)).routers ?? []
        }
        #expect(
            look([.serving, .serving, nil], at: 0).map(\.state) == [.unknown, .unknown, .unknown], "none was seen")
        for second in [1.0, 2, 11] {
            model.take(router(requests: UInt64(second) * 100, failed: UInt64(second)), of: "e1", now: at(second))
            if second < 3 { model.take(router(), of: "e2", now: at(second)) }
        }
        let rows = look([.serving, .down, nil], at: 11)
        #expect(rows.map(\.name) == ["e1", "e2", "e3"] && rows.map(\.state) == [.serving, .down, .unknown])
        #expect(rows.map(\.age) == [0, 9, nil] && rows.map(\.process) == [.running, .gone, .running])
        #expect(rows[0].rps == 100 && rows[0].ok == 0.99 && rows[1].rps == nil)
        let state = model.state(t: 11_000, now: at(11))
        #expect(state.mesh.headline?.word == .degraded && state.mesh.headline?.why.first == "router e2 down")
        func headline(_ routers: [FeedRouter]?) -> FeedHeadline {
            FeedHeadline(
                state.cells, names: names, taking: CellSet(names.indices.map { CellIndex($0) }), drained: 0,
                routers: routers)
        }
        let out = headline(rows.map { FeedRouter(name: $0.name, state: .paused) })
        #expect(out.word == .down && out.why.first == "3 of 3 routers out")
        #expect(headline(nil).why.allSatisfy { !$0.contains("router") })
        #expect(headline([FeedRouter(name: "e1", state: .degraded)]).why.contains("router e1 reaches not every cell"))
    }

    @Test func asManyRoutersAsRowsAreTold() {
        var model = model(routers: 100)
        model.look(healthy(), routersRun: true, now: at(0))
        #expect(model.state(t: 0, now: at(0)).routers?.count == LiveModel.mostRows)
    }

    /// At its beginning a model has asked nobody: that routers have found no cell yet is no difference of opinions.
    @Test func whoHasNotBeenAskedYetDiffersFromNobody() {
        var model = model()
        func condition(at second: Double) -> String {
            model.take(router([]), of: "e1", now: at(second))
            model.look(healthy(), routersRun: true, now: at(second))
            return word(model.state(t: milliseconds(second), now: at(second)), .condition, 0)
        }
        #expect(condition(at: 10) == "no-news" && condition(at: 12.9) == "no-news")
        #expect(condition(at: 13) == "differ")
    }

    // MARK: What is known

    @Test func nothingKnownIsAStateAndNotGreen() {
        var model = model()
        let before = model.state(t: 0, now: at(0))
        #expect(names.indices.allSatisfy { word(before, .state, $0) == "unknown" })
        #expect(
            before.mesh.rps == nil && before.mesh.ok == nil && before.cells[.rps, 0] == .unknown
                && before.cells[.age, 0] == .unknown)
        // The process table alone does not say that customers are served.
        model.look(healthy(), routersRun: true, now: at(1))
        let alone = model.state(t: 1, now: at(1))
        #expect(word(alone, .state, 0) == "unknown" && word(alone, .process, 0) == "running")
        #expect(word(alone, .condition, 0) == "no-news" && word(alone, .traffic, 0) == "unknown")
        model.take(router(), of: "e1", now: at(1))
        #expect(word(model.state(t: 1, now: at(1)), .state, 0) == "serving")
        #expect(word(model.state(t: 1, now: at(1)), .condition, 0) == "no-news")
        model.take(cell(), of: CellIndex(0), now: at(1))
        #expect(word(model.state(t: 1, now: at(1)), .condition, 0) == "none")
        // All witnesses fall silent.
        let late = model.state(t: 9, now: at(9))
        #expect(word(late, .state, 0) == "unknown" && word(late, .gossip, 0) == "unknown")
        #expect(late.cells[.age, 0].value(.age) == 8 && late.cells[.util, 0] == .unknown)
    }

    @Test func witnessesThatDifferAreTheNews() {
        var model = model(routers: 2)
        var sights = healthy()
        sights[0].gossip = .dead
        sights[1] = CellSight(state: .down, process: .gone, gossip: .alive)
        sights[2] = CellSight(state: .down, process: .gone, gossip: .dead)
        sights[4].address = "127.0.0.1:2"
        model.look(sights, routersRun: true, now: at(1))
        for position in names.indices { model.take(cell(), of: CellIndex(position), now: at(1)) }
        model.take(router(Array(names.filter { $0 != names[2] && $0 != names[1] })), of: "e1", now: at(1))
        model.take(router([names[0], names[4]]), of: "e2", now: at(1))
        let state = model.state(t: 1, now: at(1))
        #expect((0..<3).map { word(state, .condition, $0) } == ["differ", "differ", "none"])
        #expect(word(state, .traffic, 3) == "partly" && word(state, .condition, 3) == "partly-reached")
        // The routers reach an address that is of a former life.
        #expect(word(state, .traffic, 4) == "none" && word(state, .condition, 4) == "differ")
        #expect(word(state, .state, 1) == "down" && word(state, .state, 2) == "down")
    }

    @Test func conditionsAreNamed() {
        var model = model()
        model.look(healthy(), routersRun: true, now: at(1))
        model.take(router(), of: "e1", now: at(1))
        let cases: [(String, (inout CellVitals) -> Void)] = [
            ("store-broken", { $0.condition?.storeBroken = true }), ("store-full", { $0.isStoreFull = true }),
            ("refilling", { $0.condition?.store = "refilling" }), ("not-ready", { $0.condition?.ready = false }),
            ("pool-full", { $0.utilisation = 0.81 }), ("reduced", { $0.condition?.level = "minor" }),
            ("unhealthy", { $0.condition?.health = "degraded" }), ("none", { _ in }),
        ]
        for (expected, change) in cases {
            model.take(cell(change), of: CellIndex(0), now: at(1))
            #expect(word(model.state(t: 1, now: at(1)), .condition, 0) == expected)
        }
        var sights = healthy()
        sights[0].named = .liar
        model.look(sights, routersRun: true, now: at(1))
        #expect(word(model.state(t: 1, now: at(1)), .condition, 0) == "liar")
    }

    // MARK: The headline

    @Test func theMeshIsJudgedByCellsThatAreToServeAndByWhatCustomersGet() throws {
        var model = model(routers: 2)
        func judged(
            _ sights: [CellSight], impaired: [PublicStatus.Service] = [],
            _ change: (inout CellVitals) -> Void = { _ in }
        ) throws -> FeedHeadline {
            model.look(sights, routersRun: true, now: at(1))
            for position in names.indices {
                model.take(position == 1 ? cell(change) : cell(), of: CellIndex(position), now: at(1))
            }
            for name in ["e1", "e2"] {
                var vitals = router()
                if name == "e2" { vitals.impaired = impaired }
                model.take(vitals, of: name, now: at(1))
            }
            return try #require(model.state(t: 1, now: at(1)).mesh.headline)
        }
        #expect(try #require(model.state(t: 0, now: at(0)).mesh.headline).word == .unknown)
        #expect(try judged(healthy()) == FeedHeadline(word: .serving, serving: 6, of: 6))
        var sights = healthy()
        sights[0] = CellSight(state: .down, process: .gone, gossip: .dead)
        #expect(try judged(sights).word == .degraded && judged(sights).serving == 5)
        #expect(try judged(sights).why == ["\(names[0]) down"])
        // All serve, and one says that it is not well.
        let unhealthy = try judged(healthy()) { $0.condition?.health = "degraded" }
        #expect(unhealthy == FeedHeadline(word: .degraded, serving: 6, of: 6, why: ["\(names[1]) unhealthy"]))
        // What customers get is not whole, as one router tells.
        let slow = PublicStatus.Service(name: "shipping", state: .degraded, answers: .degraded)
        let refusing = PublicStatus.Service(name: "rates", state: .majorOutage, answers: .tryAgain)
        let answers = try judged(healthy(), impaired: [slow, refusing])
        #expect(answers.word == .degraded && answers.why == ["rates refuses", "shipping answers degraded"])
        let out = CellSight(state: .down, process: .gone, gossip: .dead)
        #expect(try judged(names.map { _ in out }).word == .down)
    }

    /// Right behind `up`, and when another control plane takes the mesh over.
    @Test func whatNobodyHasToldYetIsNotDown() throws {
        func judged(_ cells: [CellSight], _ routers: [RouterSight], hasTold: Bool = false) throws -> FeedHeadline {
            var model = model(routers: routers.count)
            model.look(cells, routers: routers, routersRun: true, now: at(1))
            if hasTold {
                for cell in names.indices { model.take(self.cell(), of: CellIndex(cell), now: at(1)) }
            }
            return try #require(model.state(t: 1, now: at(1)).mesh.headline)
        }
        func all(_ sight: CellSight) -> [CellSight] { names.map { _ in sight } }
        let untold = RouterSight(state: .starting, process: .running)
        let begins = RouterSight(state: .starting, process: .starting)
        let gone = RouterSight(state: .down, process: .gone)
        let down = CellSight(state: .down, process: .gone, gossip: .dead)
        // The process table has them, and no router has told.
        let running = all(CellSight(state: .starting, process: .running))
        #expect(try judged(running, [untold]) == FeedHeadline(word: .unknown, serving: 0, of: 6))
        #expect(try judged(running, [RouterSight(state: .starting)]).why.isEmpty, "as an observer has it")
        #expect(try judged(healthy(), [untold], hasTold: true) == FeedHeadline(word: .serving, serving: 6, of: 6))
        // Processes begin.
        let starting = all(CellSight(state: .starting, process: .starting))
        #expect(try judged(starting, [begins]).word == .unknown)
        let half = try judged(healthy(), [begins], hasTold: true)
        #expect(half.word == .degraded && half.why == ["router e1 starting"])
        // Of one cell it is known that it does not serve, of the others nothing.
        #expect(try judged([down] + running.dropFirst(), [untold]).word == .unknown)
        // Known of each.
        #expect(try judged(all(down), [untold]).word == .down)
        #expect(try judged([starting[0]] + all(down).dropFirst(), [untold]).word == .down)
        #expect(try judged(healthy(), [gone, begins], hasTold: true).word == .down)
        #expect(try judged(healthy(), [gone, untold], hasTold: true).word == .degraded)
    }

    /// Right behind a heal: the router has its links again, and its vitals are of a moment ago.
    @Test func whatARouterReachesByNowCountsBeforeTheRestOfItIsTold() throws {
        var model = model()
        var sights = healthy()
        for cell in 2..<6 { sights[cell].state = .unreachable }
        let partial = [RouterSight(state: .degraded, process: .running)]
        model.look(sights, routers: partial, routersRun: true, now: at(1))
        model.take(router(Array(names.prefix(2))), of: "e1", now: at(1))
        for cell in names.indices { model.take(self.cell(), of: CellIndex(cell), now: at(1)) }
        #expect(!model.isOf(sights, routers: partial), "it has told something since")
        #expect(try #require(model.state(t: 1, now: at(1)).mesh.headline).word == .degraded)
        #expect(model.isOf(sights, routers: partial))
        model.take(reached: router(Array(names.prefix(2))).reached, of: "e1")
        #expect(model.isOf(sights, routers: partial), "it says the same again")
        let whole = [RouterSight(state: .serving, process: .running)]
        #expect(!model.isOf(healthy(), routers: whole))
        model.take(reached: router().reached, of: "e1")
        #expect(!model.isOf(sights, routers: partial))
        // Long after its witnesses began to differ.
        model.look(healthy(), routers: whole, routersRun: true, now: at(4))
        let headline = try #require(model.state(t: 1, now: at(4)).mesh.headline)
        #expect(headline == FeedHeadline(word: .serving, serving: 6, of: 6))
        model.take(reached: router().reached, of: "e9")
        #expect(model.isOf(healthy(), routers: whole), "the topology has no such router")
    }

    @Test func witnessesThatHaveJustBegunToDifferChangeNoHeadline() throws {
        var model = model()
        var sights = healthy()
        sights[0].gossip = .dead
        for (second, word) in [(1.0, FeedHeadline.Word.serving), (3.5, .serving), (4.0, .degraded)] {
            model.look(sights, routersRun: true, now: at(second))
            for cell in names.indices { model.take(self.cell(), of: CellIndex(cell), now: at(second)) }
            model.take(router(), of: "e1", now: at(second))
            #expect(try #require(model.state(t: 1, now: at(second)).mesh.headline).word == word, "\(second)")
        }
        // They agree in between.
        for (second, gossip) in [(5.0, GossipWitness.alive), (6.0, .dead), (7.0, .dead)] {
            sights[0].gossip = gossip
            model.look(sights, routersRun: true, now: at(second))
            model.take(router(), of: "e1", now: at(second))
            #expect(try #require(model.state(t: 1, now: at(second)).mesh.headline).word == .serving, "\(second)")
        }
    }

    @Test func cellsOfNobodyAreNotCounted() throws {
        var model = model()
        var table = PlacementTable(cohortCount: 4)
        for cohort in 0..<4 {
            try table.change(cohort: cohort) { entry in
                try entry.begin(Eligibility(evacuated: [0]))
                try entry.switchOver()
                try entry.release()
            }
        }
        model.take(topology, placement: try Placement(topology, table: table))
        var sights = healthy()
        // Whatever becomes of them is nobody's loss.
        sights[0] = CellSight(state: .evacuated, process: .running, gossip: .alive)
        sights[1] = CellSight(state: .down, process: .gone, gossip: .dead)
        model.look(sights, routersRun: true, now: at(1))
        model.take(router(), of: "e1", now: at(1))
        #expect(
            model.state(t: 1, now: at(1)).mesh.headline == FeedHeadline(word: .serving, serving: 4, of: 4, evacuated: 2)
        )
    }

    // MARK: Rates

    @Test func ratesAreOverTenSeconds() throws {
        var model = model()
        for second in 0...30 {
            // 100 a second until 20 s, then 300; 1 % fail.
            let requests = UInt64(second <= 20 ? second * 100 : 2_000 + (second - 20) * 300)
            model.take(router(requests: requests, failed: requests / 100), of: "e1", now: at(Double(second)))
            if second == 0 { #expect(model.state(t: 0, now: at(0)).mesh.rps == nil, "one answer is no rate") }
            if second == 20 {
                #expect(model.state(t: 0, now: at(20)).mesh.rps == 100)
            }
            if second == 25 { #expect(model.state(t: 0, now: at(25)).mesh.rps == 200) }
        }
        let state = model.state(t: 30_000, now: at(30))
        #expect(state.mesh.rps == 300 && state.mesh.err == 3 && state.mesh.ok == 0.99)
        #expect(state.cells[.rps, 0].value(.rps) == 300 && state.cells[.rps, 1].value(.rps) == 0)
        #expect(state.cells[.err, 0].value(.err) == 0.01 && state.cells[.err, 1] == .unknown, "idle is not healthy")
        #expect(state.cells[.p50, 0].value(.p50) == 0.9 && state.cells[.p99, 0].value(.p99) == 42)
        let p99 = try #require(state.mesh.p99)
        #expect(p99 > 0.84 && p99 <= 1, "the bucket of 841 us to 1 ms")
        // A new life counts from its own beginning.
        model.take(router(boot: "c", requests: 50), of: "e1", now: at(31))
        #expect(model.state(t: 0, now: at(31)).mesh.rps == nil)
        model.take(router(boot: "c", requests: 90), of: "e1", now: at(32))
        #expect(model.state(t: 0, now: at(32)).mesh.rps == 40)
    }

    @Test func countersThatFallBeginAnew() {
        var window = CounterWindow()
        window.take([10, 5], at: at(0))
        window.take([20, 6], at: at(1))
        #expect(window.change?.rate(0) == 10)
        window.take([3, 7], at: at(2))
        #expect(window.change == nil)
        window.take([5, 8], at: at(3))
        #expect(window.change?.rate(0) == 2)
        for tick in 0..<1_000 { window.take([UInt64(10 + tick), UInt64(tick + 9)], at: at(4 + Double(tick) / 5)) }
        #expect(abs((window.change?.rate(0) ?? 0) - 5) < 0.01)
    }

    @Test func figuresOfTheWholeMeshAreTheWorst() {
        var model = model()
        var vitals = router()
        vitals.amplification = 1.019
        vitals.view = .init(digest: "a", members: 7)
        vitals.host = .init(pressure: 0.5, latenessMilliseconds: 3.71)
        vitals.faults = ["f1": 5]
        model.take(vitals, of: "e1", now: at(1))
        for position in 0..<3 {
            model.take(
                cell {
                    $0.amplification = 1 + Double(position) / 10
                    $0.view = .init(digest: position == 0 ? "b" : "a", members: 7)
                    $0.host = .init(pressure: 0.1)
                    $0.faults = ["f1": 2]
                }, of: CellIndex(position), now: at(1))
        }
        model.news.faults = [
            FeedFault(id: "f1", kind: "loss", targets: ["region/r1"], until: 5),
            FeedFault(id: "f2", kind: "loss", targets: ["region/r2"], until: 5),
        ]
        let state = model.state(t: 1, now: at(1))
        #expect(state.amplification == [.init(layer: "router", ratio: 1.02), .init(layer: "cells", ratio: 1.2)])
        #expect(state.mesh.views == [3, 4])
        #expect(state.host == .init(pressure: 0.5, latenessMilliseconds: 3.7))
        #expect(state.faults.map(\.hits) == [11, nil])
    }

    @Test func aBreakerKeepsItsBeginning() {
        var model = model()
        for (second, since) in [(1.0, 4_000), (2.05, 5_002), (3.1, 6_170)] as [(Double, Int64)] {
            var vitals = router()
            vitals.gates = [.init(from: "e1", to: "checkout@r1-1", state: "open", sinceMilliseconds: since)]
            model.take(vitals, of: "e1", now: at(second))
            let state = model.state(t: 100_000 + milliseconds(second), now: at(second))
            #expect(state.breakers.map(\.since) == [97_000])
            #expect(state.breakers.first?.name == "e1/e1/checkout@r1-1")
        }
        model.take(router(), of: "e1", now: at(4))
        #expect(model.state(t: 104_000, now: at(4)).breakers.isEmpty)
    }
}
