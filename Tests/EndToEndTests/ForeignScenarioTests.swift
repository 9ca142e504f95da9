import Foundation
import Testing

extension EndToEndFaults {
    /// Scenarios that ask what is beside the mesh, on real processes: requests, programs, secrets, and what is refused.
    @Suite struct ForeignScenarioTests {
        private struct Files {
            var folder: URL
            init(_ mesh: TestMesh) throws {
                folder = mesh.home.appendingPathComponent("files-\(UUID().uuidString.prefix(8))")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            }
            func write(_ text: String, _ name: String) throws -> String {
                let path = folder.appendingPathComponent(name).path
                try text.write(toFile: path, atomically: true, encoding: .utf8)
                return path
            }
        }

        private static let head = """
            title: A test
            load: {rate: 100, customers: 40}
            baseline: {for: 1s}
            settle: 15s

            """
        private static let killing =
            "  - {type: action, name: kill, provider: {type: cellmesh, do: \"kill cell/{busiest}\", for: 3s}}\n"

        private func run(
            _ mesh: TestMesh, _ arguments: [String], _ variables: [String: String] = [:]
        ) throws -> Program.Outcome {
            try Program.Running(
                Program.path, ["drill", "run"] + arguments + ["-o", "json"],
                environment: variables.merging(["CELLMESH_HOME": mesh.home.path, "NO_COLOR": "1"]) { $1 },
                directory: Program.root
            ).wait(limit: 120)
        }

        private func living(_ mark: String) throws -> Bool {
            try Program.Running(
                "/bin/sh", ["-c", "grep -lsa '\(mark)' /proc/[0-9]*/cmdline"], environment: [:], directory: Program.root
            )
            .wait(limit: 10).out.split(separator: "\n").contains { !$0.contains("/self/") && isOther($0, mark) }
        }

        /// A process that is neither the shell nor the search itself.
        private func isOther(_ path: Substring, _ mark: String) -> Bool {
            let line = (try? String(contentsOfFile: String(path), encoding: .utf8)) ?? ""
            return line.contains(mark) && !line.contains("grep")
        }

        @Test func theShippedExampleRunsOnAMesh() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/three-regions.yaml").path)
            let path = Program.root.appendingPathComponent("scenarios/chaostoolkit.yaml").path
            let refused = try run(mesh, [path], ["ROUTER": mesh.router])
            #expect(
                refused.code == 64 && refused.err.contains("chaostoolkit.yaml:")
                    && refused.err.contains("--allow-process"),
                "\(refused.err)")
            let outcome = try run(mesh, [path, "--allow-process"], ["ROUTER": mesh.router])
            #expect([0, 3].contains(outcome.code), "\(outcome.out)\n\(outcome.err)")
            let claims = try #require(outcome.json["claims"] as? [[String: Any]])
            func verdict(_ name: String) -> String? {
                claims.first { $0["name"] as? String == name }?["verdict"] as? String
            }
            for name in [
                "a customer is told how he fares", "the disk has room", "the status page answers, after",
                "nobody is lost, after", "http_reqs{kind:reads} count>100",
            ] { #expect(verdict(name) == "met", "\(name): \(claims)") }
        }

