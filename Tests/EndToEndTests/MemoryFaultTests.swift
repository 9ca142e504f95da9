import Foundation
import Testing

extension EndToEndFaults {
    /// Memory that a fault holds in a real process.
    @Suite struct MemoryFaultTests {
        /// Bytes of anonymous memory that a process has.
        private func anonymous(_ pid: Int) throws -> Int {
            let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
            return try #require(Int(line.split(separator: " ").dropLast().last ?? "")) * 1_024
        }

        /// What the cell says of itself.
        private func health(_ mesh: TestMesh) throws -> String? {
            (try mesh.json(["status"])["cells"] as? [[String: Any]])?.first?["health"] as? String
        }

        @Test func aCellHoldsPagesRefusesWhatMattersLeastAndGivesThemBack() throws {
            let mesh = try TestMesh()
            let text = try String(
                contentsOf: Program.root.appendingPathComponent("topology/monolith.yaml"), encoding: .utf8)
            let chain = try String(contentsOf: Program.root.appendingPathComponent("cells/chain.yaml"), encoding: .utf8)
            try chain.replacingOccurrences(of: "memory: 8MiB", with: "memory: 64MiB").write(
                to: mesh.home.appendingPathComponent("chain.yaml"), atomically: true, encoding: .utf8)
            let file = mesh.home.appendingPathComponent("solo.yaml")
            try text.replacing(/(?m)^blueprint: \S+/, with: "blueprint: chain.yaml").write(
                to: file, atomically: true, encoding: .utf8)
            try mesh.up(file.path)
            let pid = try #require(mesh.cells().first).pid
            func call(_ priority: String) throws -> Int {
                try HTTPProbe.request(
                    "GET", mesh.router, "/v1/customers/c1/services/portal", headers: ["X-Priority: \(priority)"]
                ).status
            }
            #expect(try call("low") == 200)
            let before = try anonymous(Int(pid))
            let added = try mesh.json(["fault", "add", "fill-memory", "solo-1", "--to", "90%", "--for", "60s"])
            #expect(added["text"] as? String == "fill-memory cell/solo-1 90%")
            #expect(try anonymous(Int(pid)) - before > 50 << 20, "90 % of 64 MiB are there")
            #expect(try TestMesh.eventually { try call("low") == 503 })
            #expect(try call("critical") == 200)
            #expect(try TestMesh.eventually { try health(mesh) == "degraded" })
            let faults = try mesh.json(["fault", "ls"])["faults"] as? [[String: Any]]
            #expect(faults?.count == 1)
            try mesh.json(["heal"])
            #expect(try TestMesh.eventually { try anonymous(Int(pid)) - before < 10 << 20 })
            #expect(try TestMesh.eventually { try call("low") == 200 })
            #expect(try TestMesh.eventually { try health(mesh) == "healthy" })
        }

        @Test func whereNobodyCountsMemoryItIsRefused() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/monolith.yaml").path)
            let refused = try mesh.run(["fault", "add", "fill-memory", "solo-1"])
            #expect(refused.code == 64 && refused.err.contains("budget of memory"), "\(refused.err)")
            let meant = try mesh.run(["fault", "add", "zombie", "solo-1", "--to", "5%"])
            #expect(meant.code == 64 && meant.err.contains("fill-memory"), "\(meant.err)")
        }
    }
}
