import MeshBase
import Testing

@testable import Membership

@Suite struct StandingTests {
    private let id = MemberID(7)
    private let accusers = (MemberID(1), MemberID(2))
    private let period = TimeAmount.milliseconds(200)
    private func table() -> StandingTable { StandingTable(rules: StandingRules(interval: period)) }
    private func at(_ periods: Int) -> Instant { .zero + period * periods }

    @Test func oneMistakeIsForgivenAfterTenPeriods() {
        var table = table()
        let accused = table.accused(id, by: accusers.0)
        #expect(accused == .doubted && table.next == nil, "an open suspicion does not end by itself")
        let refuted = table.refuted(id, now: at(2))
        #expect(refuted == nil && table.next == at(12))
        let early = table.elapse(now: at(11))
        let due = table.elapse(now: at(12))
        #expect(early == [] && due == [id] && table[id] == .steady)
        #expect(table.count == 1, "that it was refuted still counts")
        _ = table.elapse(now: at(63))
        #expect(table.count == 0)
    }

    private func refute(_ table: inout StandingTable, _ periods: [Int]) -> [Standing?] {
        var told: [Standing?] = []
        for (number, period) in periods.enumerated() {
            _ = table.elapse(now: at(period))
            _ = table.accused(id, by: number % 2 == 0 ? accusers.0 : accusers.1)
            told.append(table.refuted(id, now: at(period)))
        }
        return told
    }

    @Test func threeRefutationsWithinSixtyPeriodsAreUnsteady() {
        var table = table()
        let told = refute(&table, [0, 30, 60])
        #expect(told == [nil, nil, .unsteady])
        _ = table.elapse(now: at(119))
        #expect(table[id] == .unsteady && table.next == at(120))
        let due = table.elapse(now: at(120))
        #expect(due == [id] && table[id] == .steady)
    }

    @Test func threeWithinSixtyOneAreNot() {
        var table = table()
        let told = refute(&table, [0, 30, 61])
        #expect(told == [nil, nil, nil] && table[id] == .doubted)
        let next = refute(&table, [90])
        #expect(next == [.unsteady], "the last three are")
    }

    @Test func eachRefutationBeginsTheWaitAnew() {
        var table = table()
        _ = refute(&table, [0, 1, 2])
        _ = refute(&table, [50])
        _ = table.elapse(now: at(109))
        #expect(table[id] == .unsteady)
        _ = table.accused(id, by: accusers.0)
        let none = table.elapse(now: at(500))
        #expect(none == [] && table[id] == .unsteady, "accused, it is not steady however long it takes")
    }

    @Test func anUnsteadyOneIsGivenTenPeriods() {
        var table = table()
        #expect(table.mayAccuse(id, now: at(0)))
        _ = refute(&table, [0, 1])
        #expect(table.mayAccuse(id, now: at(1)))
        _ = refute(&table, [2])
        #expect(!table.mayAccuse(id, now: at(11)) && table.mayAccuse(id, now: at(12)))
        _ = table.accused(id, by: accusers.0)
        #expect(table.mayAccuse(id, now: at(3)), "what somebody has begun may be confirmed")
    }

    @Test func oneAccuserAloneMakesNobodyUnsteady() {
        var table = table()
        for period in 0..<20 {
            _ = table.elapse(now: at(period))
            _ = table.accused(id, by: accusers.0)
            _ = table.refuted(id, now: at(period))
            #expect(table[id] == .doubted, "it may be the accuser whose packets get lost")
        }
        #expect(table.next == at(29), "and each of them is a mistake that stands alone")
        _ = table.accused(id, by: accusers.0)
        table.confirmed(id)
        let second = table.refuted(id, now: at(21))
        #expect(second == .unsteady, "somebody else said so too")
    }

    @Test func theSecondIsHeldAgainstItForTheWindow() {
        var table = table()
        _ = refute(&table, [0, 20])
        #expect(table.next == at(80))
        _ = table.elapse(now: at(79))
        #expect(table[id] == .doubted)
    }

    @Test func whoReturnsFromTheDeadIsWhoItWas() {
        var table = table()
        _ = table.accused(id, by: accusers.0)
        table.died(id, now: at(3))
        #expect(table[id] == .steady && table.count == 0)
        let back = table.refuted(id, now: at(9))
        #expect(back == .doubted && table.next == at(19), "it may have been cut off, and have much to say of others")
        _ = refute(&table, [10])
        _ = table.accused(id, by: accusers.1)
        table.died(id, now: at(30))
        let again = table.refuted(id, now: at(31))
        #expect(again == .unsteady, "it refuted twice before, and now its death")
    }

    @Test func whoDiedIsForgotten() {
        var table = table()
        _ = refute(&table, [0, 1, 2])
        table.forget(id)
        #expect(table[id] == .steady && table.count == 0 && table.next == nil)
    }

    /// Two minutes in which four of five packets of a member are lost, as one sound observer sees them: nearly every
    /// period somebody suspects it, and a while later it refutes.
    @Test(arguments: 1...100) func aLossyMembersStandingMovesAFewTimes(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "standing", node: 0)
        var table = table()
        var views = 0
        var raw = 0
        var isSuspect = false
        for step in 0..<1_200 {
            let now = at(step)
            views += table.elapse(now: now).count
            if isSuspect {
                if random.chance(0.5) {
                    isSuspect = false
                    raw += 1
                    if table.refuted(id, now: now) != nil { views += 1 }
                }
            } else if step < 600, random.chance(0.8), table.mayAccuse(id, now: now) {
                isSuspect = true
                raw += 1
                if table.accused(id, by: MemberID(UInt32(random.below(99)))) != nil { views += 1 }
            }
        }
        #expect(views <= 4, "seed \(seed): \(views) changes of view, \(raw) of status")
        #expect(raw > 80, "seed \(seed)")
        #expect(table[id] == .steady && table.count == 0, "seed \(seed)")
    }
}
