import Chaos
import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes

private typealias Edge = Topology.Edge

/// Services that have several ways to answer, and take the best one that there is room for.
@Suite struct CellLadderTests {
    private func signals(_ change: (inout LadderSignals) -> Void) -> LadderSignals {
        var signals = LadderSignals()
        change(&signals)
        return signals
    }

    private var ladder: [LadderRung] {
        [
            LadderRung(mode: "full"),
            LadderRung(
                mode: "cached", when: signals { $0.cacheHit = 0.8 },
                work: Work(wait: .init(p50: .milliseconds(4), p99: .milliseconds(4)))),
            LadderRung(
                mode: "popular", when: signals { $0.inference = .milliseconds(500) },
                work: Work(wait: .init(p50: .milliseconds(2), p99: .milliseconds(2)))),
            LadderRung(mode: "static", when: signals { $0.cpu = 0.9 }),
        ]
    }

    private func cell(
        _ ladder: [LadderRung], errors: Double = 0, cache: Bool = false, criticality: Edge.Criticality = .luxury
    ) -> CellHarness {
        var mesh = topology(services: [
            waiting("front", 0, calls: [Edge(to: 1, criticality: criticality)]),
            waiting("ideas", 20, errors: errors),
        ])
        mesh.blueprints[0].services[1].ladder = ladder
        if cache {
            mesh.blueprints[0].cache = CacheSettings()
            mesh.blueprints[0].cache?.ttl = .seconds(300)
        }
        let cell = CellHarness(mesh)
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        return cell
    }

    /// Wakes it each 10 ms, and calls a service as often where it shall.
    private func run(_ cell: CellHarness, _ times: ClosedRange<Int64>, calls service: String? = nil) {
        for step in stride(from: times.lowerBound, through: times.upperBound, by: 10) {
            cell.node.wake(now: .at(step), into: &cell.sink)
            if let service, step % 100 == 0 { cell.call(service, now: .at(step)) }
        }
    }

    private func note(_ cell: CellHarness, _ service: String, at: Int64) -> String? {
        _ = cell.takeReplies()
        cell.call(service, now: .at(at))
        run(cell, at...at + 90)
        return cell.takeReplies().last?.note
    }

    @Test func thePlainestWayWhoseConditionHoldsAnswers() {
        let cell = cell(ladder)
        #expect(note(cell, "front", at: 100) == "")
        cell.node.load = LoadSignals(cpu: 0.95)
        run(cell, 200...1000)
        #expect(note(cell, "front", at: 1000) == "ideas=static")
        #expect(note(cell, "ideas", at: 1100) == "ideas=static")
        #expect(cell.node.ladders.map(\.rung) == [3])
        cell.node.load = LoadSignals(cpu: 0.5)
        run(cell, 1200...2000)
        #expect(note(cell, "front", at: 2000) == "")
        let told = cell.sink.events.compactMap {
            $0.written.flatMap { $0.type == "ladder" ? "\($0.id) \($0.action)" : nil }
        }
        #expect(told == ["r-1/ideas static", "r-1/ideas full"])
    }

    @Test func aWayThatFailsGivesWayToThePlainerOne() {
        var ladder = ladder
        ladder.remove(at: 1)
        ladder[1].work?.errors = 1
        let cell = cell(ladder, errors: 1)
        #expect(note(cell, "front", at: 100) == "ideas=static")
        #expect(cell.node.ladders.map(\.falls) == [2])
        #expect(cell.services()[1].counters.failed == 0 && cell.services()[1].counters.ok == 1)
    }

