import Foundation
import Testing

/// What a process tells on its page of metrics stands in the documentation, and nothing else does.
@Suite struct MetricsDocumentationTests {
    @Test func everyMetricIsDocumented() throws {
        let page = try String(
            contentsOf: SourceTree.root.appendingPathComponent("docs/telemetry.md"), encoding: .utf8)
        let listed = Set(page.matches(of: /\| `(cellmesh_[a-z_]+)` \|/).map { String($0.1) })
        var told: Set<String> = []
        /// Of names that are put together.
        var beginnings: Set<String> = []
        for file in try SourceTree.sources() where file.target != "SimDriver" && file.target != "cellmesh" {
            for line in file.lines {
                for match in line.matches(of: /"(cellmesh_[a-z_]+)"/) { told.insert(String(match.1)) }
                for match in line.matches(of: /"(cellmesh_[a-z_]+_)\\\(/) { beginnings.insert(String(match.1)) }
            }
        }
        told.subtract(["cellmesh_hash"])
        #expect(told.count > 100)
        #expect(told.subtracting(listed).isEmpty, "not in docs/telemetry.md: \(told.subtracting(listed).sorted())")
        let unknown = listed.subtracting(told).filter { name in !beginnings.contains { name.hasPrefix($0) } }
        #expect(unknown.isEmpty, "told by nobody: \(unknown.sorted())")
    }
}
