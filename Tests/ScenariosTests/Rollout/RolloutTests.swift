import MeshBase
import Reports
import Testing

@testable import Scenarios

@Suite struct RolloutTests {
    @Test func stagesTakeCellsInTurnByRegionAndAtLeastOne() {
        let plan = RolloutPlan.of(routers: ["router-1"])
        #expect(plan.steps.map(\.percent) == [5, 25, 50, 75, 100])
        #expect(
            plan.steps.map(\.changes) == [
                ["a-1"], ["b-1", "c-1"], ["a-2", "b-2", "c-2"], ["a-3", "b-3", "c-3"],
                ["a-4", "b-4", "c-4", "router-1"],
            ])
        // Stages that add none are left out, and the last one is all.
        #expect(RolloutPlan.of(1, cells: 2).steps.map(\.changes) == [["a-1"], ["a-2"]])
        #expect(RolloutPlan.of(1, cells: 2).steps.map(\.percent) == [5, 100])
        #expect(RolloutPlan.of(1, cells: 1).steps.map(\.changes) == [["a-1"]])
        #expect((0..<3).map { plan.watch(ofStage: $0) } == [.seconds(10), .seconds(20), .seconds(30)])
    }

    @Test(arguments: 1...5) func aSoundOneIsCompleted(seed: UInt64) throws {
        var bench = RolloutBench(.of(), seed: seed)
        (bench.old.rate, bench.new.rate) = (240, 240)
        bench.run()
        try #require(bench.report.state == .done, "\(bench.report.reason ?? "")")
        #expect(bench.report.stages.map(\.state) == Array(repeating: .passed, count: 5))
        #expect(bench.log == bench.rollout.plan.cells.map { "+\($0.name)" })
        // Watched for a time that grows.
        let watched = bench.report.stages.map(\.watchedMilliseconds)
        #expect(zip(watched, 1...).allSatisfy { $0 >= 10_000 * Int64($1) }, "\(watched)")
        #expect(bench.report.stages[0].compared == ["a-2", "a-3", "a-4"])
        #expect(bench.report.stages[4].compared.isEmpty)
    }

    @Test(arguments: 1...5) func aSlowOneIsRolledBackAtItsFirstStage(seed: UInt64) throws {
        var bench = RolloutBench(.of(), seed: seed)
        bench.new.slower = 1.3
        bench.run()
        #expect(bench.report.state == .rolledBack && bench.log == ["+a-1", "-a-1"], "\(bench.log)")
        #expect(bench.report.stages.map(\.state) == [.failed] && bench.report.changed.isEmpty)
        let gate = try #require(bench.report.stages[0].gates.first { $0.verdict == .failed })
        let low = try #require(gate.low)
        #expect(gate.name == "p99 of services" && low > 1.1, "\(gate.text)")
    }

    @Test func whileTheMachineIsBusyNoTimeIsJudged() throws {
        var bench = RolloutBench(.of(undecided: .goOn))
        (bench.new.slower, bench.late) = (1.3, .milliseconds(20))
        bench.run()
        #expect(bench.report.state == .done)
        #expect(bench.report.reason?.contains("while timers were late by 20.00 ms") == true, "\(bench.report)")
        // Not even where it was busy only before, and the last stage is compared with that.
        bench = RolloutBench(.of(1, cells: 1, undecided: .goOn))
        bench.late = .milliseconds(20)
        bench.run { $0.state == .watching }
        (bench.new.slower, bench.late) = (1.3, .zero)
        bench.run()
        #expect(bench.report.state == .done, "\(bench.report)")
        // Errors are none of the machine's.
        bench = RolloutBench(.of(undecided: .goOn))
        (bench.new.errors, bench.late) = (0.2, .milliseconds(20))
        bench.run()
        #expect(bench.report.state == .rolledBack)
    }

    @Test func oneThatFailsIsRolledBackEarly() throws {
        var bench = RolloutBench(.of())
        bench.new.errors = 0.3
        bench.run()
        #expect(bench.report.state == .rolledBack && bench.report.stages[0].watchedMilliseconds < 10_000)
        #expect(bench.report.stages[0].gates.filter { $0.verdict == .failed }.map(\.name).contains("success rate"))
    }

    @Test func moreErrorsThanTheOthersAndLessDoneForEachCustomerFail() throws {
        var errors = RolloutBench(.of())
        (errors.old.errors, errors.new.errors) = (0.01, 0.03)
        errors.run()
        #expect(errors.report.stages[0].gates.first { $0.verdict == .failed }?.name == "error rate")
        var less = RolloutBench(.of())
        less.new.rate = 90
        less.run()
        #expect(less.report.state == .rolledBack)
        #expect(less.report.stages[0].gates.first { $0.verdict == .failed }?.name == "throughput")
    }

    @Test func whatIsFoundLaterTakesAllBackTheLastFirst() {
        var bench = RolloutBench(.of())
        bench.run { $0.stages.count == 3 && $0.state == .watching }
        bench.new.slower = 2
        bench.run()
        #expect(bench.report.state == .rolledBack)
        let changed = ["a-1", "b-1", "c-1", "a-2", "b-2", "c-2"]
        #expect(bench.log == changed.map { "+\($0)" } + changed.reversed().map { "-\($0)" })
        #expect(bench.changed.isEmpty)
    }

    @Test func routersGoBackBehindTheCells() {
        var bench = RolloutBench(.of(1, cells: 2, routers: ["r1", "r2"], stages: [100]))
        bench.run { $0.state == .watching }
        bench.new.errors = 0.5
        bench.run()
        #expect(bench.log == ["+a-1", "+a-2", "+r1", "+r2", "-a-2", "-a-1", "-r2", "-r1"])
    }

    @Test func theLastStageIsComparedWithBefore() {
        var bench = RolloutBench(.of(1, cells: 1))
        bench.new.slower = 1.5
        bench.run()
        #expect(bench.report.state == .rolledBack && bench.report.stages[0].compared.isEmpty)
        #expect(bench.report.stages[0].gates.first { $0.verdict == .failed }?.name == "p99 of services")
    }

    @Test func tooLittleTrafficIsWatchedLongerAndSaid() throws {
        var bench = RolloutBench(.of())
        (bench.old.rate, bench.new.rate) = (5, 5)
        bench.run { $0.state == .watching }
        let begun = bench.now
        bench.run()
        #expect(bench.now - begun >= .seconds(40) && bench.now - begun < .seconds(50))
        #expect(bench.report.state == .rolledBack && bench.report.stages[0].state == .undecided)
        #expect(try #require(bench.report.reason).contains("too little traffic"))
        #expect(bench.report.stages[0].gates.contains { $0.verdict == .undecided && $0.needed != nil })

        var going = RolloutBench(.of(undecided: .goOn))
        (going.old.rate, going.new.rate) = (5, 5)
        going.run()
        #expect(going.report.state == .done && going.report.stages.contains { $0.state == .undecided })
    }

    @Test func withoutAnyTrafficNothingIsChanged() {
        var bench = RolloutBench(.of())
        (bench.old.rate, bench.new.rate) = (0, 0)
        bench.run()
        #expect(bench.report.state == .rolledBack && bench.log.isEmpty && bench.report.stages.isEmpty)
    }

    @Test func aCellThatDoesNotStartTakesAllBack() throws {
        var bench = RolloutBench(.of())
        bench.failures["c-1"] = "it ended before it served"
        bench.run()
        #expect(bench.report.state == .rolledBack)
        #expect(bench.log == ["+a-1", "+b-1", "+c-1", "-c-1", "-b-1", "-a-1"])
        #expect(try #require(bench.report.reason).contains("c-1 did not take the new version: it ended"))
    }

    @Test func aChangedCellThatDiesTakesAllBack() throws {
        var bench = RolloutBench(.of())
        bench.run { $0.state == .watching }
        bench.down = ["a-1": "killed by signal 11", "b-2": "of no interest"]
        bench.second()
        bench.second()
        #expect(bench.report.state == .rolledBack && bench.report.stages[0].state == .ended)
        #expect(try #require(bench.report.reason).contains("a-1, which was changed, does not run"))
    }

    @Test func anAbortTakesBackWhatIsUnderWayToo() {
        var bench = RolloutBench(.of())
        bench.run { $0.state == .watching }
        bench.carryOut(bench.rollout.abort("somebody said so"))
        #expect(bench.report.state == .rolledBack && bench.log == ["+a-1", "-a-1"])
        #expect(bench.report.reason == "somebody said so")
        #expect(bench.rollout.abort("again").isEmpty && bench.report.reason == "somebody said so")

        // A cell that is being changed is waited for.
        var rollout = Rollout(.of(watch: .seconds(1), undecided: .goOn))
        var now = Instant.zero
        while rollout.pending == nil {
            now = now + .seconds(1)
            _ = rollout.look(.init(), now: now)
        }
        #expect(rollout.abort("stop").isEmpty && rollout.report.state == .changing)
        #expect(rollout.told(nil, now: now) == [.revert("a-1")])
        #expect(rollout.told("it is down", now: now) == [.finish])
        #expect(rollout.report.left == ["a-1"] && rollout.report.state == .rolledBack)
    }

    @Test func anotherControlPlaneGoesOn() {
        var bench = RolloutBench(.of())
        bench.run { $0.stages.count == 2 && $0.state == .watching }
        bench.restart()
        bench.run()
        #expect(bench.report.state == .done && bench.log.count == 12, "\(bench.report.reason ?? "")")

        // What was ordered and not answered is ordered again, whichever way it went.
        var plan = RolloutPlan.of(watch: .seconds(1), undecided: .goOn)
        plan.wait = .zero
        var rollout = Rollout(plan)
        var now = Instant.zero
        while rollout.pending == nil {
            now = now + .seconds(1)
            _ = rollout.look(.init(), now: now)
        }
        #expect(rollout.resume() == [.change("a-1")])
        #expect(rollout.told("no", now: now) == [.revert("a-1")])
        #expect(rollout.resume() == [.revert("a-1")])
        #expect(rollout.told(nil, now: now) == [.finish])
    }
}