        @Test func secretsAreUsedAndNotTold() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            let files = try Files(mesh)
            let secret = "s3cret-\(UUID().uuidString)"
            let path = try files.write(
                Self.head + """
                    secrets: {mesh: {token: {type: env, key: TEST_TOKEN}}}
                    method:
                    \(Self.killing)
                      - type: probe
                        name: with it
                        tolerance: {type: regex, target: stdout, pattern: "^got s3cret-[-0-9A-F]+ s3cret"}
                        provider: {type: process, path: sh, arguments: [-c, 'echo "got $T $1"', x, "${token}"], env: {T: "${token}"}}
                      - type: action
                        name: tells it
                        provider: {type: process, path: sh, arguments: [-c, 'echo "no $T" >&2; exit 3'], env: {T: "${token}"}}

                    """, "secret.yaml")
            let missing = try run(mesh, [path, "--allow-process"])
            #expect(
                missing.code == 64 && missing.err.contains("TEST_TOKEN") && missing.err.contains("secret.yaml:5"),
                "\(missing.err)")
            let outcome = try run(mesh, [path, "--allow-process"], ["TEST_TOKEN": secret])
            // The action has failed, and all was taken back.
            #expect(
                outcome.code == 1 && outcome.json["outcome"] as? String == "error", "\(outcome.out)\n\(outcome.err)")
            #expect((outcome.json["reason"] as? String)?.contains("exit code 3: no ***") == true, "\(outcome.out)")
            let claims = try #require(outcome.json["claims"] as? [[String: Any]])
            #expect(
                claims.contains { $0["name"] as? String == "with it" && $0["verdict"] as? String == "met" }, "\(claims)"
            )
            #expect(!outcome.out.contains(secret) && !outcome.err.contains(secret))
            let found = try Program.Running(
                "/bin/grep", ["-rl", secret, mesh.home.path], environment: [:], directory: Program.root
            ).wait(limit: 20)
            #expect(found.out.isEmpty, "the secret stands in \(found.out)")
        }

        @Test func whoeverEndsItWhileAProgramRunsInterruptsIt() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            let files = try Files(mesh)
            for (signal, isBackground) in [(SIGINT, false), (SIGTERM, true)] {
                let mark = "long-\(UUID().uuidString)"
                let path = try files.write(
                    Self.head + """
                        method:
                          - type: action
                            name: long
                            background: \(isBackground)
                            provider: {type: process, path: sh, arguments: [-c, "sleep 600; echo \(mark)"], timeout: 60}
                        \(Self.killing.replacing("for: 3s", with: "for: 60s"))
                        """, "long.yaml")
                let running = try Program.Running(
                    Program.path, ["drill", "run", path, "--allow-process", "-o", "json"],
                    environment: ["CELLMESH_HOME": mesh.home.path, "NO_COLOR": "1"], directory: Program.root)
                // Its words stand in a file, so that no command line but its own has them.
                let isUnderWay = TestMesh.eventually { (try? living(mark)) == true }
                kill(running.process.processIdentifier, signal)
                let outcome = running.wait(limit: 120)
                #expect(isUnderWay && outcome.code == 130, "\(outcome.out)\n\(outcome.err)")
                #expect(outcome.json["outcome"] as? String == "interrupted", "\(outcome.out)")
                #expect(!outcome.out.contains("it was stopped"), "\(outcome.out)")
                #expect(TestMesh.eventually { (try? living(mark)) == false })
            }
        }

        @Test func whatHangsIsKilledWithItsGroupAndIsAnErrorOfTheProbe() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            let files = try Files(mesh)
            let mark = "hang-\(UUID().uuidString)"
            let path = try files.write(
                Self.head + """
                    method:
                    \(Self.killing)
                      - type: probe
                        name: hangs
                        tolerance: 0
                        provider: {type: process, path: sh, arguments: [-c, "(sleep 600; echo \(mark)) & sleep 600; echo \(mark)"], timeout: 1}

                    """, "hang.yaml")
            let outcome = try run(mesh, [path, "--allow-process"])
            #expect(
                outcome.code == 1 && outcome.json["outcome"] as? String == "probe-error",
                "\(outcome.out)\n\(outcome.err)")
            #expect((outcome.json["reason"] as? String)?.contains("within 1s") == true, "\(outcome.out)")
            #expect(TestMesh.eventually { (try? living(mark)) == false })

            // Nobody listens there: before the method, so that nothing is injected.
            let deaf = try files.write(
                Self.head + """
                    steady-state-hypothesis:
                      title: x
                      probes: [{type: probe, name: deaf, tolerance: 200, provider: {type: http, url: "http://127.0.0.1:9/", timeout: 1}}]
                    method:
                    \(Self.killing)
                    """, "deaf.yaml")
            let silent = try run(mesh, [deaf])
            #expect(
                silent.code == 1 && silent.json["outcome"] as? String == "probe-error", "\(silent.out)\n\(silent.err)")
            let steps = try #require(silent.json["steps"] as? [[String: Any]]).compactMap { $0["name"] as? String }
            #expect(!steps.contains("kill"))

            // A simulation has neither.
            let simulated = try mesh.run(["sim", "run", deaf, "--on", "topology/nine-cells.yaml"])
            #expect(simulated.code == 64 && simulated.err.contains("deaf.yaml:7"), "\(simulated.err)")
            let rehearsed = try run(mesh, [deaf, "--rehearse", "2"])
            #expect(rehearsed.code == 64 && rehearsed.err.contains("deaf.yaml:7"), "\(rehearsed.err)")
        }
    }
}
