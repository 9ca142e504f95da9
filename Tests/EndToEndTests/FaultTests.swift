import Foundation
import Testing

extension EndToEndFaults {
    @Suite struct FaultTests {
        @Test func loadOverAKilledCellLosesNothingAndDegradesWhomItMust() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            let load = try mesh.start([
                "load", "run", "--rate", "200", "--duration", "6s", "--verify", "-o", "json",
            ])
            usleep(2_000_000)
            let kill = try mesh.run(["kill", "cell/us-east-1", "--yes"])
            #expect(kill.code == 0)
            #expect((kill.out + kill.err).contains("236 degraded"), "a kill predicts first: \(kill.out)\(kill.err)")
            let outcome = load.wait(limit: 60)
            #expect(outcome.code == 0, "\(outcome.err)")
            let report = outcome.json
            let requests = try #require(report["requests"] as? Int)
            let ok = try #require(report["ok"] as? Int)
            #expect(Double(ok) >= 0.999 * Double(requests), "\(ok) of \(requests)")
            let writes = try #require(report["writes"] as? [String: Any])
            #expect(writes["lost"] as? Int == 0)
            #expect((writes["acknowledged"] as? Int ?? 0) > 0)
            let customers = try #require(report["customers"] as? [String: Any])
            #expect(customers["lost"] as? Int == 0)
            #expect((customers["degraded"] as? Int ?? 0) > 0)

            let actual = try mesh.json(["blast-radius", "--actual"])
            let observed = try #require(actual["observed"] as? [String: Any])
            #expect(observed["different"] as? Int == 0, "prediction and traffic disagree: \(actual)")
            #expect((observed["degraded"] as? Int ?? 0) > 0)

            try mesh.json(["restart", "cell/us-east-1"])
            #expect(try mesh.run(["members", "--wait", "10s"]).code == 0)
            let again = try mesh.json(["load", "run", "--rate", "200", "--duration", "2s", "--verify"])
            let after = try #require(again["customers"] as? [String: Any])
            #expect(after["degraded"] as? Int == 0 && after["lost"] as? Int == 0)
            #expect(again["failed"] as? Int == 0)
            try mesh.down()
        }

