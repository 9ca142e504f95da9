import Foundation
import Testing

extension EndToEnd {
    /// What a command does whose standard descriptors are closed, full or slow.
    @Suite struct DescriptorTests {
        /// A command line of a shell, with the program as `$P`.
        private func shell(_ line: String, home: URL) throws -> Program.Outcome {
            try Program.Running(
                "/bin/sh", ["-c", line],
                environment: ["P": Program.path, "CELLMESH_HOME": home.path, "NO_COLOR": "1"], directory: Program.root
            ).wait(limit: 60)
        }

        @Test func noCommandDiesOfAClosedDescriptor() throws {
            let mesh = try TestMesh()
            defer { _ = try? mesh.run(["down"]) }
            // All three at once for the one that starts processes: they inherit what it has.
            let up = try shell("\"$P\" up topology/monolith.yaml --detach <&- >&- 2>&-", home: mesh.home)
            #expect(up.code == 0)
            let commands = [
                "status", "ps", "members", "members --diff", "why solo-1", "store solo-1", "doctor",
                "route explain c1", "blast-radius --if solo-1", "events", "logs", "fault ls", "config show",
                "membership keys ls", "validate topology/monolith.yaml", "version",
                "load run --rate 20 --duration 200ms", "sim run topology/monolith.yaml --for 200ms", "restart r1",
            ]
            for command in commands {
                for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
                    let outcome = try shell("\"$P\" \(command) \(closed)", home: mesh.home)
                    #expect(outcome.code == 0, "\(command) \(closed): \(outcome.err)")
                }
            }
            let down = try shell("\"$P\" down <&- >&- 2>&-", home: mesh.home)
            #expect(down.code == 0)
        }

        @Test(arguments: ["config show", "config show -o json", "validate", "--help", "version", "lab shards"])
        func outputThatCannotBeWrittenIsAFailure(command: String) throws {
            let home = FileManager.default.temporaryDirectory
            let outcome = try shell("\"$P\" \(command) > /dev/full", home: home)
            #expect(outcome.code == 1)
            #expect(outcome.err.contains("standard output cannot be written"))
        }

        @Test func aSlowPipeThatDoesNotBlockGetsTheWholeDocument() throws {
            let arguments = ["config", "show", "topology/flagship.yaml", "-o", "json"]
            let whole = try Program.Running(
                Program.path, arguments, environment: [:], directory: Program.root
            ).wait()
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            // Smaller than the document: it fits in only as fast as it is read.
            let setPipeSize: Int32 = 1031
            _ = fcntl(ends[1], setPipeSize, 4096)
            _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Program.path)
            process.arguments = arguments
            process.currentDirectoryURL = Program.root
            process.standardOutput = FileHandle(fileDescriptor: ends[1], closeOnDealloc: false)
            try process.run()
            close(ends[1])
            let read = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true).readDataToEndOfFile()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(whole.out.utf8.count > 8_192)
            #expect(String(decoding: read, as: UTF8.self) == whole.out)
        }
    }
}
