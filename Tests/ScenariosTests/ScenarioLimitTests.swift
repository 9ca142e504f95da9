import Chaos
import Drills
import MeshBase
import Testing
import Topology

@testable import Scenarios

/// That a run comes to an end, says what is left, and begins nothing that cannot end well.
@Suite struct ScenarioLimitTests {
    private func scenario(_ texts: [String], rollbacks: [String] = [], abort: [String] = []) throws -> Scenario {
        var scenario = try ScenarioRunTests.scenario(texts, abort: abort)
        scenario.rollbacks = try rollbacks.map { ScenarioAction("last: \($0)", try ScenarioDeed(text: $0)) }
        return scenario
    }

    @Test func whatDoesNotEndAmongTheRollbacksIsGivenUp() throws {
        var bench = ScenarioBench(try scenario(["kill cell/a-1"], rollbacks: ["evacuate region/a"]))
        let report = try bench.report()
        #expect(report.outcome == .error && bench.orders.suffix(2) == ["readBack", "tidy"], "\(report)")
        #expect(report.reason?.contains("not over within 30m") == true, "\(report.reason ?? "")")
        #expect(report.reason?.contains("still in force: last: evacuate region/a") == true, "\(report.reason ?? "")")
    }

    @Test func whatIsLeftIsSaidAndNotThatNothingIs() throws {
        var bench = ScenarioBench(try scenario(["kill cell/a-1"]))
        bench.fails = ["end 0": .error]
        let report = try bench.report()
        let step = try #require(report.steps.first { $0.name == "rollbacks" })
        #expect(step.outcome == .failed && step.detail.hasPrefix("still in force: kill cell/a-1"), "\(step)")
        // What the driver has noted counts too, whatever the steps say.
        var noted = ScenarioBench(try scenario(["kill cell/a-1"]))
        noted.run.noted = ["a-1 is down"]
        let told = try noted.report()
        #expect(told.outcome == .error && told.reason?.hasPrefix("still in force: a-1 is down") == true, "\(told)")
    }

    /// A cell that does not come up again, as on a full disk, is found out at the very end.
    @Test func whatDoesNotComeBackIsSaidByTheStepThatTookItBack() throws {
        var bench = ScenarioBench(try scenario(["kill cell/a-1"]))
        bench.notedLate = ["a-1 is down"]
        let report = try bench.report()
        #expect(report.outcome == .error && report.reason?.contains("a-1 is down") == true, "\(report)")
        let step = try #require(report.steps.first { $0.name == "rollbacks" })
        #expect(step.outcome == .failed && step.detail.hasPrefix("still in force: a-1 is down"), "\(step)")
    }

    /// Whoever asks for the end is told what could not be taken back, and not only that he had asked.
    @Test func whatCannotBeTakenBackAfterCtrlCIsAReasonToo() throws {
        var bench = ScenarioBench(
            try scenario(["evacuate region/a", "kill cell/a-1"], rollbacks: ["restore region/a"]))
        bench.events[7] = .interrupted("Ctrl-C")
        bench.fails = ["end 0": .error, "begin 2 restore region/a": .error]
        let report = try bench.report()
        #expect(report.outcome == .error, "\(report)")
        for word in ["Ctrl-C", "evacuate region/a: it broke", "last: restore region/a: it broke", "still in force"] {
            #expect(report.reason?.contains(word) == true, "\(word): \(report.reason ?? "")")
        }
    }

    @Test func aRestoreThatChoosesMeansWhatWasLeft() throws {
        var bench = ScenarioBench(try scenario(["evacuate region/b", "restore region/{random}"]))
        let report = try bench.report()
        #expect(report.outcome == .passed && bench.orders.contains("begin 1 restore region/b"), "\(bench.orders)")
    }

    @Test func aRegionThatIsTakenBackAlreadyNeedsNoRestore() throws {
        var bench = ScenarioBench(try scenario(["evacuate region/a"], rollbacks: ["restore region/a"]))
        let report = try bench.report()
        #expect(report.outcome == .passed && bench.orders.contains("end 0"), "\(report)")
        #expect(!bench.orders.contains { $0.hasPrefix("begin 1") }, "\(bench.orders)")
        #expect(report.steps.contains { $0.detail == "nothing is left to be restored" })
        // Where the automatic way back has failed, it is tried.
        var stuck = ScenarioBench(try scenario(["evacuate region/a"], rollbacks: ["restore region/a"]))
        stuck.fails = ["end 0": .error]
        #expect(try stuck.report().outcome == .error)
        #expect(stuck.orders.contains("begin 1 restore region/a"), "\(stuck.orders)")
    }

    @Test(arguments: [false, true]) func aRegionThatNobodyLeavesIsNotRestored(isRollback: Bool) throws {
        var bench = ScenarioBench(
            try scenario(
                isRollback ? ["evacuate region/b"] : ["evacuate region/b", "restore region/a"],
                rollbacks: isRollback ? ["restore region/a"] : []))
        let report = bench.perform()
        #expect(report == nil && !bench.orders.contains("startLoad"), "\(bench.orders)")
        #expect(bench.run.refusal?.contains("region 'a' is not evacuated") == true, "\(bench.run.refusal ?? "")")
    }

    @Test func anAbortThatHoldsAlreadyInjectsNothing() throws {
        for rule in ["failed<=5", "success>99% for 2s", "success>99% for 1h"] {
            var bench = ScenarioBench(try scenario(["kill cell/a-1"], abort: [rule]))
            let report = try bench.report()
            #expect(report.outcome == .baselineNotMet && report.reason?.contains(rule) == true, "\(rule): \(report)")
            #expect(!bench.orders.contains { $0.hasPrefix("begin") })
        }
    }

    @Test func whatWasToBeSeenMeanwhileIsUndecidedWhereAStepFailed() throws {
        var bench = ScenarioBench(try scenario(["kill cell/a-1", "latency cell/a-2 5ms"]))
        bench.fails = ["begin 1 latency a-2 5ms": .error, "begin 1 latency cell/a-2 5ms": .error]
        let report = try bench.report()
        #expect(ScenarioRunTests.claim(report, "answered, meanwhile")?.verdict == .undecided, "\(report.claims)")
    }

    @Test func aMisfitSaysWhereItStands() throws {
        let mesh = MeshTopology(
            name: "m", seed: 1, regions: [Region(name: "r")], cells: [Cell(name: "a", region: 0, zone: 0)],
            blueprints: [], customers: Customers(count: 9), routers: [Router(name: "r1", region: 0)],
            control: Control(region: 0))
        for text in ["fill-disk r1", "kill cell/b"] {
            var found = try scenario([text])
            guard case .action(var action) = found.method[0] else { continue }
            action.source = ScenarioPlace("x.yaml:7:3")
            found.method[0] = .action(action)
            found.load.writes = 0
            for isSimulated in [false, true] {
                let misfit = found.misfit(in: mesh, isSimulated: isSimulated)
                #expect(misfit?.message.hasPrefix("x.yaml:7:3: \(text): ") == true, "\(misfit?.message ?? "")")
            }
        }
        var crowded = try scenario(["kill cell/a"])
        crowded.load.customers = 10
        #expect(crowded.misfit(in: mesh, isSimulated: true)?.message.contains("10 customers") == true)
    }
}
