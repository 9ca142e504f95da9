import MeshBase
import Testing

@testable import Resilience

@Suite struct JoinStateTests {
    let t0 = Instant.zero + .seconds(100)
    private func core(_ compensated: Bool = false) -> JoinPlan.Member {
        .init(isCore: true, isCompensated: compensated)
    }
    private func extra(_ within: TimeAmount? = nil, _ compensated: Bool = false) -> JoinPlan.Member {
        .init(isCore: false, within: within, isCompensated: compensated)
    }
    private func plan(_ members: [JoinPlan.Member], within: TimeAmount? = nil) throws -> JoinPlan {
        try #require(JoinPlan(members, within: within))
    }
    private func begun(_ plan: JoinPlan) -> JoinState {
        var join = JoinState()
        _ = join.begin(plan, now: t0)
        return join
    }

    // MARK: Begin

    @Test func allBeginAtOnce() throws {
        let plan = try plan([core(), extra(), extra()], within: .seconds(2))
        var join = JoinState()
        let step = join.begin(plan, now: t0)
        #expect(Array(step.start) == [0, 1, 2])
        #expect(step.timer == t0 + .seconds(2))
        #expect(join.begin(plan, now: t0) == .none)
    }

    @Test func sixteenMembersFitAndSeventeenDoNot() throws {
        let plan = try plan(Array(repeating: core(), count: 16))
        var join = begun(plan)
        for member in 0..<15 { #expect(join.ended(member, ok: true, plan, now: t0) == .none) }
        #expect(join.ended(15, ok: true, plan, now: t0).settle == .complete)
        #expect(JoinPlan(Array(repeating: core(), count: 17)) == nil)
        #expect(JoinPlan([]) == nil)
        #expect(MemoryLayout<JoinState>.size <= 64)
    }

    // MARK: Waiting

    @Test func withoutLimitsAllAreAwaited() throws {
        let plan = try plan([core(), extra()])
        var join = begun(plan)
        #expect(join.ended(0, ok: true, plan, now: t0 + .seconds(1)) == .none)
        #expect(join.elapsed(plan, now: t0 + .seconds(1_000)).settle == nil)
        #expect(join.ended(1, ok: true, plan, now: t0 + .seconds(1_001)).settle == .complete)
        #expect(join.isOver)
    }

    @Test func anUncriticalMemberIsTakenOnlyIfReadySoonAfterTheCoreOnes() throws {
        let plan = try plan([core(), core(), extra(.milliseconds(100))], within: .seconds(2))
        var join = begun(plan)
        _ = join.ended(0, ok: true, plan, now: t0 + .milliseconds(10))
        // Its 100 ms run from the end of the last core member, not from the begin.
        #expect(join.elapsed(plan, now: t0 + .milliseconds(150)).cancel.isEmpty)
        let step = join.ended(1, ok: true, plan, now: t0 + .milliseconds(200))
        #expect(step.timer == t0 + .milliseconds(300))
        #expect(join.elapsed(plan, now: t0 + .milliseconds(299)).settle == nil)
        let last = join.elapsed(plan, now: t0 + .milliseconds(300))
        #expect(Array(last.cancel) == [2] && Array(last.replace) == [2])
        #expect(last.settle == .partial)
        // A late answer is nobody's.
        #expect(join.ended(2, ok: true, plan, now: t0 + .milliseconds(301)) == .none)
        #expect(join.isOver)
    }

    @Test func withoutCoreMembersTheirTimeRunsFromTheBegin() throws {
        let plan = try plan([extra(.milliseconds(50)), extra(.milliseconds(80))])
        var join = JoinState()
        #expect(join.begin(plan, now: t0).timer == t0 + .milliseconds(50))
        let first = join.elapsed(plan, now: t0 + .milliseconds(50))
        #expect(Array(first.replace) == [0] && first.timer == t0 + .milliseconds(80) && first.settle == nil)
        #expect(join.ended(1, ok: true, plan, now: t0 + .milliseconds(60)).settle == .partial)
    }

    @Test func aMemberWithNoTimeToWaitIsGivenUpWithTheLastCoreOne() throws {
        let plan = try plan([core(), extra(.zero)])
        var join = begun(plan)
        let step = join.ended(0, ok: true, plan, now: t0 + .milliseconds(5))
        #expect(Array(step.cancel) == [1] && step.settle == .partial && step.timer == nil)
    }

    @Test func anUncriticalMemberThatFailsTakesItsFallback() throws {
        let plan = try plan([core(), extra()])
        var join = begun(plan)
        let step = join.ended(1, ok: false, plan, now: t0)
        #expect(Array(step.replace) == [1] && step.cancel.isEmpty && step.settle == nil)
        #expect(join.ended(0, ok: true, plan, now: t0).settle == .partial)
    }

    // MARK: The group's time

    @Test func theGroupsTimeReplacesUncriticalMembers() throws {
        let plan = try plan([core(), extra(), extra()], within: .milliseconds(500))
        var join = begun(plan)
        _ = join.ended(0, ok: true, plan, now: t0 + .milliseconds(100))
        _ = join.ended(1, ok: true, plan, now: t0 + .milliseconds(100))
        let step = join.elapsed(plan, now: t0 + .milliseconds(500))
        #expect(Array(step.cancel) == [2] && Array(step.replace) == [2] && step.settle == .partial)
    }

    @Test func aCoreMemberThatIsLateFailsTheCaller() throws {
        let plan = try plan([core(), core(), extra()], within: .milliseconds(500))
        var join = begun(plan)
        _ = join.ended(0, ok: true, plan, now: t0)
        let step = join.elapsed(plan, now: t0 + .milliseconds(500))
        #expect(step.settle == .failed(.late(1)))
        #expect(Array(step.cancel) == [1, 2] && step.replace.isEmpty)
    }

    // MARK: Failure

    @Test func aFailedCoreMemberEndsTheGroup() throws {
        let plan = try plan([core(), core(), extra()])
        var join = begun(plan)
        let step = join.ended(1, ok: false, plan, now: t0)
        #expect(Array(step.cancel) == [0, 2] && step.settle == .failed(.member(1)))
        #expect(join.ended(0, ok: false, plan, now: t0) == .none)
        #expect(join.elapsed(plan, now: t0 + .seconds(9)) == .none)
        #expect(join.withdrawn(plan) == .none)
    }

    @Test func whatCanBeUndoneIsAwaitedAndThenUndone() throws {
        let plan = try plan([core(true), core(), extra(nil, true), core(true), extra()])
        var join = begun(plan)
        _ = join.ended(0, ok: true, plan, now: t0)
        let step = join.ended(1, ok: false, plan, now: t0)
        // 2 and 3 may have been done: neither is cancelled, and nothing is told before they have ended.
        #expect(Array(step.cancel) == [4] && step.settle == nil && step.compensate.isEmpty)
        #expect(Array(join.awaited) == [2, 3])
        #expect(join.ended(3, ok: false, plan, now: t0).settle == nil)
        let last = join.ended(2, ok: true, plan, now: t0)
        #expect(Array(last.compensate) == [0, 2] && last.settle == .failed(.member(1)))
        #expect(join.isOver)
    }

    @Test func aReplacedMemberThatTurnsOutToBeDoneIsUndoneLater() throws {
        let plan = try plan([core(), extra(.milliseconds(10), true)])
        var join = begun(plan)
        _ = join.ended(0, ok: true, plan, now: t0)
        let step = join.elapsed(plan, now: t0 + .milliseconds(10))
        #expect(step.cancel.isEmpty && Array(step.replace) == [1] && step.settle == .partial)
        #expect(!join.isOver)
        #expect(Array(join.ended(1, ok: true, plan, now: t0 + .seconds(1)).compensate) == [1])
        #expect(join.isOver)
    }

    @Test func aFailureWaitsForReplacedMembersTooAndUndoesEachOnce() throws {
        let plan = try plan([extra(.milliseconds(10), true), extra(nil, true), core()], within: .milliseconds(50))
        var join = begun(plan)
        _ = join.ended(1, ok: true, plan, now: t0)
        let step = join.withdrawn(plan)
        #expect(Array(step.cancel) == [2] && step.settle == nil)
        let last = join.ended(0, ok: true, plan, now: t0)
        #expect(Array(last.compensate) == [0, 1] && last.settle == .failed(.withdrawn))
        #expect(join.ended(0, ok: true, plan, now: t0) == .none)
    }

    // MARK: Any order of events

    @Test func eachMemberIsSettledOnceWhateverTheOrder() {
        let seed: UInt64 = 29
        for run in 0..<3_000 {
            var generator = Generator(seed: seed, concern: "join", node: UInt64(run))
            let count = Int(generator.below(16)) + 1
            let members = (0..<count).map { _ in
                JoinPlan.Member(
                    isCore: generator.chance(0.4),
                    within: generator.chance(0.5) ? .milliseconds(Int64(generator.below(200))) : nil,
                    isCompensated: generator.chance(0.3))
            }
            let plan = JoinPlan(members, within: generator.chance(0.5) ? .milliseconds(300) : nil)!
            var join = JoinState()
            var log = JoinLog(count: count)
            log.take(join.begin(plan, now: t0), seed: seed, run)
            var now = t0
            for _ in 0..<200 where !join.isOver {
                now += .milliseconds(Int64(generator.below(40)))
                switch generator.below(10) {
                case 0...5:
                    let member = Int(generator.below(UInt64(count)))
                    let ok = generator.chance(0.8)
                    // A driver reports no end of a call that was cancelled.
                    guard log.out.contains(member) else { continue }
                    log.out.remove(member)
                    if ok { log.done.insert(member) }
                    log.take(join.ended(member, ok: ok, plan, now: now), seed: seed, run)
                case 6 where generator.chance(0.05): log.take(join.withdrawn(plan), seed: seed, run)
                default: log.take(join.elapsed(plan, now: now), seed: seed, run)
                }
            }
            for member in log.out {
                log.out.remove(member)
                log.take(join.ended(member, ok: false, plan, now: now), seed: seed, run)
            }
            #expect(join.isOver && log.settled == 1, "seed \(seed), run \(run)")
            // What was done and can be undone is either used or undone.
            for member in log.done where members[member].isCompensated {
                let isUsed = !log.failed && !log.replaced.contains(member)
                #expect(isUsed != log.undone.contains(member), "seed \(seed), run \(run), member \(member)")
            }
        }
    }
}

/// What a driver would see of a group, and that no directive comes twice.
private struct JoinLog {
    var out = JoinMembers()
    var done = JoinMembers()
    var replaced = JoinMembers()
    var undone = JoinMembers()
    var settled = 0
    var failed = false
    let count: Int

    init(count: Int) { self.count = count }

    mutating func take(_ step: JoinStep, seed: UInt64, _ run: Int) {
        #expect(step.start.isEmpty || step.start.count == count, "seed \(seed), run \(run)")
        out.formUnion(step.start)
        #expect(step.cancel.isSubset(of: out), "seed \(seed), run \(run): cancelled what was not out")
        out.subtract(step.cancel)
        #expect(step.replace.isDisjoint(with: replaced), "seed \(seed), run \(run): replaced twice")
        replaced.formUnion(step.replace)
        #expect(step.compensate.isSubset(of: done), "seed \(seed), run \(run): undone and never done")
        #expect(step.compensate.isDisjoint(with: undone), "seed \(seed), run \(run): undone twice")
        undone.formUnion(step.compensate)
        if let result = step.settle {
            settled += 1
            if case .failed = result { failed = true }
        }
    }
}
