import Foundation
import Testing

extension EndToEndFaults {
    /// The router and the control plane stand in one region, cut off from others: what is shown is what customers get.
    @Suite struct RouterPartitionTests {
        private func mesh() throws -> TestMesh {
            let mesh = try TestMesh()
            try mesh.up(try WireFaultTests.topology(in: mesh).path)
            return mesh
        }

        private func serving(_ mesh: TestMesh) throws -> [String] {
            try mesh.cells().filter { $0.state == "serving" }.map(\.name)
        }

        @Test func aRouterCutFromTwoRegionsIsShownAsItsCustomersFeelIt() throws {
            let mesh = try mesh()
            try mesh.json(["partition", "region/us-west", "region/us-east", "region/eu-west", "--for", "5m"])
            let west = ["us-west-1", "us-west-2", "us-west-3", "us-west-4"]
            let isShown = try TestMesh.eventually { try serving(mesh) == west }
            #expect(isShown)
            // A doubt becomes a certainty for the router's own account.
            usleep(2_000_000)
            let load = try mesh.json([
                "load", "run", "--rate", "300", "--duration", "8s", "--mix", "reads=60%,writes=30%,services=10%",
            ])
            let requests = Double(try #require(load["requests"] as? Int))
            let failed = Double(try #require(load["failed"] as? Int)) / requests
            #expect(failed > 0.5)

            // status: who serves; the router has a state of its own.
            #expect(try serving(mesh) == west)
            let status = try mesh.json(["status"])
            let router = try #require((status["routers"] as? [[String: Any]])?.first)
            #expect(router["state"] as? String == "degraded")
            #expect(router["reaches"] as? Int == 4)

            // route explain: only what this router reaches.
            for number in 1...20 {
                let route = try mesh.json(["route", "explain", "c\(number)"])
                let shard = try #require(route["shard"] as? [String])
                #expect(route["serving"] as? String == shard.first { west.contains($0) })
            }

            // blast-radius --if, and the default, which is what the routers cannot reach now.
            let dead = try mesh.cells().map(\.name).filter { !west.contains($0) }
            let predicted = try mesh.json(["blast-radius", "--if", dead.joined(separator: ",")])
            #expect(try mesh.json(["blast-radius"])["cells"] as? [String] == dead)
            let shares = try #require(predicted["requests"] as? [String: Double])
            let expected = 0.9 * shares["no_quorum"]! + 0.1 * shares["lost"]!
            #expect(abs(expected - failed) < 0.02, "predicted \(expected), seen \(failed)")

            // blast-radius --actual: outcomes.
            let actual = try mesh.json(["blast-radius", "--actual"])
            let observed = try #require(actual["observed"] as? [String: Any])
            let rate = try #require(observed["failure_rate"] as? Double)
            #expect(abs(rate - failed) < 0.02, "the routers counted \(rate), the load \(failed)")
            #expect(observed["different"] as? Int == 0)
            let outcomes = try #require(observed["outcomes"] as? [String: Int])
            #expect(outcomes["no_quorum"]! > 0)
            #expect(Set(observed["cells"] as? [String] ?? []) == Set(dead))

            // What failed had no attempt that says where; its fault is the partition.
            let traces = try #require(
                try mesh.json(["trace", "ls", "--status", "5xx", "--last", "100"])["traces"] as? [[String: Any]])
            #expect(!traces.isEmpty && traces.allSatisfy { ($0["faults"] as? [String])?.isEmpty == false }, "\(traces)")

            // report: the same customers, although nothing of the mesh has ended.
            let report = try mesh.json(["report", "show", "last"])
            let impact = try #require(report["impact"] as? [String: Any])
            let told = try #require(impact["observed"] as? [String: Any])
            for key in ["customers", "lost", "degraded", "untouched", "different"] {
                #expect(told[key] as? Int == observed[key] as? Int, "\(key): \(told)")
            }
            #expect((impact["windows"] as? [Any])?.isEmpty == false)

            try mesh.json(["heal"])
            let isWhole = try TestMesh.eventually { try serving(mesh).count == 12 }
            #expect(isWhole)
            try mesh.down()
        }

        @Test(arguments: [
            ["blackhole", "router/r1", "region/us-east"], ["partition", "router/r1", "region/us-east", "--one-way"],
            ["latency", "router/r1", "region/us-east", "--delay", "1200ms"],
        ])
        func aPathThatIsOfNoUseIsRoutedAround(_ fault: [String]) throws {
            let mesh = try mesh()
            try mesh.json(["fault", "add"] + fault + ["--for", "5m"])
            let isShown = try TestMesh.eventually { try serving(mesh).allSatisfy { !$0.hasPrefix("us-east") } }
            #expect(isShown, "the membership sees nothing, the router does")
            for method in ["POST", "GET"] {
                for number in 1...60 {
                    let answer = try HTTPProbe.request(
                        method, mesh.router, "/v1/customers/c\(number)/services/user")
                    #expect(answer.status == 200, "\(method) c\(number)")
                    #expect(answer.headers["x-cell"]?.hasPrefix("us-east") != true)
                }
            }
            try mesh.json(["heal"])
            let isWhole = try TestMesh.eventually { try serving(mesh).count == 12 }
            #expect(isWhole)
            try mesh.down()
        }

        @Test func withoutARouterNobodyIsServedAndThatIsPredicted() throws {
            let mesh = try mesh()
            let prediction = try mesh.json(["kill", "r1", "--dry-run"])
            #expect(prediction["lost"] as? Int == 1000)
            try mesh.json(["kill", "r1", "--yes"])
            let status = try mesh.json(["status"])
            #expect(status["state"] as? String == "degraded")
            let serves = try serving(mesh)
            #expect(serves.isEmpty)
            #expect((status["routers"] as? [[String: Any]])?.first?["state"] as? String == "down")
            try mesh.json(["restart", "r1"])
            let isWhole = try TestMesh.eventually { try serving(mesh).count == 12 }
            #expect(isWhole)
            try mesh.down()
        }

        @Test func aRestartedCellServesOnlyOnceItsRouterCanUseIt() throws {
            let mesh = try mesh()
            // A customer whose first cell it is.
            let cell = try mesh.shard(of: "c1").at(0)
            for _ in 0..<4 {
                try mesh.json(["kill", cell, "--yes"])
                try mesh.json(["restart", cell])
                let isBack = try TestMesh.eventually { try serving(mesh).contains(cell) }
                #expect(isBack)
                let answer = try HTTPProbe.request("POST", mesh.router, "/v1/customers/c1/services/user")
                #expect(answer.status == 200)
                #expect(answer.headers["x-cell"] == cell, "the status said that it serves")
                #expect(answer.headers["x-shard"] == "3/3")
            }
            try mesh.down()
        }
    }
}
