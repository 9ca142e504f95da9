import Foundation
import Testing

extension EndToEnd {
    @Suite struct SeveralHostsTests {
        @Test func theComposeFileHasAServicePerRegionARouterAndAControlPlane() throws {
            let services = try ComposeFile().services
            #expect(services.map(\.name) == ["control", "eu-west", "r1", "us-east", "us-west"])
            for service in services {
                #expect(service.hostname == service.name)
                #expect(
                    service.command.contains { $0.hasPrefix("--join=") && !$0.contains(service.name + ":") },
                    "\(service.name) joins nobody")
            }
        }

        /// The start commands of the Compose file, on hosts of their own: members find each other by gossip, customers are
        /// served, and go on being served when a whole region is gone.
        @Test(arguments: ComposeHosts.Place.available)
        func theStartCommandsMakeAMeshThatOutlivesARegion(_ place: ComposeHosts.Place) throws {
            let hosts = try ComposeHosts(ComposeFile().services, in: place)
            // The last to be needed first: everybody waits for names that are not known yet.
            for name in ["r1", "control", "eu-west", "us-west", "us-east"] {
                try hosts.start(name)
                usleep(100_000)
            }
            try hosts.eventually("all members see each other") {
                let members = try hosts.execute("control", ["members", "-o", "json"]).json
                let rows = members["members"] as? [[String: Any]] ?? []
                return rows.count == 14 && rows.allSatisfy { $0["status"] as? String == "alive" }
                    && members["agree"] as? Int == 14 && members["of"] as? Int == 14
            }
            // The router needs a moment more than the members.
            try hosts.eventually("the router reaches every cell") {
                try hosts.execute("control", ["status", "-o", "json"]).json["state"] as? String == "serving"
            }
            let kill = try hosts.execute("control", ["kill", "us-east-1", "--yes"])
            #expect(kill.code != 0 && kill.err.contains("supervises no process"), "\(kill.err)")

            try hosts.eventually("a link to every cell") {
                try hosts.http("GET", "/v1/customers/c1/services/checkout")?.headers["x-shard"] == "3/3"
            }
            let capture = try hosts.capture()
            let put = try #require(try hosts.http("PUT", "/v1/customers/c1/records/k", body: "kept"))
            #expect(put.status == 201, "\(put)")
            let secret = "value-4711-of-somebody"
            let hidden = try #require(
                try hosts.http("PUT", "/v1/customers/somebody-4711/records/k", body: secret))
            #expect(hidden.status == 201, "\(hidden)")
            if let capture { try Self.isSecret([secret, "somebody-4711"], capture, hosts) }

            #expect(hosts.pids(of: "eu-west").count == 5)
            hosts.destroy("eu-west")
            // The kernel takes its time to end what was killed.
            #expect(TestMesh.eventually { hosts.pids(of: "eu-west").isEmpty })
            try hosts.eventually("two of three cells serve") {
                try hosts.http("GET", "/v1/customers/c1/services/checkout")?.headers["x-shard"] == "2/3"
            }
            for number in 1...12 {
                let answer = try #require(try hosts.http("GET", "/v1/customers/c\(number)/services/user"))
                // Customers who never leave the lost region have nobody else.
                let isBound = answer.headers["x-shard"] == "0/3"
                #expect(answer.status == 200 || isBound, "c\(number): \(answer)")
            }
            let kept = try #require(try hosts.http("GET", "/v1/customers/c1/records/k"))
            #expect(kept.status == 200 && kept.body == "kept" && kept.headers["x-shard"] == "2/3", "\(kept)")

