import Drills
import MeshBase
import Reports
import Testing

@testable import Scenarios

/// A mesh of two regions in virtual time, which does what the monkey orders.
private struct Bench {
    var monkey: Monkey
    var sight: MonkeySight
    var now = Instant.zero
    /// Seconds since Monday, 00:00.
    var seconds = 0
    var step = 1
    var perSecond: UInt64 = 100
    /// Shares that fail, and what the rest takes, while a cell is killed and since it was for so many seconds.
    var failing: (share: Double, until: Int) = (0, 0)
    var slow = TimeAmount.milliseconds(5)
    var rate = 1.0
    var refuses = false
    var kills: [(cell: String, time: WeekTime, draw: UInt64)] = []
    var rows: [MonkeyRow] = []
    private var heldUntil: Int?
    private var killedAt = 0

    init(_ plan: MonkeyPlan, cells: Int = 5) {
        monkey = Monkey(plan, now: .zero)
        sight = MonkeySight(
            cells: (0..<cells * 2).map { number in
                MonkeySight.Cell(
                    number < cells ? "a-\(number + 1)" : "b-\(number - cells + 1)", in: number < cells ? "a" : "b",
                    started: Int64(number))
            })
    }

    mutating func run(_ length: Int, _ change: (inout Bench) -> Void = { _ in }) {
        let end = seconds + length
        while seconds < end {
            seconds += step
            now = now + .seconds(Int64(step))
            if let until = heldUntil, seconds >= until { heal() }
            answer()
            change(&self)
            sight.time = WeekTime(day: seconds / 86_400 % 7, minute: seconds % 86_400 / 60)
            carryOut(monkey.look(sight, now: now))
        }
    }

    mutating func heal() {
        heldUntil = nil
        sight.isHeld = false
        for place in sight.cells.indices { sight.cells[place].serves = true }
    }

    private mutating func answer() {
        let isKilled = heldUntil != nil
        let count = UInt64(Double(perSecond) * Double(step) * (isKilled ? rate : 1))
        let share = isKilled && seconds - killedAt <= failing.until ? failing.share : 0
        sight.answered.requests += count
        sight.answered.failed += UInt64(Double(count) * share)
        sight.answered.attempts += count
        sight.answered.failedAttempts += UInt64(Double(count) * share)
        var counts = sight.answered.latency.counts
        counts[LatencyBuckets.bucket(of: isKilled ? slow : .milliseconds(5))] += count
        sight.answered.latency = LatencyCounts(counts: counts)
    }

    private mutating func carryOut(_ orders: [Monkey.Order]) {
        for order in orders {
            switch order {
            case .note(let row): rows.append(row)
            case .kill(let cell, let lease):
                if refuses {
                    carryOut(monkey.failed("no"))
                    continue
                }
                kills.append((cell, sight.time, monkey.draw))
                (heldUntil, killedAt) = (seconds + Int(lease.seconds), seconds)
                sight.isHeld = true
                if let place = sight.cells.firstIndex(where: { $0.name == cell }) { sight.cells[place].serves = false }
                monkey.killed("f\(kills.count)", now: now)
            }
        }
    }
}

@Suite struct MonkeyTests {
    private static func plan(_ change: (inout MonkeyPlan) -> Void = { _ in }) -> MonkeyPlan {
        var plan = MonkeyPlan(seed: 7)
        change(&plan)
        return plan
    }

    /// One that kills as soon as it may.
    private static func sure(_ change: (inout Bench) -> Void = { _ in }) -> Bench {
        var bench = Bench(
            plan {
                $0.probability = 1
                $0.every = .seconds(60)
            })
        change(&bench)
        return bench
    }

    private static func verdict(_ change: (inout Bench) -> Void = { _ in }) throws -> MonkeyRow {
        var bench = sure(change)
        bench.run(200)
        return try #require(bench.rows.first { !$0.isSpared }, "\(bench.rows)")
    }

    private static func verdicts(_ row: MonkeyRow) -> [String: DrillClaim.Verdict] {
        Dictionary(uniqueKeysWithValues: row.claims.map { ($0.name, $0.verdict) })
    }

    // MARK: A week

    private static func week(seed: UInt64, _ change: (inout Bench) -> Void = { _ in }) -> Bench {
        var bench = Bench(
            plan {
                $0.within = [ScheduleWindow(text: "mon-fri 09:00-17:00")!]
                $0.seed = seed
            })
        bench.step = 5
        bench.sight.cells[0].isExcepted = true
        bench.run(7 * 86_400, change)
        return bench
    }

