import Membership
import MeshBase
import Reports
import Testing

@testable import Feed

@Suite("State of a process")
struct ProcessStateTests {
    private func state(_ change: (inout ProcessFacts) -> Void) -> ProcessState {
        var facts = ProcessFacts()
        facts.isRunning = true
        facts.isReady = true
        facts.status = .alive
        facts.reported = .serving
        change(&facts)
        return facts.state
    }

    @Test("What runs, is ready and seen alive serves")
    func serving() { #expect(state { _ in } == .serving) }

    @Test("Without a process it is down, whatever the members still believe")
    func down() {
        #expect(state { $0.isRunning = false } == .down)
        #expect(state { $0.isEnding = true } == .down)
        #expect(
            state {
                $0.isRunning = false
                $0.isStopped = true
            } == .down)
    }

    @Test("A stopped process is paused, not unreachable")
    func paused() {
        for status in MemberStatus.allCases {
            #expect(
                state {
                    $0.isStopped = true
                    $0.status = status
                } == .paused)
        }
    }

    @Test("It starts until it has reported and the membership has seen it")
    func starting() {
        #expect(state { $0.isReady = false } == .starting)
        #expect(state { $0.status = nil } == .starting)
        #expect(state { $0.reported = .starting } == .starting)
    }

    @Test("Running but not believed alive: unreachable", arguments: [MemberStatus.suspect, .dead, .left])
    func unreachable(_ status: MemberStatus) { #expect(state { $0.status = status } == .unreachable) }

    @Test("What it says of itself counts once it is alive")
    func reported() {
        #expect(state { $0.reported = .degraded } == .degraded)
        #expect(state { $0.reported = .evacuated } == .evacuated)
        #expect(state { $0.isEvacuated = true } == .evacuated)
        #expect(
            state {
                $0.isEvacuated = true
                $0.status = .dead
            } == .unreachable)
        // A state of a newer release.
        #expect(state { $0.reported = .init(rawValue: 200) } == .serving)
    }

    private func cell(
        live: Int = 1, told: Int = 1, reaching: Int = 1, was: Bool = false, young: Bool = false,
        _ change: (inout ProcessFacts) -> Void = { _ in }
    ) -> ProcessState {
        var routers = RouterWitness()
        routers.live = live
        routers.told = told
        routers.reaching = reaching
        routers.wasReached = was
        return state {
            $0.routers = routers
            $0.isYoung = young
            change(&$0)
        }
    }

    @Test("A cell serves when the routers reach it, whatever the control plane's own member believes")
    func reached() {
        #expect(cell() == .serving)
        for status in [MemberStatus.suspect, .dead] { #expect(cell { $0.status = status } == .serving) }
        // What it says of itself has to be known.
        #expect(cell { $0.status = nil } == .starting)
        #expect(cell { $0.reported = .refilling } == .refilling)
        #expect(cell { $0.reported = .degraded } == .degraded)
        #expect(cell { $0.isEvacuated = true } == .evacuated)
    }

    @Test("A cell that no router reaches does not serve, however sound its process and its gossip")
    func unreached() {
        #expect(cell(reaching: 0) == .unreachable)
        #expect(cell(reaching: 0, was: true, young: true) == .unreachable)
        #expect(cell(live: 0, told: 0, reaching: 0) == .unreachable)
    }

    @Test("Of a cell that has just begun, the routers need not know yet: it starts, it does not serve")
    func notYet() {
        #expect(cell(reaching: 0, young: true) == .starting)
        #expect(cell(told: 0, reaching: 0) == .starting)
        #expect(cell(told: 0, reaching: 0) { $0.status = .dead } == .unreachable)
    }

    @Test("Reached by some routers only, it is degraded")
    func partly() {
        #expect(cell(live: 3, told: 3, reaching: 2) == .degraded)
        // A router that has told nothing is no witness.
        #expect(cell(live: 3, told: 2, reaching: 2) == .serving)
    }

    @Test("The process table comes first")
    func precedence() {
        #expect(cell { $0.isRunning = false } == .down)
        #expect(cell { $0.isStopped = true } == .paused)
        #expect(cell { $0.isReady = false } == .starting)
    }

    @Test("A router is as good as what it reaches")
    func router() {
        func router(_ cells: Int) -> ProcessState { state { $0.reach = (cells, 12) } }
        #expect(router(12) == .serving)
        #expect(router(4) == .degraded)
        #expect(router(0) == .unreachable)
        #expect(
            state {
                $0.reach = (12, 12)
                $0.status = .dead
            } == .serving)
    }

    /// Which are not counted out by a prediction.
    @Test("A cell that nobody reaches comes back in a moment where it serves and what kept it away is over")
    func returning() {
        func returns(_ after: TimeAmount?, _ change: (inout ProcessFacts) -> Void = { _ in }) -> Bool {
            var facts = ProcessFacts()
            (facts.isRunning, facts.isReady, facts.status, facts.reported) = (true, true, .dead, .serving)
            var routers = RouterWitness()
            (routers.live, routers.told, routers.wasReached) = (1, 1, true)
            facts.routers = routers
            facts.relieved = after
            change(&facts)
            return facts.isReturning
        }
        #expect(returns(.milliseconds(110)) && returns(.seconds(14)))
        #expect(
            returns(.zero) {
                $0.isYoung = true
                $0.routers?.wasReached = false
                $0.status = nil
            })
        #expect(!returns(.seconds(15)), "it has had the time to")
        #expect(!returns(nil), "nothing is known to have kept it away")
        #expect(!returns(.zero) { $0.isRunning = false } && !returns(.zero) { $0.isEnding = true })
        #expect(!returns(.zero) { $0.isStopped = true } && !returns(.zero) { $0.isLifeless = true })
        #expect(!returns(.zero) { $0.isReady = false }, "whether it will serve is not known")
        #expect(
            !returns(.zero) {
                $0.routers?.reaching = 1
                $0.status = .alive
            }, "it serves")
    }
}
