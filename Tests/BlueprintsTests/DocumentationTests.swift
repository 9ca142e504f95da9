import Testing
import Topology

@testable import Blueprints

@Suite struct DocumentationTests {
    @Test func everyProblemCodeIsExplained() {
        let rows = ShippedFiles.text("docs/problems.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        let documented = rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
        #expect(documented.sorted() == ProblemCode.allCases.map(\.rawValue).sorted())
    }

    /// Each key that a rendered topology has stands in the reference.
    @Test func everyKeyIsDocumented() throws {
        let text = ShippedFiles.text("docs/files.md") + ShippedFiles.text("docs/policies.md")
        let mesh = ConfigurationRendererTests.everyPolicy()
        let lines = ConfigurationRenderer.yaml(mesh).split(separator: "\n").filter {
            !$0.drop { $0 == " " }.hasPrefix("#")
        }
        let keys = Set(lines.joined(separator: "\n").matches(of: /([A-Za-z_-]+):/).map { String($0.1) })
        #expect(keys.count > 130)
        // Names of the user's own.
        for key in keys.subtracting(["no", "on", "off", "z", "a", "b"]).sorted() {
            #expect(text.contains("`\(key)`") || text.contains(".\(key)`") || text.contains(".\(key)."), "\(key)")
        }
    }

    /// Defaults and ranges of policies are those of the program.
    @Test func everyPolicyIsDocumentedAsItIs() {
        let rows = Set(ShippedFiles.text("docs/policies.md").split(separator: "\n").map(String.init))
        for row in SettingRows.all.flatMap(\.rows) {
            let full = rows.filter { $0.hasPrefix(row) }
            #expect(full.count == 1, "\(row)")
            #expect(full.allSatisfy { $0.count > row.count + 10 }, "it says nothing: \(row)")
        }
        let text = ShippedFiles.text("docs/policies.md")
        let words =
            PolicySwitch.allCases.map(\.rawValue) + BreakerSettings.Preset.allCases.map(\.rawValue)
            + RetrySettings.Preset.allCases.map(\.rawValue)
        for word in words { #expect(text.contains("`\(word)`"), "\(word)") }
    }

    @Test func theExamplesAreValid() {
        let examples = ShippedFiles.text("docs/files.md").split(separator: "\n\n", omittingEmptySubsequences: true)
            .filter { $0.hasPrefix("    ") }
        #expect(examples.count == 8)
        let texts = examples.map { block in
            block.split(separator: "\n").map { String($0.dropFirst(4)) }.joined(separator: "\n")
        }
        let result = load(texts[0] + "\n" + texts[1], ["storefront.yaml": texts[2]])
        #expect(result.report.ok, "\(result.rendered())")
        #expect(result.rendered().contains("attempt-timeout") == false)
        let group =
            "cell: x\nservices: \n- {name: inventory}\n- {name: offers}\n- name: a\n  "
            + texts[3].replacing("\n", with: "\n  ")
        let calls = MeshFiles.load(blueprint: group, named: "x")
        #expect(calls.blueprint?.services[2].parallel?.first?.count == 2, "\(calls.rendered())")
        let scenarioText = texts[4]
        let scenario = MeshFiles.load(scenario: scenarioText, named: "x")
        #expect(scenario.problems.isEmpty && scenario.scenario != nil, "\(scenario.rendered())")
        let asking = MeshFiles.load(scenario: "title: x\n\(texts[6])\nmethod:\n\(texts[5])", named: "x") {
            ["WAIT": "1.5", "TOKEN": "t"][$0]
        }
        #expect(asking.problems.isEmpty && asking.scenario?.calls.count == 2, "\(asking.rendered())")
        let day = MeshFiles.load(gameDay: texts[7], named: "x") { _ in
            .success(scenarioText)
        }
        #expect(day.problems.isEmpty, "\(day.rendered())")
    }
}
