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
        var mesh = try #require(ShippedFiles.load("three-regions.yaml").topology)
        for constant in MembershipConstants.durations { mesh.membership[keyPath: constant.path] = .seconds(1) }
        for constant in MembershipConstants.counts { mesh.membership[keyPath: constant.path] = 1 }
        let keys = Set(ConfigurationRenderer.yaml(mesh).matches(of: /([A-Za-z_-]+):/).map { String($0.1) })
        #expect(keys.count > 50)
        for key in keys.subtracting(["eu"]).sorted() {
            #expect(text.contains("`\(key)`") || text.contains(".\(key)`"), "\(key)")
        }
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
