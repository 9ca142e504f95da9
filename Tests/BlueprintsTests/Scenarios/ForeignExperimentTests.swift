import Drills
import Foundation
import MeshBase
import Reports
import Scenarios
import Testing

@testable import Blueprints

/// Experiments with requests, programs and variables, as others write them for Chaos Toolkit.
@Suite struct ForeignExperimentTests {
    private static let variables = ["ROUTER": "127.0.0.1:9000", "PORT": "9100", "WAIT": "2", "TOKEN": "s3cret"]

    private func load(_ yaml: String, _ variables: [String: String] = variables) -> MeshFilesResult {
        MeshFiles.load(scenario: yaml, named: "x.yaml") { variables[$0] }
    }

    private static let experiment = """
        title: An experiment of somebody else
        description: It asks and runs.
        tags: [x]
        configuration:
          router: {type: env, key: ROUTER}
          port: {type: env, key: PORT, env_var_type: int}
          wait: {type: env, key: WAIT, env_var_type: float}
          path: {type: env, key: NOWHERE, default: /status}
          code: 200
        secrets:
          mesh: {token: {type: env, key: TOKEN}}
        steady-state-hypothesis:
          title: it answers
          strategy: continuously
          frequency: 2
          fail_fast: true
          fail_fast_ratio: 50
          probes:
            - type: probe
              name: answers
              tolerance: ${code}
              provider:
                type: http
                url: http://${router}${path}?t=${token}
                headers: {Authorization: "Bearer ${token}"}
                timeout: [1, 2]
        method:
          - {type: action, name: kill, provider: {type: process, path: cellmesh, arguments: "kill cell/a --for 5s"}}
          - {ref: answers}
          - type: probe
            name: counted
            background: true
            pauses: {before: "${wait}", after: 1}
            tolerance: {type: range, range: [0, 5], target: stdout}
            provider: {type: process, path: wc, arguments: {-c: /dev/null}, timeout: 3, env: {LANG: C, T: "$$x ${token}"}}
          - type: action
            name: posted
            provider: {type: http, url: "http://localhost:${port}/x y", method: post, arguments: {a: "1 &"}, expected_status: 201}
        """

