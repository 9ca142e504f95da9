import Foundation
import Testing

extension EndToEnd {
    /// Records of tier important, whose replicas take turns in being away.
    @Suite struct ImportantTierTests {
        private func mesh() throws -> TestMesh {
            try TestMesh(
                writing: """
                    mesh: two
                    blueprint: \(Program.root.path)/cells/storefront-important.yaml
                    regions: [{name: a, cells: 1}, {name: b, cells: 1}]
                    customers: {count: 10}
                    sharding: {size: 2}

                    """, "two.yaml")
        }

        private func ok(_ mesh: TestMesh, _ arguments: [String]) throws {
            let outcome = try mesh.run(arguments)
            try #require(outcome.code == 0, "\(arguments): \(outcome.err)")
        }

        @Test func theNewestWriteStaysWhoeverComesBackLast() throws {
            let mesh = try mesh()
            let kept = "/v1/customers/c1/records/kept"
            let gone = "/v1/customers/c1/records/gone"
            func put(_ path: String, _ value: String) throws {
                let answer = try HTTPProbe.request("PUT", mesh.router, path, body: value)
                try #require(answer.status == 201 || answer.status == 204, "\(answer)")
            }
            try put(kept, "zero")
            try put(gone, "zero")
            try ok(mesh, ["kill", "cell/b-1", "--yes"])
            for value in ["one", "two", "three"] {
                try put(kept, value)
                try put(gone, value)
            }
            try ok(mesh, ["kill", "cell/a-1", "--yes"])
            try ok(mesh, ["restart", "cell/b-1"])
            // Not healthy, with a down: what counts is that the router reaches b.
            let isBack = try TestMesh.eventually {
                try mesh.cells().contains { $0.name == "b-1" && $0.state == "serving" }
            }
            try #require(isBack)
            try put(kept, "newest")
            #expect(try HTTPProbe.request("DELETE", mesh.router, gone).status == 204)
            try ok(mesh, ["restart", "cell/a-1"])
            try ok(mesh, ["status", "--wait", "20s"])
            for _ in 0..<5 {
                let answer = try HTTPProbe.request("GET", mesh.router, kept)
                #expect(answer.status == 200 && answer.body == "newest", "\(answer)")
                #expect(try HTTPProbe.request("GET", mesh.router, gone).status == 404)
            }
            try mesh.down()
        }
    }
}
