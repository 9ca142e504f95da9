import Drills
import MeshBase
import Scenarios
import Testing

@testable import Blueprints

@Suite struct ScenarioReadingTests {
    private static let whole = """
        title: A region is lost
        description: All cells of one region are killed at once.
        load: {rate: 500, customers: 100, mix: "reads=60%,writes=40%", verify: off}
        baseline: {for: 10s, requests: 1000}
        steady-state-hypothesis:
          title: customers are served
          strategy: default
          probes:
            - {type: probe, name: served, tolerance: [0.999, 1], provider: {type: cellmesh, measure: success, window: 3s}}
        method:
          - type: action
            name: kill
            provider: {type: cellmesh, do: "kill region/{remote}", for: 20s}
            pauses: {before: 1s, after: 5s}
          - {type: probe, name: seen, tolerance: [0, 3], provider: {type: cellmesh, measure: detection}}
          - {type: action, name: more, startAfter: 2s, provider: {type: cellmesh, do: load 2x, for: 4s}}
        rollbacks:
          - {type: action, name: back, provider: {type: cellmesh, do: restore region/us-east}}
        objectives: ["p99<1.5x baseline", "lost_writes==0", "detection<=3x profile"]
        abort: ["success<90% for 3s", "lost>25"]
        notice: 5s
        settle: 40s
        cool-down: 60s
        schedule: [{days: mon-fri, hours: 09-17}, {weekly: wednesday}]
        seed: 7
        """

    private func codes(_ text: String) -> [String] {
        MeshFiles.load(scenario: text, named: "scenarios/x.yaml").problems.map { "\($0.code.rawValue)@\($0.line)" }
    }

    @Test func everyKeyIsRead() throws {
        let result = MeshFiles.load(scenario: Self.whole, named: "scenarios/Region Lost.yaml")
        #expect(result.problems.isEmpty, "\(result.rendered())")
        let scenario = try #require(result.scenario)
        #expect(scenario.name == "region-lost" && scenario.title == "A region is lost" && scenario.seed == 7)
        #expect(scenario.load.rate == 500 && scenario.load.customers == 100 && !scenario.load.verifies)
        #expect(scenario.load.reads == 0.6 && scenario.load.writes == 0.4 && scenario.load.services == 0)
        #expect(scenario.baseline.length == .seconds(10) && scenario.baseline.requests == 1000)
        let hypothesis = try #require(scenario.hypothesis)
        #expect(hypothesis.strategy == .default && hypothesis.probes[0].window == .seconds(3))
        #expect(hypothesis.probes[0].tolerance == Tolerance(low: .figure(0.999), high: .figure(1)))
        #expect(hypothesis.probes[0].tolerance.bounds(Measure(.success)).map(\.text) == ["success>=99.9%"])
        #expect(scenario.actions.map(\.deed.text) == ["kill region/{remote}", "load 2x"])
        #expect(
            scenario.actions.map(\.source.text) == [
                "scenarios/Region Lost.yaml:11:5", "scenarios/Region Lost.yaml:16:5",
            ])
        #expect(scenario.actions[0].pauseBefore == .seconds(1) && scenario.actions[0].pauseAfter == .seconds(5))
        #expect(scenario.actions[0].length == .seconds(20) && scenario.actions[1].startAfter == .seconds(2))
        guard case .probe(let probe) = scenario.method[1] else {
            Issue.record("no probe")
            return
        }
        #expect(probe.tolerance.bounds(probe.measure).map(\.text) == ["detection<=3s"])
        #expect(scenario.rollbacks.map(\.deed.text) == ["restore region/us-east"])
        #expect(scenario.objectives.map(\.text) == ["p99<1.5x baseline", "lost_writes==0", "detection<=3x profile"])
        #expect(scenario.abort.map(\.text) == ["success<90% for 3s", "customers_lost>25"])
        #expect(scenario.notice == .seconds(5) && scenario.settle == .seconds(40) && scenario.coolDown == .seconds(60))
        #expect(scenario.schedule.count == 2 && scenario.schedule[0].contains(day: 4, minute: 9 * 60))
        #expect(!scenario.schedule[0].contains(day: 5, minute: 600) && scenario.schedule[1].days == [2])
    }

    @Test func whatIsWrongIsSaidWhereItStands() {
        func changed(_ a: String, _ b: String) -> [String] { codes(Self.whole.replacing(a, with: b)) }
        #expect(changed("startAfter: 2s", "startAftr: 2s") == ["unknown-key@16"])
        #expect(changed("type: probe, name: served", "type: prob, name: served") == ["unknown-word@9"])
        #expect(changed("measure: success", "measure: sucess") == ["bad-measure@9"])
        #expect(changed("[0.999, 1]", "[1, 0.5]") == ["wrong-order@9"])
        #expect(changed("do: load 2x", "do: explode everything") == ["bad-action@16"])
        #expect(changed(", for: 4s", "") == ["missing-key@16"])
        #expect(changed("do: restore region/us-east", "do: restore region/us-east, for: 2s") == ["contradiction@18"])
        #expect(changed("lost_writes==0", "lost_writes=0") == ["bad-measure@19"])
        #expect(changed("lost>25", "lost_writes>0") == ["bad-measure@20"])
        #expect(changed("hours: 09-17", "hours: 17-09") == ["wrong-order@24"])
        #expect(changed("type: cellmesh, measure: detection", "type: python, func: x") == ["unknown-word@15"])
        #expect(changed("reads=60%,writes=40%", "reads=60%,writes=50%") == ["bad-ratio@3"])
        #expect(changed("do: restore region/us-east", "do: evacuate region/us-east") == ["bad-action@18"])
        #expect(changed("lost>25", "success<=100%") == ["contradiction@20"])
        #expect(changed("lost_writes==0", "lost_writes<0") == ["bad-measure@19"])
        #expect(changed("name: more", "name: kill") == ["contradiction@16"])
        #expect(changed("name: back", "name: kill") == ["contradiction@18"])
        #expect(changed("name: more", "name: ' '") == ["wrong-type@16"])
        #expect(changed("name: more", "name: \(String(repeating: "x", count: 65))") == ["too-many@16"])
        #expect(changed("title: A region is lost", "title: ''") == ["wrong-type@1"])
        #expect(changed("do: load 2x", "do: partition region/a region/a") == ["bad-action@16"])
        for word in ["cell/{busyest}", "region/{randm}", "cell/{draw:0}", "cell/a/service/{busiest}"] {
            #expect(changed("kill region/{remote}", "kill \(word)") == ["bad-action@13"], "\(word)")
        }
        #expect(changed("do: restore region/us-east", "do: \"restore cell/{busiest}\"") == ["bad-action@18"])
        #expect(changed("do: restore region/us-east", "do: \"restore region/{remoet}\"") == ["bad-action@18"])
        #expect(changed("do: load 2x", "do: \"attempt evacuate {remote}\"") == ["bad-action@16"])
        #expect(codes("title: x") == ["missing-key@1"])
        #expect(codes("title: x\nmethod: []") == ["too-few@2"])
    }

    @Test(arguments: BuiltInScenarios.names) func everyDrillOfThisProgramIsSound(name: String) throws {
        let text = try #require(BuiltInScenarios.text(of: name))
        let result = MeshFiles.load(scenario: text, named: "\(name).yaml")
        #expect(result.problems.isEmpty, "\(result.rendered())")
        #expect(result.scenario?.name == name && BuiltInScenarios.named(name) == result.scenario)
        // What can only pass proves nothing.
        #expect(result.scenario.map { !$0.objectives.isEmpty && $0.hypothesis != nil } == true)
    }
}
