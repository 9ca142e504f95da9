import MeshBase
import Testing

@testable import Membership

@Suite struct StandingTests {
    private let id = MemberID(7)
    private let period = TimeAmount.milliseconds(200)
    private func table() -> StandingTable { StandingTable(rules: StandingRules(interval: period)) }
    private func at(_ periods: Int) -> Instant { .zero + period * periods }

    @Test func oneMistakeIsForgivenAfterFivePeriods() {
        var table = table()
        let accused = table.accused(id)
        #expect(accused == .doubted && table.next == nil, "an open suspicion does not end by itself")
        let refuted = table.refuted(id, now: at(2))
        #expect(refuted == nil && table.next == at(7))
        let early = table.elapse(now: at(6))
        let due = table.elapse(now: at(7))
        #expect(early == [] && due == [id] && table[id] == .steady)
        #expect(table.count == 1, "that it was refuted still counts")
        _ = table.elapse(now: at(63))
        #expect(table.count == 0)
    }

    private func refute(_ table: inout StandingTable, _ periods: [Int]) -> [Standing?] {
        var told: [Standing?] = []
        for period in periods {
            _ = table.elapse(now: at(period))
            _ = table.accused(id)
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
        _ = table.accused(id)
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
        _ = table.accused(id)
        #expect(table.mayAccuse(id, now: at(3)), "what somebody has begun may be confirmed")
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
                if table.accused(id) != nil { views += 1 }
            }
        }
        #expect(views <= 4, "seed \(seed): \(views) changes of view, \(raw) of status")
        #expect(raw > 80, "seed \(seed)")
        #expect(table[id] == .steady && table.count == 0, "seed \(seed)")
    }
}
