import Foundation
import Testing

extension EndToEnd {
    /// Several routers at one port: each takes a part of the connections, and the others all of them while it is away.
    @Suite struct SharedPortTests {
        private let topology = """
            mesh: shared
            blueprint: shop
            blueprints: [{cell: shop, services: [{name: front}], store: {tier: critical}}]
            regions: [{name: a, cells: 1}, {name: b, cells: 1}, {name: c, cells: 1}]
            customers: {count: 10}
            sharding: {size: 3}
            routers: 2

            """

        /// Requests that each router has answered at its own doors and at the shared one.
        private func served(_ mesh: TestMesh) throws -> [String: Int] {
            func object(_ text: Data) throws -> [String: Any] {
                try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
            }
            var found: [String: Int] = [:]
            for name in ["r1", "r2"] {
                let file = URL(fileURLWithPath: "\(mesh.dataDirectory)/routers/\(name)/process.json")
                let admin = try #require(try object(try Data(contentsOf: file))["admin"] as? String)
                let page = try HTTPProbe.request("GET", "http://" + admin, "/v1/figures")
                found[name] = try object(Data(page.body.utf8))["requests"] as? Int
            }
            return found
        }

        /// So many requests, each on a connection of its own; how many were answered well.
        private func ask(_ mesh: TestMesh, _ count: Int) -> Int {
            (0..<count).count { _ in
                (try? HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/services/front"))?.status == 200
            }
        }

        @Test func connectionsAreSharedAndNoneFailsWhileARouterIsRestarted() throws {
            let mesh = try TestMesh()
            let file = mesh.home.appendingPathComponent("shared.yaml")
            try topology.write(to: file, atomically: true, encoding: .utf8)
            let port = try #require(FreePorts.pair())
            try mesh.up(file.path, ["--port", "\(port)"])
            #expect(mesh.router == "http://127.0.0.1:\(port)")
            #expect(ask(mesh, 60) == 60)
            let shares = try served(mesh)
            #expect(shares.count == 2 && shares.values.allSatisfy { $0 > 0 } && shares.values.reduce(0, +) == 60)

            // Another mesh of this user could be let in by the kernel, and would get a part of the customers.
            let second = try TestMesh()
            let other = second.home.appendingPathComponent("other.yaml")
            try topology.replacingOccurrences(of: "mesh: shared", with: "mesh: other")
                .write(to: other, atomically: true, encoding: .utf8)
            let refused = try second.run(["up", other.path, "--detach", "--port", "\(port)"])
            #expect(refused.code == 1 && refused.err.contains("\(port)"), "\(refused.err)")

            let load = try mesh.start([
                "load", "run", "--router", "127.0.0.1:\(port)", "--rate", "200", "--duration", "60s", "--connections",
                "16", "--verify", "--no-report", "-o", "json",
            ])
            for router in ["r1", "r2"] { try mesh.json(["restart", "router/\(router)"]) }
            kill(load.process.processIdentifier, SIGINT)
            let report = load.wait(limit: 30).json
            #expect(report["failed"] as? Int == 0 && report["requests"] as? Int ?? 0 > 10, "\(report)")

            // One that is gone takes nothing, also under a control plane that was not told of the port; and it takes its part
            // again when it is back.
            try mesh.json(["kill", "router/r1", "--yes"])
            try mesh.killControl()
            #expect(ask(mesh, 20) == 20)
            try mesh.json(["up", "--detach"])
            try mesh.json(["restart", "router/r1"])
            let before = try served(mesh)
            #expect(ask(mesh, 60) == 60)
            let after = try served(mesh)
            #expect(after.allSatisfy { $0.value > before[$0.key] ?? .max }, "\(before) \(after)")
            try mesh.down()
        }
    }
}
