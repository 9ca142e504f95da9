import MeshBase
import Testing

@testable import Resilience

@Suite struct LadderTests {
    let ladder = Ladder.recommendations

    private func mode(_ signals: LadderReadings, _ level: DegradationLevel = .normal) -> String {
        ladder.rungs[ladder.rung(for: signals, level: level)].mode
    }

    @Test func eachSignalHasItsRungAndTheGravestWins() {
        #expect(mode(LadderReadings()) == "full")
        #expect(mode(LadderReadings(cacheHit: 0.81)) == "cached")
        #expect(mode(LadderReadings(db: .milliseconds(101), cacheHit: 0.9)) == "simple")
        #expect(mode(LadderReadings(inference: .milliseconds(501), db: .milliseconds(101))) == "popular")
        #expect(mode(LadderReadings(cpu: 0.91, inference: .milliseconds(900), db: .seconds(1))) == "static")
        #expect(mode(LadderReadings(memory: 0.86)) == "static")
    }

    @Test func aLimitIsExceededAboveItOnly() {
        let at = LadderReadings(
            cpu: 0.9, memory: 0.85, inference: .milliseconds(500), db: .milliseconds(100), cacheHit: 0.8)
        #expect(mode(at) == "full")
        #expect(mode(LadderReadings(cpu: .nan)) == "full")
    }

    @Test func theLevelIsTheLeast() {
        let modes = DegradationLevel.allCases.map { mode(LadderReadings(), $0) }
        #expect(modes == ["full", "cached", "simple", "popular", "static"])
        #expect(mode(LadderReadings(cpu: 0.95), .minor) == "static")
        #expect(mode(LadderReadings(cacheHit: 0.9), .critical) == "popular")
        // Fewer rungs: the last level is the last rung, the first the first.
        #expect(DegradationLevel.allCases.map { $0.rung(of: 3) } == [0, 0, 1, 1, 2])
        #expect(DegradationLevel.allCases.map { $0.rung(of: 1) } == [0, 0, 0, 0, 0])
        #expect(DegradationLevel.allCases.map { $0.rung(of: 0) } == [0, 0, 0, 0, 0])
    }

    @Test func aRungThatFailsFallsToTheNextPlainer() {
        #expect((0..<5).map { ladder.next(after: $0) } == [1, 2, 3, 4, nil])
        #expect(ladder.next(after: -1) == nil)
    }

    @Test func theStateTellsOfAChangeOnce() {
        var state = LadderState(ladder)
        #expect(state.look(LadderReadings()) == false)
        #expect(state.look(LadderReadings(cpu: 0.95)) == true)
        #expect(state.look(LadderReadings(cpu: 0.96)) == false)
        #expect(state.look(LadderReadings(cpu: 0.1)) == true)
        #expect(state.rung == 0)
        #expect(
            ladder.explanation(of: 4, for: LadderReadings(cpu: 0.95), level: .normal).detail
                == "rung 5 of 5, static: its limit is exceeded")
    }

    @Test func whatCannotBeMeantIsNamed() throws {
        #expect(ladder.problems().isEmpty && Ladder([]) == nil)
        let hidden = try #require(
            Ladder([
                .init("full", when: LadderReadings(cpu: 0.5)), .init("plain"),
                .init("last", when: LadderReadings(db: .zero), calls: true),
            ]))
        #expect(hidden.problems().map(\.key) == ["ladder[1].when", "ladder[0].when", "ladder"])
    }
}