    @Test func allOfItIsRead() throws {
        let result = load(Self.experiment)
        let scenario = try #require(result.scenario, "\(result.rendered())")
        let hypothesis = try #require(scenario.hypothesis)
        #expect(hypothesis.frequency == .seconds(2) && hypothesis.failFast == 0.5)
        let answers = try #require(hypothesis.calls.first)
        #expect(
            answers.tolerance == .status([200]) && answers.call.timeout == .seconds(3)
                && answers.call.place == "x.yaml:23")
        guard case .http(let request) = answers.call.kind else { throw Failure() }
        let book = try SecretBook(scenario.secrets) { Self.variables[$0] }
        #expect(request.endpoint == Endpoint.loopback(9_000) && request.method == "GET")
        #expect(SecretBook.shown(request.target) == "/status?t=${token}")
        #expect(book.filled(request.headers[0].value) == "Bearer s3cret")
        // No text of it has the value.
        #expect(!"\(scenario)".contains("s3cret") && answers.call.text == "GET http://127.0.0.1:9000/status?t=${token}")
        #expect(scenario.method.count == 4 && scenario.method[1] == .look(answers))
        guard case .look(let counted) = scenario.method[2], case .process(let program) = counted.call.kind,
            case .action(let posted) = scenario.method[3], case .call(let call) = posted.deed,
            case .http(let post) = call.kind
        else { throw Failure() }
        #expect(counted.isBackground && counted.pauseBefore == .seconds(2) && counted.pauseAfter == .seconds(1))
        #expect(
            program.path == "wc" && program.arguments == ["-c", "/dev/null"] && counted.call.timeout == .seconds(3))
        #expect(program.environment.map { book.filled($0.value) } == ["C", "$x s3cret"])
        #expect(
            post.endpoint == .loopback(9_100) && post.method == "POST" && post.target == "/x%20y"
                && call.expected == 201)
        #expect(post.body == .form([.init("a", "1 &")]))
        #expect(scenario.calls.filter(\.isProcess).count == 1)
    }

    private struct Failure: Error {}

    @Test func theLoopbackHasAnIPv6Address() throws {
        let text = Self.experiment.replacingOccurrences(of: "http://localhost:${port}", with: "http://[0::1]:${port}")
        let result = load(text)
        guard case .action(let posted)? = result.scenario?.method[3], case .call(let call) = posted.deed,
            case .http(let post) = call.kind
        else { throw Failure() }
        #expect(post.endpoint == Endpoint(address: .loopback6, port: 9_100) && post.host == "[::1]:9100")
    }

    @Test func whatIsNotRunIsRefusedWithItsPlaceAndWord() {
        for (old, new, line, word) in [
            ("http://${router}${path}", "http://example.org${path}", 24, "loopback"),
            ("http://${router}${path}", "https://${router}${path}", 24, "TLS"),
            ("http://${router}${path}", "http://u:p@${router}${path}", 24, "host"),
            ("http://${router}${path}", "http://10.0.0.1${path}", 24, "loopback"),
            ("http://${router}${path}", "http://[fd00::1]:80${path}", 24, "loopback"),
            ("http://${router}${path}", "http://::1:80${path}", 24, "no name and no address"),
            ("http://${router}${path}", "http://[::1]:0${path}", 24, "no number from 1 to 65535"),
            ("${path}?t", "${paht}?t", 24, "${path}"),
            ("type: env, key: ROUTER", "type: env, key: ROUTE", 5, "default"),
            ("type: env, key: TOKEN", "type: vault, key: TOKEN", 11, "vault"),
            ("{token: {type: env, key: TOKEN}}", "{token: s3cret}", 11, "environment"),
            ("type: env, key: PORT, env_var_type: int", "type: env, key: TOKEN, env_var_type: int", 6, "int"),
            ("key: PORT, env_var_type: int", "key: PORT, env_var_tpye: int", 6, "env_var_type"),
            ("name: answers\n", "name: ${token}\n", 20, "secret"),
            ("method: post", "method: brew", 38, "one of"),
            ("expected_status: 201", "expected_status: 2010", 38, "100"),
            ("{ref: answers}", "{ref: answer}", 29, "answers"),
            ("{ref: answers}", "{ref: answers, name: x}", 29, "ref"),
            ("  frequency: 2", "  frequency: 2\n  controls: [x]", 16, "controls"),
            ("tags: [x]", "controls: [x]", 3, "controls"),
            ("fail_fast: true", "fail_fast: false", 17, "fail_fast"),
            ("{type: process, path: wc,", "{type: python, module: x, func: y, path: wc,", 35, "python"),
            ("timeout: 3, env", "timeuot: 3, env", 35, "timeout"), ("path: wc", "path: a=b", 35, "path"),
            ("headers: {Authorization", "headers: {Host: x, Authorization", 25, "Host"),
            ("timeout: [1, 2]", "timeout: 2h", 26, "1h"), ("timeout: [1, 2]", "expected_status: 200", 26, "tolerance"),
        ] {
            let text = Self.experiment.replacing(old, with: new)
            #expect(text != Self.experiment, "\(old)")
            let result = load(text)
            #expect(
                result.scenario == nil
                    && result.problems.contains {
                        $0.line == line && ($0.message + ($0.hint ?? "")).contains(word)
                    }, "\(new) at \(line) with \(word):\n\(result.rendered())")
            #expect(!result.problems.contains { "\($0)".contains("s3cret") } || new.contains("s3cret"), "\(new)")
        }
    }

    @Test func withoutVariablesADollarIsADollar() throws {
        let result = load(
            """
            title: x
            method:
              - {type: action, name: a, provider: {type: process, path: sh, arguments: "-c 'echo ${HOME}'"}}
            """)
        guard case .action(let action)? = result.scenario?.method.first, case .call(let call) = action.deed,
            case .process(let program) = call.kind
        else { throw Failure() }
        #expect(program.shell == "-c 'echo ${HOME}'")
    }

    @Test func thresholdsAreReadBesideObjectives() throws {
        let yaml = """
            title: x
            load: {rate: 100, priorities: "critical=10%,normal=90%"}
            method: [{type: action, name: a, provider: {type: cellmesh, do: kill cell/a, for: 1s}}]
            objectives: ["lost_writes==0", "p95{region:us-east}<200ms"]
            thresholds:
              http_req_duration: ["p(95)<200", {threshold: "p(99)<500", abortOnFail: true, delayAbortEval: 10s}]
              "http_req_failed{region:us-east}": ["rate<0.01"]
              "http_reqs{priority:critical}": ["count>10"]
            """
        let scenario = try #require(load(yaml).scenario, "\(load(yaml).rendered())")
        #expect(scenario.thresholds.map(\.text).count == 4 && scenario.asksRegions)
        #expect(scenario.thresholds[1].aborts && scenario.thresholds[1].delay == .seconds(10))
        #expect(scenario.load.priorities == [0.1, 0, 0.9, 0])
        for (old, new, line) in [
            ("priority:critical", "priority:low", 8), ("delayAbortEval", "delayAbortEvla", 6),
            ("abortOnFail: true, ", "", 6),
            ("\"p(95)<200\"", "\"p95<200\"", 6), ("http_req_duration:", "http_req_durations:", 6),
            ("[\"rate<0.01\"]", "rate<0.01", 7),
            ("critical=10%", "critical=20%", 2), ("region:us-east}\"", "reigon:us-east}\"", 7),
        ] {
            let result = load(yaml.replacing(old, with: new))
            #expect(result.problems.contains { $0.line == line }, "\(new): \(result.rendered())")
        }
    }

    // MARK: Import

    @Test func anImportIsTheSameInOwnWordsAndSaysWhatIsLeftOut() throws {
        let python = "\n  - {type: probe, name: snake, tolerance: true, provider: {type: python, module: x, func: y}}"
        let controls =
            "\ncontrols: [{name: x, provider: {type: python, module: x}}]\nrollbacks: [{type: action, name: r, provider: {type: process, path: cellmesh, arguments: heal}}]"
        let imported = ScenarioImport(Self.experiment + python + controls, named: "x.yaml") { Self.variables[$0] }
        let text = try #require(imported.text, "\(imported.problems?.rendered() ?? "") \(imported.left)")
        #expect(imported.left.count == 3 && imported.left[0].hasPrefix("x.yaml:39: 'snake'"), "\(imported.left)")
        #expect(
            imported.left[1].contains("x.yaml:40: 'controls'") && imported.left[2].contains("taken back in any case"))
        #expect(
            text.contains("do: kill cell/a") && text.contains("for: 5s") && text.contains("${router}${path}")
                && !text.contains("s3cret"), "\(text)")
        let (before, after) = (
            try #require(load(Self.experiment).scenario), try #require(load(text).scenario, "\(text)")
        )
        #expect(after.calls.map(\.kind) == before.calls.map(\.kind))
        #expect(
            after.actions.map(\.deed.text) == before.actions.map(\.deed.text) && after.actions[0].length == .seconds(5))
        #expect(after.hypothesis?.calls.map(\.tolerance) == before.hypothesis?.calls.map(\.tolerance))
        #expect(after.secrets.map(\.variable) == ["TOKEN"])
        // An import of an import changes nothing.
        #expect(ScenarioImport(text, named: "x.yaml") { Self.variables[$0] }.left.isEmpty)
    }

    @Test(arguments: BuiltInScenarios.names) func whatWasExportedIsImported(name: String) throws {
        let scenario = try #require(BuiltInScenarios.named(name))
        let experiment = ChaosToolkitExperiment(scenario)
        guard !experiment.method.isEmpty else { return }
        let imported = ScenarioImport(
            String(decoding: ReportJSON.encode(experiment), as: UTF8.self), named: "\(name).json")
        let text = try #require(imported.text, "\(imported.problems?.rendered() ?? "") \(imported.left)")
        let back = try #require(load(text).scenario, "\(load(text).rendered())")
        let kept = scenario.actions.filter { ScenarioCommand.words(for: $0) != nil }
        #expect(back.actions.map(\.deed.text) == kept.map(\.deed.text))
        #expect(!text.contains("process"))
    }

    @Test func whatHasNothingToRunIsToldSo() {
        let imported = ScenarioImport(
            "title: x\nmethod: [{type: action, name: a, provider: {type: python}}]", named: "x.yaml")
        #expect(imported.text == nil && imported.problems != nil && imported.left.count == 1)
        #expect(ScenarioImport("a: [", named: "x.yaml").problems?.problems.isEmpty == false)
    }
}
