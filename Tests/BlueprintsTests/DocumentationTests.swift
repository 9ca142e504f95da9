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
        let text = ShippedFiles.text("docs/files.md")
        let mesh = ConfigurationRendererTests.unusual()
        let keys = Set(ConfigurationRenderer.yaml(mesh).matches(of: /([A-Za-z_-]+):/).map { String($0.1) })
        #expect(keys.count > 50)
        for key in keys.subtracting(["no", "on", "z"]).sorted() {
            #expect(text.contains("`\(key)`") || text.contains(".\(key)`"), "\(key)")
        }
    }

    /// What the reference lists as not in force is what the reader warns of.
    @Test func everyKeyNotInForceIsListed() throws {
        let text = ShippedFiles.text("docs/files.md")
        let tail = try #require(text.split(separator: "## Checked, but not in force").last)
        let section = try #require(tail.split(separator: "\n## ").first)
        let listed = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
        let blueprint = ContractExamplesTests.blueprint.replacing(
            "- name: payment", with: "- {name: payment, run: [x]}")
        let contract = load(ContractExamplesTests.topology, ["storefront.yaml": blueprint])
        let warned = contract.problems.filter { $0.code == .notInForce }
            .compactMap { $0.message.split(separator: "'").first.map(String.init) }
        #expect(listed.sorted() == warned.sorted())
    }

    @Test func theExamplesAreValid() {
        let examples = ShippedFiles.text("docs/files.md").split(separator: "\n\n", omittingEmptySubsequences: true)
            .filter { $0.hasPrefix("    ") }
        #expect(examples.count == 2)
        let texts = examples.map { block in
            block.split(separator: "\n").map { String($0.dropFirst(4)) }.joined(separator: "\n")
        }
        let result = load(texts[0], ["storefront.yaml": texts[1]])
        #expect(result.report.ok)
        #expect(result.rendered().contains("attempt-timeout") == false)
    }
}
