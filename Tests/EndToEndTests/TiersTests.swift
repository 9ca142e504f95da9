import Foundation
import Testing

extension EndToEndMoves {
    /// One mesh whose keys have tiers of their own: what each promises while cells are away, and afterwards.
    @Suite struct TiersTests {
        private func mesh() throws -> TestMesh {
            try TestMesh(threeCells: #"tier: critical, tiers: {"session/": important, "cache/": cache}"#)
        }

        private func request(
            _ mesh: TestMesh, _ method: String, _ key: String, _ headers: [String] = [], body: String = ""
        ) throws -> HTTPProbe.Answer {
            try HTTPProbe.request(
                method, mesh.router, "/v1/customers/c1/records/\(key)", headers: headers, body: body)
        }

        private func ok(_ mesh: TestMesh, _ arguments: [String]) throws {
            let outcome = try mesh.run(arguments)
            try #require(outcome.code == 0, "\(arguments): \(outcome.err)")
        }

        private func serves(_ mesh: TestMesh, _ name: String) -> Bool {
            TestMesh.eventually {
                ((try? mesh.cells()) ?? []).contains { $0.name == name && $0.state == "serving" }
            }
        }

        @Test func eachKeyKeepsItsTiersPromiseAndHintsBringTheRest() throws {
            let mesh = try mesh()
            let file = mesh.home.appendingPathComponent("files/three.yaml").path
            let shown = try mesh.run(["config", "show", file]).out
            #expect(shown.contains(#"tiers: {"session/": important, "cache/": cache}"#), "\(shown)")
            #expect(try request(mesh, "GET", "cache%2F1", ["X-Consistency: strong"]).status == 400)
            #expect(try request(mesh, "GET", "k1", ["X-Consistency: sometimes"]).status == 400)

            // One cell of three is left.
            try ok(mesh, ["kill", "cell/b-1", "--yes"])
            try ok(mesh, ["kill", "cell/c-1", "--yes"])
            let isAlone = TestMesh.eventually { (try? request(mesh, "PUT", "k1", body: "v").status) == 503 }
            #expect(isAlone)
            let written = try request(mesh, "PUT", "session%2F1", ["X-Session: new"], body: "mine")
            #expect(written.status == 201 || written.status == 204, "\(written)")
            let token = try #require(written.headers["x-session"])
            let strong = try request(mesh, "GET", "session%2F1", ["X-Consistency: strong"])
            #expect(strong.status == 503 && strong.body.contains("no-quorum"), "\(strong)")
            #expect(try mesh.json(["store", "a-1"])["hints"] as? Int == 1)
            let isShown = try TestMesh.eventually {
                let cells = try #require(try mesh.json(["status"])["cells"] as? [[String: Any]])
                return cells.contains { cell in
                    cell["name"] as? String == "a-1" && cell["hints"] as? Int == 1
                        && cell["oldest_hint_ms"] as? Int ?? 0 > 1_000
                }
            }
            #expect(isShown)
            #expect(try mesh.run(["status"]).out.contains("hints: 1 record at 1 cell"))

            // The one that has it goes, another comes: nothing older than what was seen.
            try ok(mesh, ["kill", "cell/a-1", "--yes"])
            try ok(mesh, ["restart", "cell/b-1"])
            try #require(serves(mesh, "b-1"))
            let behind = try request(mesh, "GET", "session%2F1", ["X-Session: \(token)"])
            #expect(behind.status == 503 && behind.body.contains("behind-session"), "\(behind)")
            #expect(behind.headers["retry-after"] == "1")
            #expect(try request(mesh, "GET", "session%2F1", ["X-Consistency: eventual"]).status == 404)

            // All are back: the hint survived the kill, and the others have the record without anybody reading it.
            try ok(mesh, ["restart", "cell/a-1"])
            try ok(mesh, ["restart", "cell/c-1"])
            try ok(mesh, ["status", "--wait", "20s"])
            for name in ["a-1", "b-1", "c-1"] {
                let isTold = TestMesh.eventually {
                    let store = try? mesh.json(["store", name])
                    return store?["hints"] as? Int == 0 && store?["records"] as? Int == 1
                }
                #expect(isTold, "\(name)")
            }
            let read = try request(mesh, "GET", "session%2F1", ["X-Session: \(token)"])
            #expect(read.status == 200 && read.body == "mine", "\(read)")
            let load = try mesh.json([
                "load", "run", "--rate", "60", "--duration", "2s", "--mix", "reads=60%,writes=40%", "--verify",
            ])
            let verdicts = try #require(load["verdicts"] as? [[String: Any]])
            let isOK = verdicts.first { $0["oracle"] as? String == "sessions" }?["ok"] as? Bool
            #expect(isOK == true, "\(verdicts)")
            try mesh.down()
        }
    }
}
