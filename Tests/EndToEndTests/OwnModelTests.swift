import Foundation
import Testing

extension EndToEnd {
    @Suite struct OwnModelTests {
        /// What the linter says of a file is seen where the file is used, and not where it is not.
        @Test func upSaysInShortWhatTheFileWarnsOf() throws {
            let mesh = try TestMesh()
            let file = mesh.home.appendingPathComponent("two.yaml")
            let cells = Program.root.appendingPathComponent("cells/echo.yaml").path
            try """
            mesh: two
            blueprint: \(cells)
            regions:
              - {name: a, geography: x, cells: 2, near: [b]}
              - {name: b, cells: 1}
            customers: {count: 10, geographies: {x: 50%}}
            sharding: {size: 2}
            deciders: 3
            """.write(to: file, atomically: true, encoding: .utf8)
            let first = try mesh.run(["up", file.path, "--detach"])
            try #require(first.code == 0, "\(first.err)")
            let warnings = first.err.split(separator: "\n").filter { $0.contains("warning:") }
            #expect(warnings.count == 1, "\(first.err)")
            #expect(warnings.contains { $0.hasSuffix("[pinned-to-one-region]") })
            #expect(!first.out.contains("warning:") && !first.err.contains("^"))
            try mesh.down()
            let again = try mesh.run(["up", "--mesh", "two", "--detach"])
            #expect(again.code == 0 && !again.err.contains("warning:"), "\(again.err)")
            try mesh.down()
        }

        /// A mesh that exists starts from what it was started with, whatever would be started without it.
        @Test func upWithoutAFileStartsAMeshFromItsOwnModel() throws {
            let mesh = try TestMesh("topology/monolith.yaml", arguments: ["--mesh", "demo"])
            let record = "/v1/customers/c1/records/k"
            let written = try HTTPProbe.request("PUT", mesh.router, record, body: "value")
            #expect([200, 201].contains(written.status))
            let cells = try mesh.cells().map(\.name)
            try mesh.down()
            let other = try mesh.run(["up", "--mesh", "demo", "--seed", "43", "--detach"])
            #expect(other.code == 1 && other.err.contains("holds records"), "\(other.err)")
            let replaced = try mesh.run(["up", "topology/three-regions.yaml", "--mesh", "demo", "--detach"])
            #expect(replaced.code == 1 && replaced.err.contains("holds records"), "\(replaced.err)")

            // What `status` prints as the next step.
            let stopped = try mesh.run(["status"])
            #expect(stopped.err.contains("next: cellmesh up --mesh demo --detach"), "\(stopped.err)")
            // No other mesh is begun beside it where neither a file nor a name is given.
            let again = try mesh.run(["up", "--detach", "-o", "json"])
            #expect(again.json["mesh"] as? String == "demo", "\(again.out)")
            try #require(again.code == 0, "\(again.err)")
            let router = try #require(again.json["router"] as? String)
            #expect(try mesh.cells().map(\.name) == cells)
            let answer = try HTTPProbe.request("GET", router, record)
            #expect(answer.status == 200)

            // Neither a damaged version nor a removed lock makes it unstoppable, or lets a second one in.
            try FileManager.default.removeItem(atPath: mesh.dataDirectory + "/control.lock")
            let second = try mesh.run(["up", "--mesh", "demo", "--detach"])
            #expect(second.code == 1 && second.err.contains("runs already"), "\(second.err)")
            let pids = try mesh.cells().map(\.pid)
            try "garbage".write(toFile: mesh.dataDirectory + "/version", atomically: true, encoding: .utf8)
            #expect(try mesh.run(["doctor"]).code == 3)
            let down = try mesh.run(["down"])
            #expect(down.code == 0, "\(down.err)")
            #expect(!pids.contains(where: TestMesh.isRunning))
        }
    }
}
