import Membership
import Testing

@testable import ControlPlane

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
}
