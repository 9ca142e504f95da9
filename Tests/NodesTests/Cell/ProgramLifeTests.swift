import MeshBase
import Testing

@testable import Nodes

/// The lives of a program, in virtual time.
@Suite struct ProgramLifeTests {
    private let rule = ProgramRule()

    private func started() -> ProgramLife {
        var life = ProgramLife(rule, now: .zero)
        #expect(life.wake(rule, asks: true, now: .zero) == .start)
        return life
    }

    private func ready() -> ProgramLife {
        var life = started()
        #expect(life.wake(rule, asks: true, now: .at(20)) == .ask)
        #expect(life.answered(true, rule, now: .at(21)) == .ready)
        return life
    }

    @Test func itIsAskedUntilItIsReadyAndOneQuestionAtATime() {
        var life = started()
        #expect(life.deadline(rule, asks: false) == .at(20))
        #expect(life.wake(rule, asks: false, now: .at(20)) == .ask)
        #expect(life.wake(rule, asks: false, now: .at(500)) == nil)
        #expect(life.answered(false, rule, now: .at(500)) == nil && !life.isReady)
        #expect(life.wake(rule, asks: false, now: .at(520)) == .ask)
        #expect(life.answered(true, rule, now: .at(521)) == .ready && life.isReady)
        // Without `ready` it is not asked any more.
        #expect(life.deadline(rule, asks: false) == .distantFuture)
    }

    @Test func whatIsNotReadyInTimeIsKilledOnce() {
        var life = started()
        #expect(life.wake(rule, asks: false, now: .at(20)) == .ask)
        #expect(life.deadline(rule, asks: false) == .at(30_000))
        #expect(life.wake(rule, asks: false, now: .at(30_000)) == .kill)
        #expect(life.wake(rule, asks: false, now: .at(40_000)) == nil)
        // An answer that comes now is of one that dies.
        #expect(life.answered(true, rule, now: .at(40_000)) == nil && !life.isReady)
    }

    @Test func delaysDoubleToTheirLimitAndBeginAnewAfterALongLife() {
        var life = ProgramLife(rule, now: .zero)
        var now = Instant.zero
        var delays: [Int64] = []
        for _ in 0..<8 {
            #expect(life.wake(rule, asks: false, now: now) == .start)
            let again = life.ended(rule, now: now) ?? .zero
            delays.append(again.nanoseconds / 1_000_000)
            now = now + again
        }
        #expect(delays == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
        #expect(life.number == 8 && life.restarts == 7)
        #expect(life.wake(rule, asks: false, now: now) == .start)
        #expect(life.wake(rule, asks: false, now: now + .milliseconds(20)) == .ask)
        #expect(life.answered(true, rule, now: now + .milliseconds(20)) == .ready)
        #expect(life.ended(rule, now: now + .milliseconds(30_020)) == .milliseconds(100))
    }

    @Test func threeBadAnswersTakeItOutAndTwoGoodOnesBringItBack() {
        var life = ready()
        var now = Instant.at(21)
        func answer(_ isGood: Bool) -> ProgramLife.Change? {
            now = now + rule.interval
            #expect(life.wake(rule, asks: true, now: now) == .ask)
            return life.answered(isGood, rule, now: now)
        }
        #expect(answer(false) == nil)
        #expect(answer(false) == nil)
        // A call that it answers says the same as a good answer.
        life.served()
        #expect(answer(false) == nil)
        #expect(answer(false) == nil)
        #expect(answer(false) == .unready && !life.isReady)
        #expect(answer(true) == nil)
        #expect(answer(true) == .ready && life.isReady)
    }

    @Test func oneThatIsStoppedIsNotStartedAgain() {
        var life = ready()
        life.stop()
        #expect(life.ended(rule, now: .at(100)) == nil)
        #expect(life.deadline(rule, asks: true) == .distantFuture)
    }
}
