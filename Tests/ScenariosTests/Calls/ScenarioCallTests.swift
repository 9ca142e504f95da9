import Drills
import MeshBase
import Reports
import Testing

@testable import Scenarios

/// Looks at what is beside the mesh, in the course of a run.
@Suite struct ScenarioCallTests {
    private static func probe(_ name: String, _ tolerance: CallTolerance? = .status([200])) -> CallProbe {
        let request = ScenarioCall.Request(endpoint: .loopback(1), host: "127.0.0.1:1", target: "/")
        return CallProbe(name, ScenarioCall(.http(request), place: "x:1"), tolerance)
    }

    /// A hypothesis with a look, and one in the method.
    private static func scenario(
        _ strategy: ScenarioHypothesis.Strategy = .continuously, failFast: Double? = nil
    ) throws -> Scenario {
        var scenario = try ScenarioRunTests.scenario()
        scenario.hypothesis?.calls = [probe("up")]
        scenario.hypothesis?.strategy = strategy
        scenario.hypothesis?.failFast = failFast
        scenario.method.append(.look(probe("step", .pattern(.body, try LinearPattern(text: "^ok$")))))
        return scenario
    }

    private static let broken = CallAnswer(status: 503, output: "", shown: "no")
    private static let fine = CallAnswer(status: 200, output: "ok")

    @Test func allIsAskedWhereItStands() throws {
        var bench = ScenarioBench(try Self.scenario())
        let report = try bench.report()
        #expect(report.outcome == .passed && report.conclusive, "\(report)")
        let orders = bench.orders.filter { $0.hasPrefix("ask") || $0.hasPrefix("begin") || $0.hasPrefix("end") }
        #expect(orders.first == "ask up" && orders.last == "ask up" && orders.contains("begin 0 kill cell/a-1"))
        #expect(orders.filter { $0 == "ask step" }.count == 1)
        // Before, each second meanwhile, and after.
        #expect(orders.filter { $0 == "ask up" }.count >= 10)
        #expect(ScenarioRunTests.claim(report, "step")?.verdict == .met)
        #expect(ScenarioRunTests.claim(report, "up, after")?.verdict == .met)
        #expect(ScenarioRunTests.claim(report, "up, meanwhile: looks that were not met")?.verdict == .met)
        #expect(report.steps.contains { $0.name == "step" && $0.detail == "status 200" })
        #expect(report.steps.first { $0.name == "hypothesis-before" }?.detail.contains("up: status 200") == true)
    }

    @Test func strategiesSayWhenItIsAsked() throws {
        for (strategy, count) in [
            (ScenarioHypothesis.Strategy.beforeMethod, 1), (.afterMethod, 1), (.default, 2),
        ] {
            var bench = ScenarioBench(try Self.scenario(strategy))
            _ = try bench.report()
            #expect(bench.orders.filter { $0 == "ask up" }.count == count, "\(strategy)")
        }
        var bench = ScenarioBench(try Self.scenario(.duringMethod))
        _ = try bench.report()
        let last = try #require(bench.orders.lastIndex(of: "ask up"))
        #expect(bench.orders.firstIndex(of: "begin 0 kill cell/a-1").map { $0 < last } == true)
    }

    @Test func nothingIsInjectedWhereItIsNotMet() throws {
        var bench = ScenarioBench(try Self.scenario())
        bench.answers["up"] = [Self.broken]
        let report = try bench.report()
        #expect(report.outcome == .baselineNotMet && !bench.orders.contains { $0.hasPrefix("begin") })
        #expect(report.reason?.contains("status 503") == true)
        // Nobody answers: an error of the look, and nothing is injected either.
        var silent = ScenarioBench(try Self.scenario())
        silent.answers["up"] = []
        let other = try silent.report()
        #expect(other.outcome == .probeError && !silent.orders.contains { $0.hasPrefix("begin") })
    }

    @Test func whatIsNotMetLaterDeviates() throws {
        var bench = ScenarioBench(try Self.scenario())
        bench.answers["up"] = [Self.fine, Self.fine, Self.broken, Self.fine]
        let report = try bench.report()
        #expect(report.outcome == .deviated)
        let claim = ScenarioRunTests.claim(report, "up, meanwhile: looks that were not met")
        #expect(claim?.observed == 1 && claim?.detail?.contains("status 503: no") == true)
        var step = ScenarioBench(try Self.scenario())
        step.answers["step"] = [CallAnswer(status: 200, output: "not ok")]
        let other = try step.report()
        #expect(other.outcome == .deviated && ScenarioRunTests.claim(other, "step")?.verdict == .deviated)
    }

