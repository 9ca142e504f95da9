import Foundation
import Testing

extension EndToEnd {
    /// `up --hosts`: one control plane, and cells under the agents of other hosts (here: other addresses of this machine).
    @Suite struct AgentTests {
        /// Three regions of two cells each, every one under an agent of its own.
        private final class Hosts {
            let mesh: TestMesh
            private(set) var agents: [String: Program.Running] = [:]
            let regions = ["a", "b", "c"]
            private let folder: URL

            init() throws {
                mesh = try TestMesh()
                folder = mesh.home.appendingPathComponent("hosts")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try """
                mesh: hosted
                blueprint: shop
                blueprints:
                  - cell: shop
                    services: [{name: front}]
                    store: {}
                regions: [{name: a, cells: 2}, {name: b, cells: 2}, {name: c, cells: 2}]
                customers: {count: 60}
                sharding: {size: 2}

                """.write(toFile: path("mesh.yaml"), atomically: true, encoding: .utf8)
                try (String(repeating: "5a", count: 32) + "\n")
                    .write(toFile: path("secret"), atomically: true, encoding: .utf8)
                for region in regions { try start(region) }
                var text = "hosts:\n"
                for region in regions {
                    text += "  - {region: \(region), agent: \"\(try #require(address(region)))\"}\n"
                }
                try text.write(toFile: path("hosts.yaml"), atomically: true, encoding: .utf8)
            }

            func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

            /// Its own address, so that each is another host to the others.
            private func host(_ region: String) -> String { "127.0.5.\(1 + (regions.firstIndex(of: region) ?? 0))" }

            func start(_ region: String) throws {
                // The port of an earlier life, where there was one.
                let port = address(region).flatMap { $0.split(separator: ":").last } ?? "0"
                agents[region] = try mesh.start([
                    "region", region, "--topology", path("mesh.yaml"), "--data", path(region), "--secret-file",
                    path("secret"), "--listen-address", host(region), "--agent", "\(host(region)):\(port)", "--grace",
                    "2s",
                ])
                #expect(TestMesh.eventually { address(region) != nil }, "\(agents[region]?.messages ?? "")")
            }

            /// Where an agent says that it answers.
            func address(_ region: String) -> String? {
                guard let text = agents[region]?.messages, let from = text.range(of: "answers at ") else { return nil }
                return text[from.upperBound...].split(separator: ",").first.map(String.init)
            }

            func pid(_ region: String) -> Int32 { agents[region]?.process.processIdentifier ?? 0 }

            func up() throws {
                try mesh.up(
                    path("mesh.yaml"),
                    ["--hosts", path("hosts.yaml"), "--secret-file", path("secret"), "--listen-address", "127.0.5.9"])
            }

            deinit {
                for agent in agents.values where agent.process.isRunning {
                    kill(agent.process.processIdentifier, SIGTERM)
                }
                for agent in agents.values { agent.process.waitUntilExit() }
            }
        }

        private static func parent(_ pid: Int32) -> Int32? {
            guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
                let line = status.split(separator: "\n").first(where: { $0.hasPrefix("PPid:") })
            else { return nil }
            return line.split(separator: "\t").last.flatMap { Int32($0) }
        }

        private static func states(_ mesh: TestMesh) throws -> [String: String] {
            Dictionary(uniqueKeysWithValues: try mesh.cells().map { ($0.name, $0.state) })
        }

