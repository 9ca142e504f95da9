import Foundation
import Testing

extension EndToEnd {
    /// Two routers write one key while their cells cannot hear of each other: both values stay until somebody chooses.
    @Suite struct ConflictTests {
        private func mesh() throws -> TestMesh {
            try TestMesh(threeCells: #"tier: important, conflicts: {"cart/": manual, "list/": siblings}"#, routers: 2)
        }

        private func ok(_ mesh: TestMesh, _ arguments: [String]) throws {
            let outcome = try mesh.run(arguments)
            try #require(outcome.code == 0, "\(arguments): \(outcome.err)")
        }

        private func request(
            _ router: String, _ method: String, _ key: String, _ headers: [String] = [], body: String = ""
        ) throws -> HTTPProbe.Answer {
            try HTTPProbe.request(method, router, "/v1/customers/c1/records/\(key)", headers: headers, body: body)
        }

        private func write(_ router: String, _ key: String, _ body: String) throws {
            var last = ""
            let isWritten = TestMesh.eventually {
                let answer = try? request(router, "PUT", key, body: body)
                last = "\(String(describing: answer))"
                return answer?.status == 201 || answer?.status == 204
            }
            try #require(isWritten, "\(body): \(last)")
        }

        @Test func bothSidesOfACutAreKeptUntilSomebodyChooses() throws {
            let mesh = try mesh()
            let shown = try mesh.run(["config", "show", mesh.home.appendingPathComponent("files/three.yaml").path]).out
            #expect(shown.contains(#"conflicts: {"cart/": manual, "list/": siblings}"#), "\(shown)")
            let routers = try #require(try mesh.json(["status"])["routers"] as? [[String: Any]])
            let addresses = routers.compactMap { $0["address"] as? String }
            try #require(addresses.count == 2)

            // One write is at a-1 alone, which dies before it can tell the others.
            for cell in ["b-1", "c-1"] { try ok(mesh, ["kill", "cell/\(cell)", "--yes"]) }
            try write(addresses.at(0), "cart%2F1", "one")
            try ok(mesh, ["kill", "cell/a-1", "--yes"])
            for cell in ["b-1", "c-1"] { try ok(mesh, ["restart", "cell/\(cell)"]) }
            try write(addresses.at(1), "cart%2F1", "two")
            #expect(try request(addresses.at(1), "GET", "cart%2F1").body == "two")
            try ok(mesh, ["restart", "cell/a-1"])

            var read: HTTPProbe.Answer?
            let isBoth = TestMesh.eventually {
                read = try? request(addresses.at(0), "GET", "cart%2F1")
                return read?.status == 300
            }
            try #require(isBoth, "\(String(describing: read))")
            let body = read?.body ?? ""
            #expect(body.contains(#""text":"one""#) && body.contains(#""text":"two""#), "\(body)")

            // Without anybody reading, each cell comes to know of both.
            let isQueued = TestMesh.eventually {
                let found = try? mesh.json(["conflicts", "ls"])
                let conflicts = found?["conflicts"] as? [[String: Any]] ?? []
                return conflicts.count == 1 && conflicts[0]["key"] as? String == "cart/1"
                    && (conflicts[0]["siblings"] as? [Any])?.count == 2
            }
            #expect(isQueued)
            #expect(try mesh.run(["conflicts", "ls"]).out.contains("cart/1"))
            let token = try String(contentsOfFile: mesh.dataDirectory + "/token", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let probe = try HTTPProbe(mesh.api)
            probe.send(
                "GET /v1/conflicts HTTP/1.1\r\nHost: \(mesh.api.dropFirst(7))\r\nConnection: close\r\n"
                    + "Authorization: Bearer \(token)\r\n\r\n")
            let told = try #require(HTTPProbe.parse(probe.receive()))
            #expect(told.status == 200 && told.body.contains(#""key":"cart/1""#), "\(told)")
            #expect(told.body.contains(#""complete":true"#), "\(told)")
            #expect(try mesh.run(["conflicts", "resolve", "c1", "cart/1", "--pick", "3"]).code == 64)

            // What was given out for another key, and what nobody has given out.
            try write(addresses.at(0), "list%2F1", "x")
            let other = try #require(try request(addresses.at(0), "GET", "list%2F1").headers["etag"])
            for foreign in [other, "\"64f0d4f0-1\""] {
                let answer = try request(addresses.at(0), "PUT", "cart%2F1", ["If-Match: \(foreign)"], body: "no")
                #expect(answer.status == 412 && answer.body.contains("foreign-condition"), "\(answer)")
            }

            // A write that has seen less than all supersedes that alone.
            let tag = try #require(read?.headers["etag"]).split(separator: ",").at(0) + "\""
            let isTaken = try request(addresses.at(0), "PUT", "cart%2F1", ["If-Match: \(tag)"], body: "three").status
            #expect(isTaken == 204)
            let rest = try request(addresses.at(1), "GET", "cart%2F1")
            #expect(rest.status == 300 && rest.body.contains("two") && rest.body.contains("three"), "\(rest)")
            #expect(!rest.body.contains("one"))

            try ok(mesh, ["conflicts", "resolve", "c1", "cart/1", "--pick", "2"])
            let settled = try request(addresses.at(0), "GET", "cart%2F1")
            #expect(settled.status == 200 && settled.body == "three", "\(settled)")
            let isEmpty = TestMesh.eventually {
                ((try? mesh.json(["conflicts", "ls"]))?["conflicts"] as? [Any])?.isEmpty == true
            }
            #expect(isEmpty)
            #expect(try mesh.run(["conflicts", "resolve", "c1", "cart/1", "--pick", "1"]).code == 2)

            // A value of one's own takes the place of all.
            for body in ["four", "five"] { try write(addresses.at(1), "cart%2F1", body) }
            let file = mesh.home.appendingPathComponent("files/merged").path
            try "four and five".write(toFile: file, atomically: true, encoding: .utf8)
            try ok(mesh, ["conflicts", "resolve", "c1", "cart/1", "--value", file, "--router", "r2"])
            #expect(try request(addresses.at(0), "GET", "cart%2F1").body == "four and five")

            // A page at a time, and without the control plane, which has no part in it.
            for key in ["cart%2F2", "cart%2F3", "cart%2F4"] {
                for body in ["x", "y"] { try write(addresses.at(0), key, body) }
            }
            let control = try #require((try mesh.json(["status"])["control"] as? [String: Any])?["pid"] as? Int)
            mesh.notePids()
            kill(Int32(control), SIGKILL)
            let isComplete = TestMesh.eventually {
                ((try? mesh.json(["conflicts", "ls"]))?["conflicts"] as? [Any])?.count == 3
            }
            #expect(isComplete)
            var keys: [String] = []
            var place: String?
            for _ in 0..<3 {
                let page = try mesh.json(["conflicts", "ls", "--limit", "1"] + (place.map { ["--after", $0] } ?? []))
                keys += (page["conflicts"] as? [[String: Any]] ?? []).compactMap { $0["key"] as? String }
                place = page["next"] as? String
                #expect((place == nil) == (page["complete"] as? Bool == true))
            }
            #expect(keys.sorted() == ["cart/2", "cart/3", "cart/4"] && place == nil)
            #expect(try mesh.run(["conflicts", "ls", "--after", "c1/cart"]).code == 64)
            #expect(try mesh.run(["conflicts", "ls", "--limit", "0"]).code == 64)
            try ok(mesh, ["conflicts", "resolve", "c1", "cart/3", "--pick", "1"])
            #expect(try request(addresses.at(0), "GET", "cart%2F3").body == "x")

            // Siblings without a queue, and a key that keeps none.
            try write(addresses.at(0), "list%2F1", "y")
            #expect(try request(addresses.at(0), "GET", "list%2F1").status == 300)
            for body in ["x", "y"] { try write(addresses.at(0), "plain", body) }
            let plain = try request(addresses.at(0), "GET", "plain")
            #expect(plain.status == 200 && plain.body == "y", "\(plain)")
            #expect(try request(addresses.at(0), "PUT", "plain", ["If-Match: \(tag)"], body: "z").status == 501)
            #expect(try mesh.run(["down"]).code == 0)
            #expect(mesh.living.isEmpty)
        }

        /// By what its clients have seen: nothing that was acknowledged is gone, with a cell dead.
        @Test func aLoadJudgesWhatItWrote() throws {
            let mesh = try TestMesh(threeCells: "tier: important, conflicts: manual")
            try ok(mesh, ["kill", "cell/a-1", "--yes"])
            let outcome = try mesh.run([
                "load", "run", "--rate", "200", "--keys", "6", "--duration", "2s", "--verify", "--mix",
                "reads=50%,writes=50%", "-o", "json",
            ])
            #expect(outcome.code == 0, "\(outcome)")
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(outcome.out.utf8)) as? [String: Any], "\(outcome)")
            let writes = try #require(report["writes"] as? [String: Any])
            let acknowledged = try #require(writes["acknowledged"] as? Int)
            #expect(acknowledged > 100 && writes["lost"] as? Int == 0, "\(writes)")
            // Whatever failed had no cell, or no answer.
            let statuses = try #require(report["by_status"] as? [String: Int])
            #expect(statuses["412"] == nil && statuses["501"] == nil && statuses["400"] == nil, "\(statuses)")
            let verdicts = try #require(report["verdicts"] as? [[String: Any]])
            let siblings = try #require(verdicts.first { $0["oracle"] as? String == "siblings" }, "\(verdicts)")
            #expect(siblings["ok"] as? Bool == true, "\(siblings)")
            #expect((siblings["detail"] as? String)?.hasPrefix("\(acknowledged) writes judged") == true, "\(siblings)")
            #expect(try mesh.run(["down"]).code == 0)
            #expect(mesh.living.isEmpty)
        }
    }
}
