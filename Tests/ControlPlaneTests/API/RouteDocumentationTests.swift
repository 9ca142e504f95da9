import Foundation
import Testing
import UVDriver

@testable import ControlPlane

/// Every page of every process stands in the table of docs/http.md, and nothing else does.
@Suite struct RouteDocumentationTests {
    /// The rows as they are written: those of one path and one description together.
    private static var rows: [String] {
        let tables = [
            ("cell", CellHost.routes { fatalError("no cell runs") }),
            ("router", RouterHost.routes { fatalError("no router runs") }),
            ("control", APIServer.routes { fatalError("no API runs") }),
            ("region", RegionRunner.routes { fatalError("no region runs") }),
            ("agent", AgentRunner.routes { fatalError("no agent runs") }),
        ]
        var rows: [(key: String, of: [String])] = []
        for (process, table) in tables {
            for route in table.routes {
                let key = "`\(route.line)` | \(route.about)"
                if let index = rows.firstIndex(where: { $0.key == key }) {
                    rows[index].of.append(process)
                } else {
                    rows.append((key, [process]))
                }
            }
        }
        return rows.map { "| \($0.key) | \($0.of.joined(separator: ", ")) |" }
    }

    @Test func everyRouteIsDocumented() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
        let page = try String(contentsOf: root.appendingPathComponent("docs/http.md"), encoding: .utf8)
        let section = try #require(page.components(separatedBy: "\n## Pages of processes\n").dropFirst().first)
        let listed = section.components(separatedBy: "\n## ")[0].split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("| `") }
        let rows = Self.rows
        #expect(rows.count > 40)
        #expect(
            listed == rows,
            "docs/http.md must have these rows under 'Pages of processes':\n\(rows.joined(separator: "\n"))")
    }
}
