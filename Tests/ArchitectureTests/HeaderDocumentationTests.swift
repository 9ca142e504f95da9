import Foundation
import Testing

/// Each header field that a router or a cell reads or writes stands in the table of docs/http.md, and nothing else does.
@Suite struct HeaderDocumentationTests {
    @Test func everyHeaderIsDocumented() throws {
        let page = try String(contentsOf: SourceTree.root.appendingPathComponent("docs/http.md"), encoding: .utf8)
        let section = try #require(page.split(separator: "## Header fields\n").last?.split(separator: "\n## ").first)
        let listed = Set(section.matches(of: /\| `([A-Za-z-]+)` \|/).map { $0.1.lowercased() })
        var known: Set<String> = []
        // The API's are those of the control plane, the load generator's and the simulator's those of clients.
        for file in try SourceTree.sources() where ["Wire", "Nodes", "UVDriver"].contains(file.target) {
            for line in file.lines {
                known.formUnion(
                    line.matches(of: /HTTPCharacters\.matches\(name, \d+, "([a-z-]+)"\)/).map { String($0.1) })
                known.formUnion(line.matches(of: /ield\("([A-Z][A-Za-z-]+)",/).map { $0.1.lowercased() })
                known.formUnion(line.matches(of: /"(?:\\r\\n)?([A-Z][A-Za-z-]+): [^"]*"/).map { $0.1.lowercased() })
            }
        }
        // Noted for the control plane's API, which has its own table.
        known.subtract(["origin", "authorization", "host"])
        #expect(known.count > 20)
        #expect(known.subtracting(listed).isEmpty, "not in docs/http.md: \(known.subtracting(listed).sorted())")
        #expect(listed.subtracting(known).isEmpty, "known to nobody: \(listed.subtracting(known).sorted())")
    }
}
