import Foundation
import Testing

/// What a program of a scenario starts ends with whoever holds it.
@Suite struct ProgramKeeperTests {
    /// A keeper of a shell that starts one process in the background, one in a session of its own, and one by a shell that has ended.
    private struct Kept {
        let process = Process()
        private let input = Pipe()
        private let folder: URL

        init(then rest: String) throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("keeper-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let program =
                "sleep 600 & echo $! > \(folder.path)/a; setsid sleep 600 & echo $! > \(folder.path)/b; "
                + "(sh -c 'sleep 600 & echo $! > \(folder.path)/c'); \(rest)"
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = [
                "-c", "exec \"$0\" program-keep sh -c \"$1\" 3> \(folder.path)/status", Program.path, program,
            ]
            process.standardInput = input
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            // The child has its own.
            try input.fileHandleForReading.close()
        }

        func text(_ name: String) -> String {
            (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
        }

        var pids: [Int32] {
            ["a", "b", "c"].compactMap { Int32(text($0).filter(\.isNumber)) }
        }

        func letGo() throws { try input.fileHandleForWriting.close() }

        func remove() { try? FileManager.default.removeItem(at: folder) }
    }

    @Test func nothingOutlivesWhoHoldsIt() throws {
        let kept = try Kept(then: "exit 3")
        defer { kept.remove() }
        #expect(TestMesh.eventually { kept.text("status") == "exited 3\n" && kept.pids.count == 3 })
        #expect(kept.pids.allSatisfy { TestMesh.isRunning($0) } && kept.process.isRunning)
        try kept.letGo()
        kept.process.waitUntilExit()
        #expect(kept.pids.count == 3 && !kept.pids.contains { TestMesh.isRunning($0) }, "\(kept.pids)")
    }

    @Test func aProgramThatGoesOnIsKilledWithAllOfIt() throws {
        let kept = try Kept(then: "sleep 600")
        defer { kept.remove() }
        #expect(TestMesh.eventually { kept.pids.count == 3 })
        kill(kept.process.processIdentifier, SIGTERM)
        kept.process.waitUntilExit()
        #expect(kept.text("status").isEmpty && !kept.pids.contains { TestMesh.isRunning($0) }, "\(kept.pids)")
        try kept.letGo()
    }

    @Test func whereNothingIsLeftTheKeeperEnds() throws {
        let kept = try Kept(then: "exit 0")
        defer { kept.remove() }
        #expect(TestMesh.eventually { kept.text("status") == "exited 0\n" && kept.pids.count == 3 })
        for pid in kept.pids { kill(pid, SIGKILL) }
        #expect(TestMesh.eventually { !kept.process.isRunning })
        try kept.letGo()
    }
}