        /// Everything that is done to a cell of this machine is done to one of another host: nothing acknowledged is lost meanwhile.
        @Test func cellsOfOtherHostsAreKilledPausedRestartedAndEvacuated() throws {
            let hosts = try Hosts()
            let mesh = hosts.mesh
            try hosts.up()
            let cells = try mesh.cells()
            #expect(cells.count == 6 && cells.allSatisfy { $0.state == "serving" })
            for cell in cells { #expect(Self.parent(cell.pid) == hosts.pid(String(cell.name.prefix(1)))) }

            let load = try mesh.start(["load", "run", "--rate", "100", "--duration", "120s", "--verify", "-o", "json"])
            let killed = try mesh.json(["kill", "a-1", "-o", "json"])
            let target = try #require((killed["targets"] as? [[String: Any]])?.first)
            #expect(try target["action"] as? String == "killed" && target["pid"] as? Int32 == cells.at(0).pid)
            #expect(try !TestMesh.isRunning(cells.at(0).pid))
            #expect(try mesh.run(["restart", "a-1"]).code == 0)
            let successor = try #require(try mesh.cells().first { $0.name == "a-1" }).pid
            #expect(try successor != cells.at(0).pid && Self.parent(successor) == hosts.pid("a"))
            // One that serves is relieved by one beside it.
            #expect(try mesh.run(["restart", "b-2"]).code == 0)

            #expect(
                try mesh.run(["fault", "add", "errors", "cell/b-1/service/front", "--rate", "100%", "--for", "60s"])
                    .code == 0)
            let rates = TestMesh.eventually {
                let answers = try? (1...12).map {
                    try HTTPProbe.request("GET", mesh.router, "/v1/customers/c\($0)/services/front")
                }
                return answers?.contains { $0.headers["x-shard"] != nil } ?? false
            }
            #expect(rates)
            #expect(TestMesh.eventually { FileManager.default.fileExists(atPath: hosts.path("b") + "/faults.json") })
            #expect(try mesh.run(["heal"]).code == 0)

            let log = try mesh.run(["logs", "a-1", "--tail", "5"])
            #expect(log.code == 0 && !log.out.isEmpty, "\(log.err)")
            let store = try mesh.json(["store", "a-1", "-o", "json"])
            #expect(store["cell"] as? String == "a-1")

            let moved = try mesh.run(["evacuate", "c", "--confirm", "c"])
            #expect(moved.code == 0, "\(moved.err)")
            let back = try mesh.run(["restore", "c"])
            #expect(back.code == 0, "\(back.err)")
            let outcome = load.end()
            #expect(outcome.code == 0, "\(outcome.err)")
            #expect((outcome.json["failed"] as? Int) != nil)
            try mesh.down()
            #expect(!(cells.map(\.pid) + [successor]).contains { TestMesh.isRunning($0) })
        }

        /// The control plane dies, an agent falls silent, an agent dies: what serves goes on, and all of it is found again.
        @Test func whoeverDiesIsFoundAgain() throws {
            let hosts = try Hosts()
            let mesh = hosts.mesh
            try hosts.up()
            let before = try mesh.cells()

            // A pause ends on its host, also without the control plane.
            #expect(try mesh.run(["pause", "b-1", "--for", "3s"]).code == 0)
            let paused = try #require(before.first { $0.name == "b-1" }).pid
            #expect(TestMesh.isStopped(paused))
            try mesh.killControl()
            #expect(TestMesh.eventually { !TestMesh.isStopped(paused) })
            try mesh.up(hosts.path("mesh.yaml"))
            #expect(try mesh.cells().map(\.pid) == before.map(\.pid))

            // An agent that is silent: its cells serve, and nobody can do anything to them.
            kill(hosts.pid("c"), SIGSTOP)
            #expect(
                TestMesh.eventually {
                    let refused = try? mesh.run(["kill", "c-1"])
                    return refused?.code == 1 && refused?.err.contains("its host is gone") == true
                })
            let states = try Self.states(mesh)
            #expect(states.values.allSatisfy { $0 == "serving" }, "\(states)")
            #expect(try mesh.run(["doctor"]).code == 0)
            kill(hosts.pid("c"), SIGCONT)
            #expect(TestMesh.eventually { (try? mesh.run(["kill", "c-1"]).code) == 0 })
            #expect(try mesh.run(["restart", "c-1"]).code == 0)