        @Test func killingAWholeShardLosesExactlyThePredictedCustomers() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            let shard = try mesh.shard(of: "c1")
            #expect(shard.count == 2)
            let prediction = try mesh.json(["blast-radius", "--if", shard.joined(separator: ",")])
            try mesh.run(["kill"] + shard.map { "cell/\($0)" } + ["--yes"])
            var lost = 0
            for number in 1...1000 {
                let answer = try HTTPProbe.request("GET", mesh.router, "/v1/customers/c\(number)/services/user")
                if answer.status == 503, answer.headers["x-shard"] == "0/2" { lost += 1 }
            }
            #expect(lost == prediction["lost"] as? Int)
            #expect(lost > 0)
            try mesh.down()
        }

        @Test func twoDeadCellsRefuseTheRecordsOfWhomTheyMustAndServeTheirServices() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            let dead = Array(try mesh.shard(of: "c1").prefix(2))
            let prediction = try mesh.json(["blast-radius", "--if", dead.joined(separator: ",")])
            try mesh.run(["kill"] + dead.map { "cell/\($0)" } + ["--yes"])
            var refused = 0
            for number in 1...1000 {
                let record = try HTTPProbe.request("GET", mesh.router, "/v1/customers/c\(number)/records/k")
                if record.status == 503 {
                    refused += 1
                    let service = try HTTPProbe.request("GET", mesh.router, "/v1/customers/c\(number)/services/user")
                    #expect(service.status == 200, "c\(number): a customer without a quorum keeps its services")
                } else {
                    #expect(record.status == 404)
                }
            }
            #expect(refused == prediction["no_quorum"] as? Int)
            #expect(refused > 0)
            try mesh.down()
        }

        @Test func everyViewFollowsKillPauseResumeAndRestart() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            func agreed(_ name: String, _ status: String) throws {
                let outcome = try mesh.run(["members", "--wait", "10s", "-o", "json"])
                #expect(outcome.code == 0, "\(outcome.err)")
                let members = try #require(outcome.json["members"] as? [[String: Any]])
                let member = members.first { $0["name"] as? String == name }
                #expect(member?["status"] as? String == status, "\(name) should be \(status)")
            }
            func until(_ name: String, _ status: String) throws {
                for _ in 0..<200 {
                    let members = try mesh.json(["members"])["members"] as? [[String: Any]] ?? []
                    if members.first(where: { $0["name"] as? String == name })?["status"] as? String == status { break }
                    usleep(50_000)
                }
                try agreed(name, status)
            }
            try mesh.run(["kill", "cell/us-west-2", "--yes"])
            try until("us-west-2", "dead")
            try mesh.run(["restart", "cell/us-west-2"])
            try until("us-west-2", "alive")
            try mesh.run(["pause", "cell/eu-west-3"])
            try until("eu-west-3", "dead")
            try mesh.run(["resume", "cell/eu-west-3"])
            try until("eu-west-3", "alive")
            try mesh.down()
        }

        @Test func killsAndPausesAreFaultsThatHealingEnds() throws {
            let mesh = try TestMesh("topology/eight-cells.yaml")
            func faults() throws -> [[String: Any]] {
                try mesh.json(["fault", "ls"])["faults"] as? [[String: Any]] ?? []
            }
            func texts() throws -> [String] { try faults().compactMap { $0["text"] as? String } }
            let cells = try mesh.cells().map(\.name)
            try mesh.run(["kill", "cell/\(cells.at(0))", "cell/\(cells.at(1))", "--yes"])
            try mesh.run(["pause", "cell/\(cells.at(2))", "--for", "5m"])
            let added = try mesh.json(["fault", "add", "kill", "cell/\(cells.at(3))", "--for", "10m"])
            #expect(added["applied"] as? Int == 1 && added["of"] as? Int == 1 && added["expires"] != nil)
            #expect(
                Set(try texts()) == [
                    "kill cell/\(try cells.at(0)),cell/\(try cells.at(1))", "pause cell/\(try cells.at(2))",
                    "kill cell/\(try cells.at(3))",
                ])
            #expect(try faults().first { $0["kind"] as? String == "kill" && $0["expires"] == nil } != nil)
            // What comes back by another way is none any more.
            try mesh.run(["restart", "cell/\(cells.at(1))"])
            try mesh.run(["resume", "cell/\(cells.at(2))"])
            #expect(Set(try texts()) == ["kill cell/\(try cells.at(0))", "kill cell/\(try cells.at(3))"])
            // The next control plane knows them.
            try mesh.run(["kill", "control"])
            try mesh.run(["up", "--mesh", "eight-cells", "--detach"])
            #expect(Set(try texts()) == ["kill cell/\(try cells.at(0))", "kill cell/\(try cells.at(3))"])
            #expect(try mesh.run(["heal"]).code == 0)
            #expect(try faults().isEmpty)
            #expect(try mesh.run(["status", "--wait", "10s"]).code == 0)
            // By itself.
            try mesh.run(["kill", "cell/\(cells.at(0))", "--for", "1s", "--yes"])
            #expect(try texts() == ["kill cell/\(cells.at(0))"])
            for _ in 0..<200 where try !faults().isEmpty { usleep(50_000) }
            #expect(try faults().isEmpty)
            #expect(try mesh.run(["status", "--wait", "10s"]).code == 0)
            try mesh.down()
        }

        @Test func aDeadControlPlaneIsNotMissedAndAnotherAdoptsItsMesh() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            let before = try mesh.cells()
            let load = try mesh.start([
                "load", "run", "--rate", "100", "--duration", "4s", "--verify", "-o", "json",
            ])
            usleep(1_000_000)
            let status = try mesh.json(["status"])
            let control = try #require((status["control"] as? [String: Any])?["pid"] as? Int)
            kill(Int32(control), SIGKILL)
            usleep(500_000)
            try mesh.up("topology/three-regions.yaml")
            #expect(mesh.launch["adopted"] as? Int == 12)
            let after = try mesh.cells()
            #expect(after.map(\.pid) == before.map(\.pid))
            let outcome = load.wait(limit: 60)
            #expect(outcome.json["failed"] as? Int == 0, "\(outcome.out)")
            #expect((outcome.json["writes"] as? [String: Any])?["lost"] as? Int == 0)
            try mesh.down()
        }

        @Test func recordsSurviveTheDeathOfAllThatHoldThem() throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            var versions: [String: String] = [:]
            for number in 1...20 {
                let path = "/v1/customers/c5/records/k\(number)"
                let put = try HTTPProbe.request("PUT", mesh.router, path, body: "value \(number)")
                #expect(put.status == 201)
                versions[path] = put.headers["etag"]
            }
            let shard = try mesh.shard(of: "c5").map { "cell/\($0)" }
            try mesh.run(["kill"] + shard + ["--yes"])
            let refused = try HTTPProbe.request("GET", mesh.router, "/v1/customers/c5/records/k1")
            #expect(refused.status == 503)
            try mesh.run(["restart"] + shard)
            #expect(try mesh.run(["members", "--wait", "10s"]).code == 0)
            for _ in 0..<100 {
                if try HTTPProbe.request("GET", mesh.router, "/v1/customers/c5/records/k1").status == 200 { break }
                usleep(50_000)
            }
            for number in 1...20 {
                let path = "/v1/customers/c5/records/k\(number)"
                let get = try HTTPProbe.request("GET", mesh.router, path)
                #expect(get.status == 200 && get.body == "value \(number)", "\(path): \(get.status) \(get.body)")
                #expect(get.headers["etag"] == versions[path])
            }
            try mesh.down()
        }

        @Test func aPoisonCustomerKillsItsShardAndNoMore() throws {
            let mesh = try TestMesh("topology/flagship-poison.yaml")
            let shard = Set(try mesh.shard(of: "c1"))
            for _ in 0..<6 {
                _ = try? HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/services/checkout")
                usleep(100_000)
            }
            let dead = Set(try mesh.cells().filter { $0.state != "serving" }.map(\.name))
            #expect(dead == shard)
            let prediction = try mesh.json(["blast-radius", "--if", shard.sorted().joined(separator: ",")])
            let lost = try #require(prediction["lost"] as? Int)
            let untouched = try #require(prediction["untouched"] as? Int)
            #expect(abs(Double(lost) - 19.5) <= 13 + 1, "the poison customer itself is among them")
            #expect(abs(untouched - 6698) <= 141)
            try mesh.down()
        }

        @Test func withReplacementAPoisonCustomerWalksThroughTheMesh() throws {
            let mesh = try TestMesh("topology/flagship-poison-replaced.yaml")
            for _ in 0..<600 {
                let answer = try? HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/services/checkout")
                if answer?.status == 503 { break }
            }
            #expect(try mesh.cells().allSatisfy { $0.state != "serving" })
            try mesh.down()
        }

        @Test func theMonolithLosesEverybody() throws {
            let mesh = try TestMesh("topology/monolith.yaml")
            let cell = try #require(try mesh.cells().first?.name)
            let prediction = try mesh.json(["blast-radius", "--if", cell])
            #expect(prediction["lost"] as? Int == prediction["customers"] as? Int)
            try mesh.run(["kill", "cell/\(cell)", "--yes"])
            for number in [1, 50, 1000] {
                let answer = try HTTPProbe.request("GET", mesh.router, "/v1/customers/c\(number)/services/checkout")
                #expect(answer.status == 503)
            }
            try mesh.down()
        }
    }
}
