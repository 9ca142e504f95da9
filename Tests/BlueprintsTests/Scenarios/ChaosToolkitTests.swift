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
        let kept = scenario.actions.filter { ScenarioCommand.words(for: $0) != nil }
        #expect(back.actions.map(\.deed) == kept.map(\.deed))
        #expect(back.actions.map(\.length) == kept.map(\.length))
        #expect(back.actions.map(\.stages) == kept.map(\.stages) && back.actions.map(\.watch) == kept.map(\.watch))
        for action in scenario.actions where ScenarioCommand.words(for: action) == nil {
            #expect(experiment.left.contains { $0.hasPrefix("the action '\(action.name)'") }, "\(experiment.left)")
        }
        // What is asked is what the scenario asks, where a probe says it at all.
        #expect((back.probeLoad != nil) == (experiment.hypothesis != nil))
        if back.probeLoad != nil {
            var load = scenario.load
            load.verifies = true
            #expect(back.load.asks(as: load) && back.seed == scenario.seed, "\(back.load)")
        }
        #expect(experiment.left.count >= scenario.objectives.count)
    }

    /// A fault of every kind with every figure, and whatever else a scenario may do: said exactly, or told as left out.
    @Test func everyDeedIsSaidExactlyOrToldAsLeftOut() throws {
        let said = [
            "latency region/us-east <> region/eu-west 30ms 5ms normal 7%", "latency us-east-1 > zone/us-west/a 1ms",
            "latency service/pay 800ms", "loss cell/a 5.5%", "duplicate cell/a 0.1%", "datagram-loss mesh <> mesh 30%",
            "bandwidth cell/a 125000B/s", "reset cell/a", "blackhole region/{remote}", "partition region/a <> region/b",
            "errors cell/{random:10%}/service/{most-dependencies} 33% 503", "hang service/pay", "zombie cell/{draw:1}",
            "slow cell/a 50x", "flap cell/a 4s", "lie cell/a 70%", "amnesia cell/a keep-id", "fill-memory cell/a 89%",
            "fill-disk cell/a", "skew cell/a,router/r1 1h", "kill cell/a,cell/b", "pause router/r1",
            "evacuate region/{remote}", "restore region/us-east",
        ]
        let left = [
            "reorder cell/a 5% 50ms", "clog cell/a", "leave cell/a", "late cell/a 2s", "destroy cell/a",
            "drift cell/a 200ppm",
            "kill control", "load 2x", "poison c1", "attempt evacuate region/a",
        ]
        for text in said + left {
            let deed = try ScenarioDeed(text: text)
            let action = ScenarioAction("it", deed, for: deed.lasts ? .milliseconds(1_500) : nil)
            let words = ScenarioCommand.words(for: action)
            #expect((words != nil) == said.contains(text), "\(text): \(words ?? [])")
            guard let words else { continue }
            let back = try #require(try ScenarioCommand(words), "\(words)")
            #expect(back.deed == deed && back.length == action.length, "\(words)")
        }
        var moved = ScenarioAction("it", .evacuate("region/a"))
        (moved.stages, moved.watch) = ([25, 100], .milliseconds(500))
        #expect(
            ScenarioCommand.words(for: moved) == [
                "evacuate", "region/a", "--confirm", "region/a", "--stages", "25,100", "--watch", "500ms",
            ])
    }

    /// The method lasts as long as what it has in force; what begins at a time of its own does so there too.
    @Test func whenThingsAreDoneIsSaidToo() throws {
        let scenario = try #require(
            MeshFiles.load(
                scenario: """
                    title: x
                    seed: 7
                    load: {rate: 50, service: checkout, priorities: "low=100%"}
                    steady-state-hypothesis:
                      title: y
                      probes: [{type: probe, name: p, tolerance: [90%, 99%], provider: {type: cellmesh, measure: success, window: 3s}}]
                    method:
                      - {type: action, name: a, provider: {type: cellmesh, do: kill cell/a, for: 20s}, pauses: {after: 2s}}
                      - {type: action, name: b, provider: {type: cellmesh, do: kill cell/b, for: 5s}}
                      - {type: action, name: c, startAfter: 3s, provider: {type: cellmesh, do: pause cell/c, for: 1s}}
                    rollbacks: [{type: action, name: r, provider: {type: cellmesh, do: restore region/r}}]
                    """, named: "x"
            ).scenario)
        let experiment = ChaosToolkitExperiment(scenario)
        #expect(experiment.method.map(\.name) == ["c", "a", "b"])
        #expect(experiment.method.map(\.background) == [true, nil, nil])
        #expect(experiment.method.map(\.pauses?.before) == [3, nil, nil])
        #expect(experiment.method.map(\.pauses?.after) == [nil, 2, 18])
        #expect(experiment.rollbacks.map(\.provider.arguments) == [["heal"], ["restore", "region/r"]])
        #expect(
            experiment.hypothesis?.probes[0].provider.arguments.joined(separator: " ")
                == "load run --rate 50 --duration 3s --service checkout --mix services=100% --priorities low=100% --seed 7 "
                + "--slo success>=90% --slo success<=99% --no-report")
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
        // What the program itself refuses.
        for words in [
            "evacuate us-east", "evacuate us-east --confirm us-west", "evacuate us-east --confirm us-east --yes",
            "kill control --for 20s", "pause control", "kill us-east-1 --for soon", "restore cell/{busiest}",
            "fault add loss us-east-1 --rate lots", "fault add drift us-east-1", "kill cell/{busyest}",
            "evacuate a --confirm a --stages 50,25",
        ] {
            #expect(codes("{type: process, path: cellmesh, arguments: \"\(words)\"}") == ["bad-action@3"], "\(words)")
        }
        #expect(
            codes("{type: process, path: cellmesh, arguments: evacuate us-east --confirm region/us-east --stages 100}")
                .isEmpty)
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