    /// What makes the best way slow leaves the others alone; one call a second tries it, and so it comes back.
    @Test func aSlowModelIsTriedByOneCallASecondUntilItIsWell() {
        var ladder = ladder
        ladder.remove(at: 1)
        let cell = cell(ladder)
        var effects = [ServiceEffect(), ServiceEffect()]
        effects[1].add(.latency(Delay(base: .milliseconds(600))))
        cell.node.strike(effects, now: .zero, into: &cell.sink)
        run(cell, 10...2000, calls: "ideas")
        #expect(cell.node.ladders.map(\.mode) == ["popular"])
        _ = cell.takeReplies()
        run(cell, 2010...6000, calls: "ideas")
        let notes = cell.takeReplies().map(\.note)
        #expect(notes.filter { $0 == "" }.count <= 8, "one call a second, and those under way")
        #expect(notes.filter { $0 == "ideas=popular" }.count >= 30)
        cell.node.strike([ServiceEffect(), ServiceEffect()], now: .at(6000), into: &cell.sink)
        run(cell, 6010...9000, calls: "ideas")
        #expect(cell.node.ladders.map(\.mode) == ["full"])
    }

    /// Of calls that may take a second, the example of docs/degradation.md: with a best way of 600 ms, which is more than
    /// half of it, and with one that a fault slows down to that.
    @Test(arguments: [Topology.Edge.Criticality.luxury, .core], [false, true])
    func itActsBeforeTheBreakerOfItsCaller(_ criticality: Topology.Edge.Criticality, _ isStruck: Bool) {
        var mesh = topology(services: [
            waiting("front", 0, calls: [Edge(to: 1, timeout: .seconds(1), criticality: criticality)]),
            waiting("ideas", 0),
        ])
        mesh.policies?.breaker = nil
        mesh.blueprints[0].services[1].ladder = ladder
        mesh.blueprints[0].services[1].ladder?[0].work =
            isStruck
            ? Work(wait: .init(p50: .milliseconds(20), p99: .milliseconds(90)))
            : Work(wait: .init(p50: .milliseconds(600), p99: .milliseconds(600)))
        let cell = CellHarness(mesh)
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        var effect = ServiceEffect()
        if isStruck {
            effect.add(.latency(Delay(base: .milliseconds(600))))
        }
        cell.node.strike([.none, effect], now: .zero, into: &cell.sink)
        run(cell, 10...5000, calls: "front")
        #expect(cell.takeReplies().allSatisfy { ["", "ideas=popular"].contains($0.note) })
        #expect(cell.sink.events.allSatisfy { $0.written?.type != "breaker" })
        run(cell, 5010...8000, calls: "front")
        let notes = cell.takeReplies().map(\.note)
        #expect(notes.count >= 29 && notes.allSatisfy { ["", "ideas=popular"].contains($0) }, "\(notes)")
        #expect(notes.filter { $0 == "ideas=popular" }.count >= 24, "all but one a second")
    }

    @Test func aWarmCacheAnswersAndWhatItMissesIsMade() {
        let cell = cell(ladder, cache: true)
        run(cell, 100...3000, calls: "ideas")
        #expect(cell.node.ladders.map(\.mode) == ["cached"])
        #expect(note(cell, "ideas", at: 3100) == "ideas=cached")
        _ = cell.takeReplies()
        cell.send(.serviceCall, "ideas", customer: "c3", now: .at(3200))
        run(cell, 3200...3300)
        #expect(cell.takeReplies().map(\.note) == [""])
    }

    @Test func theLevelAsksForALeastRungAndEmergencyForTheLast() {
        let cell = cell(ladder, criticality: .core)
        for (level, expected) in [
            (DegradationLevel.moderate, "ideas=cached"), (.critical, "ideas=popular"), (.emergency, "ideas=static"),
        ] {
            var settings = SettingsDocument()
            settings.set(LevelEntry(level))
            cell.node.apply(settings: settings, now: .at(100), into: &cell.sink)
            // Nothing was kept: the cached way gives way to the next.
            let told = note(cell, "ideas", at: 100)
            #expect(told == (expected == "ideas=cached" ? "ideas=popular" : expected), "\(level.name)")
        }
    }

    @Test func itCanBeSwitchedOff() {
        var mesh = topology(services: [waiting("ideas", 20, errors: 1)])
        mesh.blueprints[0].services[0].ladder = ladder
        mesh.policies?.off = [.ladder]
        let cell = CellHarness(mesh)
        cell.call("ideas")
        cell.run(until: .at(100))
        #expect(cell.takeReplies().map(\.head.status) == [500] && cell.node.ladders.isEmpty)
    }
}
