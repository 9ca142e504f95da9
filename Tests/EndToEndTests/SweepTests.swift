import Foundation
import Testing

extension EndToEndMoves {
    /// Deletions are forgotten by real processes, once every member knows of them.
    @Suite struct SweepTests {
        private func mesh() throws -> TestMesh {
            try TestMesh(
                threeCells: #"tier: critical, tiers: {"cache/": cache}"#, and: "tombstones: {grace: 0s, round: 200ms}")
        }

        private func request(_ mesh: TestMesh, _ method: String, _ key: String, body: String = "") throws
            -> HTTPProbe.Answer
        {
            try HTTPProbe.request(method, mesh.router, "/v1/customers/c1/records/\(key)", body: body)
        }

        private func number(_ mesh: TestMesh, _ cell: String, _ field: String) throws -> Int {
            try #require(try mesh.json(["store", cell])[field] as? Int)
        }

        private func swept(_ mesh: TestMesh) throws -> [String: Any] {
            try #require(try mesh.json(["status"])["tombstones"] as? [String: Any])
        }

        @Test func whatAllHaveGoesAndWhoWasAwayBringsNothingBack() throws {
            let mesh = try mesh()
            let cells = ["a-1", "b-1", "c-1"]
            for key in ["k1", "cache%2F1"] {
                try #require(try request(mesh, "PUT", key, body: "v").status == 201)
                try #require(try request(mesh, "DELETE", key).status == 204)
            }
            for cell in cells {
                let isSwept = try TestMesh.eventually { try number(mesh, cell, "tombstones") == 0 }
                #expect(isSwept, "\(cell)")
                // The floor stays above what is gone: the next version is higher than that.
                #expect(try mesh.json(["store", cell])["swept_until"] as? String != nil)
            }
            #expect(try swept(mesh)["swept"] as? Int ?? 0 >= 4)
            #expect(try request(mesh, "GET", "k1").status == 404)

            // One is away while a record that it has is deleted: nobody forgets that.
            try #require(try request(mesh, "PUT", "k2", body: "old").status == 201)
            try #require(try mesh.run(["kill", "cell/c-1", "--yes"]).code == 0)
            let isDeleted = try TestMesh.eventually { try request(mesh, "DELETE", "k2").status == 204 }
            try #require(isDeleted)
            let rounds = try swept(mesh)["rounds"] as? Int ?? 0
            let hasTried = try TestMesh.eventually { try swept(mesh)["rounds"] as? Int ?? 0 >= rounds + 2 }
            #expect(hasTried)
            for cell in ["a-1", "b-1"] { #expect(try number(mesh, cell, "tombstones") == 1) }
            let isShown = try TestMesh.eventually { try swept(mesh)["waiting"] as? Int == 1 }
            #expect(isShown)
            #expect(try mesh.run(["status"]).out.contains("1 wait until every member has them"))

            // It comes back with the record. A read tells it what became of that, and then all of it goes.
            try #require(try mesh.run(["restart", "cell/c-1"]).code == 0)
            try #require(try mesh.run(["status", "--wait", "20s"]).code == 0)
            for cell in cells {
                let isSwept = try TestMesh.eventually {
                    let answer = try request(mesh, "GET", "k2")
                    #expect(answer.status == 404, "\(answer)")
                    return try number(mesh, cell, "tombstones") == 0 && number(mesh, cell, "records") == 0
                }
                #expect(isSwept, "\(cell)")
            }
            #expect(try request(mesh, "GET", "k2").status == 404)
            let isDone = try TestMesh.eventually { try swept(mesh)["waiting"] as? Int == 0 }
            #expect(isDone)
            try mesh.down()
        }
    }
}