    @Test func aLookOfTheMethodWithoutAnAnswerEndsItAndAllIsTakenBack() throws {
        var bench = ScenarioBench(try Self.scenario())
        bench.answers["step"] = []
        let report = try bench.report()
        #expect(report.outcome == .probeError && report.exitCode == 1 && bench.run.isTakenBack)
        #expect(bench.orders.contains("end 0"))
        // Meanwhile it is told, and the method goes on: what it does may be why.
        var meanwhile = ScenarioBench(try Self.scenario(.duringMethod))
        meanwhile.answers["up"] = []
        let other = try meanwhile.report()
        #expect(other.outcome == .probeError && meanwhile.orders.contains("ask step"))
        #expect(ScenarioRunTests.claim(other, "up, meanwhile: looks that were not met")?.verdict == .undecided)
    }

    @Test(arguments: [true, false], [true, false])
    func aProgramThatIsStoppedWithTheRunIsNoErrorOfIt(isBackground: Bool, failsFirst: Bool) throws {
        for (word, outcome) in [("interrupted by Ctrl-C", DrillOutcome.interrupted), ("success<90%", .aborted)] {
            var program = ScenarioAction(
                "program", .call(ScenarioCall(.process(ScenarioCall.Program(path: "sleep")), place: "x:1")), for: nil)
            program.isBackground = isBackground
            var scenario = try ScenarioRunTests.scenario(
                ["kill cell/a-1"], abort: outcome == .aborted ? ["success<90%"] : [])
            scenario.method.append(.action(program))
            var bench = ScenarioBench(scenario)
            bench.stalls = [1: failsFirst]
            if outcome == .aborted { bench.failing = 0.5 } else { bench.events[7] = .interrupted(word) }
            let report = try bench.report()
            #expect(report.outcome == outcome && report.exitCode == outcome.exitCode(conclusive: false), "\(report)")
            #expect(report.reason?.contains(word) == true && report.reason?.contains("stopped") == false, "\(report)")
            #expect(bench.orders.contains("end 1") && bench.run.isTakenBack && bench.run.inForce == nil)
            for name in ["rollbacks", "read-back", "tidy"] {
                #expect(report.steps.filter { $0.name == name }.map(\.outcome) == [.done], "\(report.steps)")
            }
            #expect(
                !report.steps.contains { $0.outcome == .failed && $0.detail.contains("stopped") }, "\(report.steps)")
        }
    }

    @Test func failFastGivesUpByTheShareOfLooks() throws {
        let answers = [Self.fine, Self.fine, Self.broken] + Array(repeating: Self.fine, count: 30)
        for (share, outcome) in [(0.0, DrillOutcome.aborted), (0.9, .deviated)] {
            var bench = ScenarioBench(try Self.scenario(failFast: share))
            bench.answers["up"] = answers
            #expect(try bench.report().outcome == outcome, "\(share)")
        }
        // Figures of the mesh count as well.
        var bench = ScenarioBench(try Self.scenario(failFast: 0))
        bench.failing = 0.5
        let report = try bench.report()
        #expect(report.outcome == .aborted && report.reason?.contains("1 of ") == true, "\(report.reason ?? "")")
    }

    @Test func aStepInTheBackgroundKeepsNobodyWaiting() throws {
        var scenario = try Self.scenario()
        var (slow, action) = (
            Self.probe("slow"), ScenarioAction("late", try ScenarioDeed(text: "kill cell/b-1"), for: .seconds(1))
        )
        (slow.isBackground, slow.pauseBefore) = (true, .seconds(20))
        (action.isBackground, action.pauseBefore) = (true, .seconds(5))
        scenario.method = [.look(slow), .action(action)] + scenario.method
        var bench = ScenarioBench(scenario)
        let report = try bench.report()
        #expect(report.outcome == .passed, "\(report)")
        let orders = bench.orders.filter { $0.hasPrefix("begin") || $0 == "ask slow" }
        #expect(orders == ["begin 1 kill cell/a-1", "begin 0 kill cell/b-1", "ask slow"], "\(orders)")
    }

    @Test func anInterruptWaitsForNoAnswer() throws {
        var bench = ScenarioBench(try Self.scenario())
        bench.events = [8: .interrupted("enough")]
        let report = try bench.report()
        #expect(report.outcome == .interrupted && bench.run.isTakenBack)
        // An answer that comes later is nobody's.
        bench.run.handle(.answered(999, Self.fine), now: bench.now)
        #expect(bench.run.isOver)
    }
}
