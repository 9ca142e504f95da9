import MeshBase
import Resilience
import Testing
import Topology

@testable import Nodes
@testable import Wire

private typealias Edge = Topology.Edge

/// What is switched off by hand.
@Suite struct EdgeSwitchTests {
    private func mesh() -> MeshTopology {
        topology(services: [
            waiting(
                "front", 0,
                calls: [
                    Edge(to: 1), Edge(to: 2, criticality: .enhanced, fallback: [.static]),
                    Edge(to: 3, criticality: .luxury),
                ]),
            waiting("pay", 0), waiting("offers", 0), waiting("art", 0),
        ])
    }

    private func calls(_ cell: CellHarness) -> [UInt64] { cell.services().map(\.counters.calls) }

    @Test func aTopologysFlagsHoldFromTheStart() {
        var mesh = mesh()
        mesh.flags = [FlagSetting("offers", isOn: false)]
        let cell = CellHarness(mesh)
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        cell.call("front")
        #expect(cell.takeReplies().map(\.note) == ["offers=static"])
        #expect(calls(cell) == [1, 1, 0, 1])
    }

    @Test func aFlagHoldsWhereItIsSetAndUntilItEnds() {
        let cell = CellHarness(mesh())
        var settings = SettingsDocument()
        settings.set(FlagEntry("offers", isOn: false, scope: .cell("r-2")))
        cell.node.apply(settings: settings, now: .zero, into: &cell.sink)
        cell.call("front")
        #expect(cell.takeReplies().map(\.note) == [""])
        settings.set(FlagEntry("offers", isOn: false, scope: .cell("r-1")))
        cell.node.apply(settings: settings, now: .zero, into: &cell.sink)
        cell.call("front")
        #expect(cell.takeReplies().map(\.note) == ["offers=static"])
        #expect(cell.sink.events.contains { $0.written?.type == "flag" })
        cell.node.apply(settings: SettingsDocument(), now: .zero, into: &cell.sink)
        cell.call("front")
        #expect(cell.takeReplies().map(\.note) == [""])
    }

    @Test func levelsGiveUpWhatMattersLeastFirst() {
        let cell = CellHarness(mesh())
        for (level, note) in [
            (DegradationLevel.minor, "art=0.7"), (.moderate, "offers=0.5, art=skipped"),
            (.critical, "offers=static, art=skipped"),
            (.normal, ""),
        ] {
            var settings = SettingsDocument()
            settings.set(LevelEntry(level))
            cell.node.apply(settings: settings, now: .zero, into: &cell.sink)
            cell.call("front")
            #expect(cell.takeReplies().map(\.note) == [note], "\(level.name)")
        }
        #expect(calls(cell)[1] == 4, "what is needed is always called")
        #expect(cell.sink.events.filter { $0.written?.type == "degradation" }.count == 4)
    }

    @Test func whatIsGivenUpIsRefusedToClients() {
        let cell = CellHarness(mesh())
        cell.call("art")
        #expect(cell.takeReplies().map(\.head.status) == [200])
        var settings = SettingsDocument()
        settings.set(LevelEntry(.moderate))
        cell.node.apply(settings: settings, now: .zero, into: &cell.sink)
        for service in ["art", "offers", "pay"] { cell.call(service) }
        let replies = cell.takeReplies()
        #expect(replies.map(\.head.status) == [Refusal.givenUp.rawValue, 200, 200])
        #expect(replies[0].head.kind == .refusal && replies[0].head.deadline == 1_000)
        #expect(cell.services()[3].counters.givenUp == 1)
    }

    /// What failures have opened is closed by hand, as in routers.
    @Test func aBreakerThatFailuresOpenedIsClosed() {
        let cell = CellHarness(
            topology(services: [waiting("front", 0, calls: [Edge(to: 1)]), waiting("pay", 0, errors: 1)]))
        for _ in 0..<5 { cell.call("front") }
        let name = "r-1/front/pay"
        func state() -> BreakerState? {
            cell.node.gateViews(now: .zero).first { $0.name == name }?.figures.state
        }
        #expect(state() == .open)
        let until = WallTime(milliseconds: 60_000)
        var settings = SettingsDocument()
        settings.set(BreakerEntry(name, .closed, set: until, until: until))
        cell.node.apply(settings: settings, now: .zero, into: &cell.sink)
        #expect(state() == .closed)
    }

    @Test func aBreakerIsHeldByHandAndLetGo() {
        let cell = CellHarness(mesh())
        var settings = SettingsDocument()
        settings.set(BreakerEntry("r-1/front/pay", .forcedOpen, until: WallTime(milliseconds: 60_000)))
        cell.node.apply(settings: settings, now: .zero, into: &cell.sink)
        cell.call("front")
        let reply = cell.takeReplies()
        #expect(reply.map(\.head.status) == [502] && reply.first?.note == "\nbreaker r-1/front/pay")
        cell.node.apply(settings: SettingsDocument(), now: .at(10), into: &cell.sink)
        cell.call("front", now: .at(10))
        #expect(cell.takeReplies().map(\.head.status) == [200])
    }
}