            for name in ["r1", "us-east", "us-west", "control"] {
                let outcome = try #require(hosts.stop(name))
                #expect(outcome.code == 0, "\(name): exit \(outcome.code): \(outcome.err)")
            }
            #expect(hosts.pids().isEmpty, "still running: \(hosts.pids())")
        }

        /// Nothing goes from host to host in the clear, both ends show certificates, and a host that has none hears probes
        /// alone.
        private static func isSecret(
            _ texts: [String], _ capture: ComposeHosts.Capture, _ hosts: ComposeHosts
        ) throws {
            let crossed = try capture.end()
            #expect(crossed.count > 2_000, "nothing was captured")
            for text in texts { #expect(crossed.range(of: Data(text.utf8)) == nil, "'\(text)' went in the clear") }
            for (words, made) in [(["ls"], 1), (["rotate"], 2)] {
                let report = try hosts.execute("control", ["membership", "certs"] + words + ["-o", "json"]).json
                let rows = report["processes"] as? [[String: Any]] ?? []
                #expect(rows.count == 14, "\(report)")
                for row in rows {
                    let page = row["page"] as? [String: Any] ?? [:]
                    #expect(page["made"] as? Int == made && page["secured"] as? Int ?? 0 > 0, "\(row)")
                }
            }
            let processes = try hosts.execute("control", ["ps", "-o", "json"]).json["processes"] as? [[String: Any]]
            let cell = try #require(processes?.first { $0["name"] as? String == "us-east-1" })
            let address = try #require(cell["admin"] as? String)
            func ask(_ path: String) throws -> HTTPProbe.Answer? {
                HTTPProbe.parse(Array(try hosts.run(["curl", "-si", "-m", "5", "http://\(address)\(path)"]).out.utf8))
            }
            #expect(try ask("/livez")?.status == 200)
            for path in ["/v1/members", "/v1/customers/c1/services/checkout", "/v1/customers/c1/records/k"] {
                #expect(try ask(path)?.status == 403, "\(path)")
            }
        }

        /// A process with another secret, or with the right one and another topology, is no member, is not ready, and both
        /// ends say why it may be so.
        @Test(arguments: ["secret", "topology"])
        func aProcessOfAnotherMeshIsNotReadyAndBothEndsSaySo(_ what: String) throws {
            let mesh = try TestMesh("topology/three-regions.yaml")
            let control = try #require(
                try JSONSerialization.jsonObject(
                    with: Data(contentsOf: URL(fileURLWithPath: mesh.dataDirectory + "/control.json")))
                    as? [String: Any])
            let gossip = try #require(control["gossip"] as? String)
            var secret = mesh.dataDirectory + "/secret"
            var topology = Program.root.appendingPathComponent("topology/three-regions.yaml").path
            if what == "secret" {
                secret = mesh.home.appendingPathComponent("other.secret").path
                try String(repeating: "ab", count: 32).write(toFile: secret, atomically: true, encoding: .utf8)
            } else {
                let folder = mesh.home.appendingPathComponent("other")
                try FileManager.default.copyItem(
                    at: Program.root.appendingPathComponent("topology"), to: folder)
                let blueprints = Program.root.appendingPathComponent("cells")
                if FileManager.default.fileExists(atPath: blueprints.path) {
                    try FileManager.default.copyItem(at: blueprints, to: mesh.home.appendingPathComponent("cells"))
                }
                topology = folder.appendingPathComponent("three-regions.yaml").path
                let text = try String(contentsOfFile: topology, encoding: .utf8)
                try
                    (text.contains("seed:")
                    ? text.replacingOccurrences(of: "seed: [0-9]+", with: "seed: 977", options: .regularExpression)
                    : "seed: 977\n" + text)
                    .write(toFile: topology, atomically: true, encoding: .utf8)
            }
            let data = mesh.home.appendingPathComponent("stranger").path
            let stranger = try mesh.start([
                "router", "--name", "r1", "--topology", topology, "--data", data, "--secret-file", secret, "--join",
                gossip,
            ])
            func log(_ directory: String) -> String {
                (try? String(contentsOfFile: directory + "/events.ndjson", encoding: .utf8)) ?? ""
            }
            #expect(TestMesh.eventually { log(data).contains("\"not-joined\"") }, "\(stranger.messages)")
            #expect(TestMesh.eventually { log(mesh.dataDirectory + "/control").contains("\"strangers\"") })
            let file = try Data(contentsOf: URL(fileURLWithPath: data + "/process.json"))
            let process = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
            let admin = try #require(process["admin"] as? String)
            let ready = try HTTPProbe.request("GET", "http://" + admin, "/readyz")
            #expect(ready.status == 503 && ready.body.contains("joining"), "\(ready)")
            #expect(try mesh.json(["members"])["of"] as? Int == 14)
            kill(stranger.process.processIdentifier, SIGTERM)
            #expect(stranger.wait(limit: 15).code == 0)
            try mesh.down()
        }

        /// A cell that dies does not take its neighbours with it.
        @Test func aRegionGoesOnWithoutACellThatDiedAndSaysSoAtTheEnd() throws {
            let hosts = try ComposeHosts(
                [
                    ComposeFile.Service(
                        name: "eu-west", hostname: "eu-west",
                        command: [
                            "region", "eu-west", "--topology=/etc/cellmesh/topology/three-regions.yaml",
                            "--data=/var/lib/cellmesh/data", "--secret-file=/run/secrets/mesh",
                        ], environment: [:])
                ], in: .loopback)
            try hosts.start("eu-west")
            try hosts.eventually("four cells and their parent") {
                hosts.messages("eu-west").contains("serves: 4 cells")
            }
            let cells = hosts.pids(of: "eu-west", mark: "data/cells/eu-west-3")
            #expect(cells.count == 1)
            cells.forEach { kill($0, SIGKILL) }
            try hosts.eventually("the death is told") { hosts.messages("eu-west").contains("eu-west-3 has died") }
            #expect(hosts.pids(of: "eu-west").count == 4)
            let outcome = try #require(hosts.stop("eu-west"))
            #expect(outcome.code == 1 && outcome.err.contains("died meanwhile: cell/eu-west-3"), "\(outcome)")
            #expect(hosts.pids().isEmpty)
        }
    }
}