    @Test func aWeekHasItsHoursAndItsDice() {
        let bench = Self.week(seed: 1)
        // Six draws an hour, eight hours, five days; two dice each, of which one in ten hits.
        #expect(bench.monkey.counts.draws == 240)
        #expect((25...75).contains(bench.monkey.counts.hits), "\(bench.monkey.counts)")
        #expect(bench.kills.count > 20 && bench.monkey.counts.killed == UInt64(bench.kills.count))
        #expect(bench.kills.allSatisfy { $0.time.day < 5 && (540..<1_020).contains($0.time.minute) })
        // Neither what is excepted nor the newest of a region; all others come to their turn.
        #expect(!bench.kills.contains { ["a-1", "a-5", "b-5"].contains($0.cell) })
        #expect(Set(bench.kills.map(\.cell)).count >= 6)
        // Each is judged, and nothing has changed for customers.
        let judged = bench.rows.filter { !$0.isSpared }
        #expect(judged.count == bench.kills.count && judged.allSatisfy { $0.outcome == "passed" })
        // Two regions at once: the second one is spared, and says why.
        for row in bench.rows where row.isSpared { #expect(row.reason?.contains("still looked at") == true, "\(row)") }
    }

    @Test func theSeedSaysWhoAndWhen() {
        let (first, again, other) = (Self.week(seed: 1), Self.week(seed: 1), Self.week(seed: 2))
        #expect(first.kills.map(\.cell) == again.kills.map(\.cell) && first.rows == again.rows)
        #expect(first.kills.map(\.draw) != other.kills.map(\.draw))
    }

    /// A fault on Tuesday spares that day's draws; those of the other days are as they were.
    @Test func whatIsSparedShiftsNothing() {
        let whole = Self.week(seed: 1)
        let faulty = Self.week(seed: 1) { bench in
            bench.sight.obstacle =
                bench.sight.time.day == 1 || bench.seconds / 86_400 == 1 ? "the fault f9 is in force" : nil
        }
        #expect(!faulty.kills.contains { $0.time.day == 1 } && whole.kills.contains { $0.time.day == 1 })
        #expect(faulty.kills.map(\.draw) == whole.kills.filter { $0.time.day != 1 }.map(\.draw))
        #expect(faulty.kills.map(\.cell) == whole.kills.filter { $0.time.day != 1 }.map(\.cell))
        let spared = faulty.rows.filter { $0.isSpared && $0.reason == "the fault f9 is in force" }
        #expect(spared.count >= whole.kills.count { $0.time.day == 1 })
        #expect(faulty.monkey.counts.hits == whole.monkey.counts.hits)
    }

    @Test func eachRegionHasItsTurnWhereAllAreHit() {
        var bench = Self.sure()
        bench.run(40 * 120)
        let inFirst = bench.kills.count { $0.cell.hasPrefix("a") }
        #expect(bench.kills.count > 30 && inFirst * 4 > bench.kills.count, "\(inFirst) of \(bench.kills.count)")
        #expect((bench.kills.count - inFirst) * 4 > bench.kills.count, "\(inFirst) of \(bench.kills.count)")
    }

    @Test func regionsWithTooFewAreSpared() {
        var bench = Bench(Self.plan { $0.probability = 1 }, cells: 3)
        bench.run(1_300)
        #expect(bench.kills.isEmpty && bench.rows.count == 4)
        #expect(bench.rows.allSatisfy { $0.reason == "3 cells serve, and more than 3 have to" }, "\(bench.rows)")
        // One that does not serve counts as none; nor is anything killed before it was looked at.
        var down = Self.sure()
        down.run(600) { for cell in [1, 2] { $0.sight.cells[cell].serves = false } }
        #expect(!down.kills.isEmpty && down.kills.allSatisfy { $0.cell.hasPrefix("b") }, "\(down.kills)")
        var early = Bench(Self.plan { ($0.probability, $0.every) = (1, .seconds(10)) })
        early.run(10)
        #expect(early.rows.allSatisfy { $0.reason?.contains("not been looked at") == true } && early.rows.count == 2)
    }

    // MARK: Verdicts

    @Test func aMeshThatCarriesOnPasses() throws {
        let row = try Self.verdict()
        #expect(row.outcome == "passed" && row.conclusive && row.reason == nil, "\(row)")
        #expect(row.recoveryMilliseconds == 0 && row.returnedMilliseconds == 0 && row.fault == "f1")
        #expect(row.before?.requests == 3_000 && row.after?.requests == 3_000 && row.after?.perSecond == 100)
        #expect(Self.verdicts(row).values.allSatisfy { $0 == .met } && row.claims.count == 5)
    }

    @Test func whatFailsWhileItSettlesIsRecoveryAndNoDeviation() throws {
        let row = try Self.verdict { $0.failing = (0.2, 12) }
        #expect(row.outcome == "passed" && row.recoveryMilliseconds == 12_000, "\(row)")
    }

    @Test func eachBoundIsOneThatCanBeBroken() throws {
        let failing = try Self.verdict { $0.failing = (0.05, 1_000) }
        #expect(failing.outcome == "deviated" && failing.conclusive)
        #expect(Self.verdicts(failing)["availability"] == .deviated)
        #expect(Self.verdicts(failing)["errors of attempts"] == .deviated)
        let slow = try Self.verdict { $0.slow = .milliseconds(20) }
        #expect(slow.outcome == "deviated" && Self.verdicts(slow)["p99"] == .deviated, "\(slow)")
        let few = try Self.verdict { $0.rate = 0.7 }
        #expect(few.outcome == "deviated", "\(few)")
        #expect(Self.verdicts(few)["throughput: share of both windows"] == .deviated)
        // So little that it may be chance.
        let some = try Self.verdict { $0.rate = 0.89 }
        #expect(some.outcome == "passed" && !some.conclusive && some.reason?.contains("undecided") == true, "\(some)")
    }

    @Test func tooFewRequestsAndABusyMachineDecideNothing() throws {
        let idle = try Self.verdict { $0.perSecond = 0 }
        #expect(idle.outcome == "passed" && !idle.conclusive)
        #expect(Self.verdicts(idle)["availability"] == .undecided && Self.verdicts(idle)["serves again"] == .met)
        let busy = try Self.verdict {
            $0.slow = .milliseconds(20)
            $0.sight.lateness = 50
        }
        #expect(Self.verdicts(busy)["p99"] == .undecided && busy.outcome == "passed", "\(busy)")
        // What was not kept beside it stays so, and is not all that was to be known.
        let failing = try Self.verdict {
            $0.failing = (0.05, 1_000)
            $0.sight.lateness = 50
        }
        #expect(failing.outcome == "deviated" && !failing.conclusive, "\(failing)")
    }

    @Test func aKillThatIsMixedWithSomethingIsNoVerdict() throws {
        var healed = Self.sure()
        healed.run(70)
        #expect(healed.kills.count == 1 && healed.monkey.state == .settling)
        healed.heal()
        healed.run(5)
        let row = try #require(healed.rows.first { !$0.isSpared })
        #expect(row.outcome == "interrupted" && row.claims.isEmpty && row.reason?.contains("started again") == true)

        var mixed = Self.sure()
        mixed.run(100) { $0.sight.obstacle = $0.seconds > 70 ? "the mesh is halted" : nil }
        mixed.run(100)
        let second = try #require(mixed.rows.first { $0.outcome == "interrupted" })
        #expect(second.reason == "meanwhile: the mesh is halted" && mixed.kills.count == 1)
        #expect(mixed.rows.contains { $0.isSpared && $0.reason == "the mesh is halted" })

        var refused = Self.sure { $0.refuses = true }
        refused.run(60)
        #expect(refused.rows.map(\.outcome) == ["error", "spared"] && refused.rows[0].reason == "no")
        #expect(refused.monkey.cell == nil && refused.monkey.counts.killed == 0 && refused.monkey.counts.spared == 2)
    }

    @Test func whoeverGoesOnDrawsWhatWouldHaveBeenDrawn() {
        let plan = Self.plan { ($0.probability, $0.every) = (0.5, .seconds(600)) }
        var whole = Bench(plan)
        whole.run(7_200)
        var first = Bench(plan)
        first.run(3_000)
        var next = Bench(plan)
        next.monkey = Monkey(plan, draw: first.monkey.draw, counts: first.monkey.counts, now: .zero)
        next.run(7_200 - 3_000)
        #expect(first.kills.map(\.cell) + next.kills.map(\.cell) == whole.kills.map(\.cell))
        #expect(next.monkey.counts.hits == whole.monkey.counts.hits && next.monkey.draw == 12)
        // A machine that slept does not make up for it.
        var slept = Bench(plan)
        slept.run(600)
        slept.now = slept.now + .hours(5)
        slept.run(1)
        #expect(slept.monkey.draw == 31 && slept.monkey.counts.draws == 2)
    }

    @Test func rulesAreReadStrictly() throws {
        func refusal(_ change: (inout MonkeyRequest) -> Void) -> String? {
            var request = MonkeyRequest()
            change(&request)
            do {
                _ = try MonkeyPlan(request, seed: 1)
                return nil
            } catch { return error.message }
        }
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.within = ["mon-fri 9-17", "sat", "22-24"] } == nil)
        #expect(refusal { $0.within = ["someday"] }?.contains("someday") == true)
        #expect(refusal { $0.within = ["mon 17-09"] } != nil && refusal { $0.within = ["mon 09-17 x"] } != nil)
        #expect(refusal { $0.probability = 1.1 } != nil && refusal { $0.least = -1 } != nil)
        #expect(refusal { $0.everyMilliseconds = 10 }?.contains("1s to 24h") == true)
        // What is kept says all that there is to say.
        let plan = try MonkeyPlan(MonkeyRequest(), seed: 9)
        #expect(try MonkeyPlan(plan.request, seed: 1) == plan && plan.lease == .seconds(62))
    }
}
