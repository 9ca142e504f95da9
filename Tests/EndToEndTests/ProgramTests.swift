import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// A program of the user's own as a service: as the page tells it, and one that does everything wrong.
    @Suite struct ProgramTests {
        private static func mesh(_ program: String, ready: String = "") throws -> TestMesh {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("app-\(UUID().uuidString).py")
            try program.write(to: folder, atomically: true, encoding: .utf8)
            return try TestMesh(
                writing: """
                    mesh: own
                    blueprint: cell.yaml
                    regions: [{name: eu, cells: 2}]
                    customers: {count: 10}
                    sharding: {size: 2, spread: cell}

                    """, "mesh.yaml",
                beside: [
                    "cell.yaml": """
                    cell: own
                    services:
                      - {name: app, run: ["python3", "\(folder.path)"]\(ready)}
                      - {name: ping}

                    """
                ])
        }

        /// The blocks of the page in their order.
        private static func blocks() throws -> [String] {
            let page = try String(
                contentsOf: Program.root.appendingPathComponent("docs/programs.md"), encoding: .utf8)
            return page.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }
                .map { String($0.element.drop { $0 != "\n" }) }
        }

        private static func rows(_ mesh: TestMesh) throws -> [String: (pid: Int32, state: String, restarts: Int)] {
            let rows = try #require(try mesh.json(["ps"])["processes"] as? [[String: Any]])
            return Dictionary(
                uniqueKeysWithValues: rows.filter { $0["role"] as? String == "program" }.map {
                    (
                        $0["name"] as? String ?? "",
                        (
                            Int32($0["pid"] as? Int ?? 0), $0["state"] as? String ?? "", $0["restarts"] as? Int ?? 0
                        )
                    )
                })
        }

        private static func ask(_ mesh: TestMesh, _ rest: String = "") throws -> HTTPProbe.Answer {
            try HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/services/app\(rest)")
        }

        @Test func thePagesProgramIsKilledContainedHealedAndEnded() throws {
            let mesh = try Self.mesh(try Self.blocks().at(0))
            let answer = try Self.ask(mesh)
            #expect(answer.status == 200 && answer.body.hasPrefix("hello c1 from eu-"), "\(answer)")
            let programs = try Self.rows(mesh)
            #expect(
                programs.keys.sorted() == ["eu-1/app", "eu-2/app"]
                    && programs.values.allSatisfy { $0.state == "serving" })
            let pids = programs.values.map(\.pid)
            for pid in pids { kill(pid, SIGKILL) }
            #expect(try HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/services/ping").status == 200)
            #expect(try TestMesh.eventually { try Self.ask(mesh).status == 200 })
            #expect(
                try TestMesh.eventually {
                    try Self.rows(mesh).values.allSatisfy { $0.restarts == 1 && $0.state == "serving" }
                })
            #expect(try mesh.run(["events", "--type", "program"]).out.contains("signal 9"))
            // With its cell: paused, resumed, killed.
            let first = try #require(try Self.rows(mesh)["eu-1/app"]?.pid)
            try mesh.run(["pause", "eu-1", "--yes"])
            #expect(TestMesh.eventually { TestMesh.isStopped(first) })
            try mesh.run(["resume", "eu-1"])
            #expect(TestMesh.eventually { !TestMesh.isStopped(first) })
            try mesh.run(["kill", "eu-1", "--yes"])
            #expect(TestMesh.eventually { !TestMesh.isRunning(first) })
            let last = try Self.rows(mesh).values.map(\.pid)
            try mesh.down()
            #expect((pids + last).allSatisfy { !TestMesh.isRunning($0) })
        }

        private static let bad = """
            import os, socket, sys, threading, time
            def serve(c):
                head = b""
                while b"\\r\\n\\r\\n" not in head:
                    got = c.recv(4096)
                    if not got: return
                    head += got
                path = head.split(b" ")[1]
                ok = b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n"
                if path == b"/garbage": c.sendall(b"\\x00\\x01 nothing of the kind\\r\\n\\r\\n")
                elif path == b"/half": c.sendall(ok + b"\\r\\nx")
                elif path == b"/headers":
                    try:
                        for i in range(10000): c.sendall(b"X-A%d: " % i + b"a" * 1000 + b"\\r\\n" if i else ok)
                    except OSError: pass
                elif path == b"/hang": time.sleep(3600)
                elif path == b"/exit": os._exit(3)
                elif path == b"/flood":
                    for _ in range(20000): print("line after line after line")
                    sys.stdout.flush()
                    c.sendall(ok + b"\\r\\nok")
                else: c.sendall(ok + b"\\r\\nok")
                c.close()
            s = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=64)
            while True: threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
            """

        @Test func whateverItDoesItsCellServes() throws {
            let mesh = try Self.mesh(Self.bad)
            #expect(try Self.ask(mesh, "/ok").body == "ok")
            for (path, statuses) in [
                ("/garbage", [500]), ("/half", [502, 503]), ("/headers", [500]), ("/hang", [502, 503, 504]),
                ("/exit", [502, 503]), ("/flood", [200]),
            ] {
                _ = try TestMesh.eventually { try Self.ask(mesh, "/ok").status == 200 }
                var answer = try Self.ask(mesh, path)
                // What was done before may have opened a breaker, which lets one call through at a time: then it was not asked.
                _ = try TestMesh.eventually {
                    let isAsked = !["breaker", "throttle"].contains { answer.body.contains("\"policy\":\"\($0)\"") }
                    if !isAsked { answer = try Self.ask(mesh, path) }
                    return isAsked
                }
                #expect(statuses.contains(answer.status), "\(path): \(answer)")
                #expect(try HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/services/ping").status == 200)
            }
            #expect(try mesh.cells().allSatisfy { $0.state == "serving" })
            let log =
                try mesh.run(["logs", "program/eu-1/app", "--tail", "100000"]).out
                + mesh.run(["logs", "program/eu-2/app", "--tail", "100000"]).out
            let lines = log.split(separator: "\n").count
            #expect((1...4_100).contains(lines), "\(lines) lines were kept")
            try mesh.down()
        }

        @Test func oneThatDoesNotStartIsReportedAndTheCellServes() throws {
            let mesh = try Self.mesh("raise SystemExit('no licence')")
            #expect(try HTTPProbe.request("GET", mesh.router, "/v1/customers/c1/services/ping").status == 200)
            let answer = try Self.ask(mesh)
            #expect(answer.status == 503 && answer.body.contains("\"policy\":\"health\""), "\(answer)")
            #expect(try mesh.run(["logs", "program/eu-1/app"]).out.contains("no licence"))
            #expect(try mesh.run(["events", "--type", "program"]).out.contains("exit code 1"))
            try mesh.down()
        }
    }
}