            // An agent that dies: its cells end after their grace, and are started again when it is back.
            let gone = try mesh.cells().filter { $0.name.hasPrefix("a") }.map(\.pid)
            kill(hosts.pid("a"), SIGKILL)
            #expect(TestMesh.eventually(seconds: 20) { gone.allSatisfy { !TestMesh.isRunning($0) } })
            #expect(TestMesh.eventually { (try? Self.states(mesh)["a-1"]) == "unreachable" })
            // What cannot be told to end is not said to have ended.
            try hosts.start("a")
            #expect(
                TestMesh.eventually(seconds: 20) {
                    (try? Self.states(mesh))?.filter { $0.key.hasPrefix("a") }.allSatisfy { $0.value == "serving" }
                        ?? false
                })
            try mesh.down()
        }

        /// Nobody orders without the mesh's key, and what cannot be done is said before anything is started.
        @Test func whoMayNotIsRefusedAndWhatIsWrongIsSaid() throws {
            let hosts = try Hosts()
            let mesh = hosts.mesh
            let agent = "http://" + (try #require(hosts.address("a")))
            for (method, path) in [("GET", "/v1/agent"), ("POST", "/v1/agent"), ("GET", "/v1/agent/log?cell=a-1")] {
                #expect(try HTTPProbe.request(method, agent, path, body: method == "POST" ? "{}" : "").status == 401)
                let answer = try HTTPProbe.request(
                    method, agent, path, headers: ["Authorization: Bearer \(String(repeating: "0", count: 64))"],
                    body: method == "POST" ? "{}" : "")
                #expect(answer.status == 401)
            }
            func up(_ text: String, _ more: [String] = ["--listen-address", "127.0.5.9"]) throws -> Program.Outcome {
                try text.write(toFile: hosts.path("wrong.yaml"), atomically: true, encoding: .utf8)
                return try mesh.run(
                    [
                        "up", hosts.path("mesh.yaml"), "--detach", "--hosts", hosts.path("wrong.yaml"), "--secret-file",
                        hosts.path("secret"),
                    ] + more)
            }
            let unknown = try up("hosts: [{region: d, agent: \"127.0.5.1:1\"}]\n")
            #expect(unknown.code != 0 && unknown.err.contains("wrong.yaml:1:18:"), "\(unknown.err)")
            let twice = try up("hosts: [{region: a, agent: \"127.0.5.1:1\"}, {region: b, agent: \"127.0.5.1:1\"}]\n")
            #expect(twice.code != 0 && twice.err.contains("agent of two regions"), "\(twice.err)")
            #expect(try up("hosts: [{region: a, agent: \"127.0.5.1:1\"}]\n", []).code == 64)
            // Of the wrong region: the agent there is b's.
            let wrong = try up("hosts: [{region: a, agent: \"\(try #require(hosts.address("b")))\"}]\n")
            #expect(wrong.code == 3 && wrong.err.contains("is of b"), "\(wrong.err)")
            #expect(try mesh.run(["down"]).code == 0)
            // Of the right region, and with another secret than this mesh would have.
            try (String(repeating: "5b", count: 32) + "\n")
                .write(toFile: hosts.path("other"), atomically: true, encoding: .utf8)
            try "hosts: [{region: a, agent: \"\(try #require(hosts.address("a")))\"}]\n"
                .write(toFile: hosts.path("wrong.yaml"), atomically: true, encoding: .utf8)
            let unproved = try mesh.run([
                "up", hosts.path("mesh.yaml"), "--detach", "--hosts", hosts.path("wrong.yaml"), "--secret-file",
                hosts.path("other"), "--listen-address", "127.0.5.9",
            ])
            #expect(unproved.code == 3 && unproved.err.contains("does not obey"), "\(unproved.err)")
            #expect(try mesh.run(["down"]).code == 0)
            let taken = try mesh.run([
                "region", "a", "--topology", hosts.path("mesh.yaml"), "--data", hosts.path("a"), "--secret-file",
                hosts.path("secret"), "--agent", "127.0.5.1:0",
            ])
            #expect(taken.code == 1 && taken.err.contains("another 'cellmesh region' runs on"), "\(taken.err)")
        }
    }
}
