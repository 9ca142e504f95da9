import Foundation
import Testing

extension EndToEnd {
    /// What a router tells the mesh's own users.
    @Suite struct PublicStatusTests {
        @Test func aRouterTellsTheMeshsUsersWhatIsDegraded() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            func status() throws -> [String: Any] {
                let answer = try HTTPProbe.request("GET", mesh.router, "/status")
                #expect(answer.status == 200 && answer.headers["content-type"] == "application/json")
                return try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any] ?? [:]
            }
            #expect(try TestMesh.eventually { try status()["state"] as? String == "operational" })
            let whole = try status()
            #expect((whole["regions"] as? [[String: Any]])?.count == 3)
            #expect((whole["services"] as? [[String: Any]])?.contains { $0["name"] as? String == "checkout" } == true)
            let shard = try mesh.shard(of: "c1")
            try mesh.run(["kill", shard.at(0), "--yes"])
            #expect(try TestMesh.eventually { try status()["state"] as? String == "degraded" })
            let degraded = try #require((try status()["customers"] as? [String: Any])?["degraded"] as? Double)
            let predicted = try #require(try mesh.json(["blast-radius", "--if", shard.at(0)])["degraded"] as? Int)
            #expect(abs(degraded - Double(predicted) / 1_000) <= 0.0051, "\(degraded) of \(predicted)")
            let page = try HTTPProbe.request(
                "GET", mesh.router, "/status", headers: ["Accept: text/html,application/xhtml+xml,*/*;q=0.8"])
            #expect(page.headers["content-type"] == "text/html; charset=utf-8" && page.body.contains(">degraded<"))
            #expect(try !page.body.contains(shard.at(0)) && !page.body.contains("127.0.0.1"))
            let one = try HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/status")
            #expect(one.status == 200 && one.body.contains("\"shard\":\"\(shard.count - 1)/\(shard.count)\""))
            #expect(one.body.contains("\"records\":\"") && one.body.contains("\"state\":\"degraded\""))
            // What is no such path is refused as ever.
            #expect(try HTTPProbe.request("POST", mesh.router, "/status").status == 405)
            #expect(try HTTPProbe.request("GET", mesh.router, "/status/x").status == 404)
            #expect(try HTTPProbe.request("GET", mesh.router, "/v1/customers/a%2Fb/status").status == 400)
            // The operator's word to users is kept by the routers, too.
            #expect(try status()["notice"] is NSNull)
            try mesh.run(["notice", "Writes may take <a second>.", "--for", "1h"])
            #expect(try TestMesh.eventually { try status()["notice"] as? String == "Writes may take <a second>." })
            #expect(try mesh.json(["notice"])["notice"] as? String == "Writes may take <a second>.")
            // It needs no control plane.
            let control = try #require((try mesh.json(["status"])["control"] as? [String: Any])?["pid"] as? Int)
            kill(pid_t(control), SIGKILL)
            #expect(try status()["state"] as? String == "degraded")
            #expect(try status()["notice"] as? String == "Writes may take <a second>.")
            try mesh.run(["up", "topology/three-regions.yaml", "--detach"])
            try mesh.run(["notice", "--clear"])
            #expect(try TestMesh.eventually { try status()["notice"] is NSNull })
            try mesh.down()
        }
    }
}
