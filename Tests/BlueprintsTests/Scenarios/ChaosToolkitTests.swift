import MeshBase
import Reports
import Scenarios
import Testing

@testable import Blueprints

/// Drills as experiments of Chaos Toolkit, and such experiments as scenarios.
@Suite struct ChaosToolkitTests {
    private func written(_ experiment: ChaosToolkitExperiment) -> String {
        String(decoding: ReportJSON.encode(experiment), as: UTF8.self)
    }

    @Test(arguments: BuiltInScenarios.names) func whatIsExportedReadsBackAsFarAsItGoes(name: String) throws {
        let scenario = try #require(BuiltInScenarios.named(name))
        let experiment = ChaosToolkitExperiment(scenario)
        guard !experiment.method.isEmpty else {
            #expect(name == "poison-customer" && !experiment.left.isEmpty)
            return
        }
        let result = MeshFiles.load(scenario: written(experiment), named: "\(name).json")
        #expect(result.problems.isEmpty, "\(result.rendered())")
        let back = try #require(result.scenario)
        #expect(back.title == scenario.title)
        // What no command does, and what no experiment says, is told.
        let kept = scenario.actions.filter { $0.deed.commandWords(for: $0.length) != nil }
        #expect(back.actions.map(\.deed) == kept.map(\.deed))
        #expect(back.actions.map(\.length) == kept.map(\.length) || kept.contains { $0.deed == .controlLoss })
        #expect(experiment.left.count >= scenario.objectives.count)
    }

    @Test func theActivitiesAreCommandsOfThisProgram() throws {
        let scenario = try #require(BuiltInScenarios.named("slow-dependency"))
        let experiment = ChaosToolkitExperiment(scenario, program: "/opt/cellmesh")
        #expect(
            experiment.method.first?.provider.arguments == [
                "fault", "add", "latency", "service/{most-dependents}", "--delay", "800ms", "--for", "20s",
            ])
        #expect(experiment.method.first?.provider.path == "/opt/cellmesh")
        #expect(experiment.rollbacks.map(\.provider.arguments) == [["heal"]])
        let kill = ChaosToolkitExperiment(try #require(BuiltInScenarios.named("kill-cell")))
        let probe = try #require(kill.hypothesis?.probes.first)
        #expect(probe.tolerance == 0 && probe.provider.arguments.contains("success>=99.9%"))
    }

    private func codes(_ provider: String, tolerance: String = "") -> [String] {
        MeshFiles.load(
            scenario: """
                title: x
                method:
                  - {type: action, name: a, \(tolerance)provider: \(provider)}
                """, named: "x"
        ).problems.map { "\($0.code.rawValue)@\($0.line)" }
    }

    @Test func experimentsOfOthersAreReadOrRefusedWithTheirPlace() throws {
        #expect(codes("{type: process, path: cellmesh, arguments: kill cell/us-east-1 --for 20s}").isEmpty)
        #expect(codes("{type: process, path: /usr/bin/cellmesh, arguments: [pause, us-east-1]}").isEmpty)
        // Programs of others are read, and refused where they are run without a word for them.
        #expect(codes("{type: process, path: rm, arguments: -rf x}").isEmpty)
        #expect(codes("{type: process, path: rm, arguments: -rf x, shell: true}") == ["unknown-key@3"])
        #expect(codes("{type: process, path: cellmesh, arguments: down}") == ["bad-action@3"])
        #expect(codes("{type: process, path: cellmesh, arguments: fault add latency us-east-1}") == ["bad-action@3"])
        #expect(codes("{type: process, path: cellmesh, arguments: kill us-east-1 --hard}") == ["bad-action@3"])
        #expect(codes("{type: python, module: x, func: y}") == ["unknown-word@3"])
        let scenario = try #require(
            MeshFiles.load(
                scenario: """
                    {"title": "x", "version": "1.0.0", "method": [{"type": "action", "name": "a",
                     "provider": {"type": "process", "path": "cellmesh", "arguments": "fault add errors service/pay --rate 50% --for 5s"},
                     "pauses": {"before": 1.5, "after": 2}}]}
                    """, named: "x.json"
            ).scenario)
        #expect(scenario.actions[0].deed.text == "errors service/pay 50%")
        #expect(scenario.actions[0].length == .seconds(5) && scenario.actions[0].pauseBefore == .milliseconds(1_500))
        #expect(scenario.actions[0].pauseAfter == .seconds(2))
    }
}
