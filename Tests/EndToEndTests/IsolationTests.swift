import Foundation
import Testing

extension EndToEnd {
    /// `lab isolation` with real threads, processes and cells: one of each crashes, and who is left is looked at.
    @Suite struct IsolationTests {
        @Test func aCrashTakesAllThreadsOneProcessAndOneCell() throws {
            let home = FileManager.default.temporaryDirectory.appendingPathComponent(
                "cellmesh-lab-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: home) }
            let outcome = try Program.Running(
                Program.path,
                ["lab", "isolation", "topology/walled.yaml", "--units", "4", "--seeds", "1..1", "-o", "json"],
                environment: ["CELLMESH_HOME": home.path, "NO_COLOR": "1"], directory: Program.root
            ).wait(limit: 120)
            #expect(outcome.code == 0, "\(outcome.err)")
            let levels = try #require(outcome.json["levels"] as? [[String: Any]])
            func measured(_ level: String) -> [String: Any]? {
                levels.first { $0["level"] as? String == level }?["measured"] as? [String: Any]
            }
            for (level, units, lost) in [("thread", 4, 4), ("process", 4, 1), ("cell", 3, 1)] {
                let figures = try #require(measured(level), "\(level)")
                #expect(figures["units"] as? Int == units && figures["lost"] as? Int == lost, "\(level): \(figures)")
                #expect((figures["memory_bytes"] as? Int ?? 0) > 10_000 && (figures["start_ms"] as? Double ?? 0) > 0)
            }
            for level in ["container", "vm", "region"] { #expect(measured(level) == nil, "nobody measures it here") }
            let left = try FileManager.default.contentsOfDirectory(atPath: home.path)
            #expect(left.isEmpty, "its mesh had a home of its own: \(left)")
        }
    }
}
