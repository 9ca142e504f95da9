import Foundation

/// The built program, run as a user would run it.
enum Program {
    /// Beside the test bundle, where the build puts it.
    static let path: String = {
        if let given = ProcessInfo.processInfo.environment["CELLMESH_BINARY"] { return given }
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for _ in 0..<4 {
            let candidate = folder.appendingPathComponent("cellmesh").path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
            folder.deleteLastPathComponent()
        }
        return root.appendingPathComponent(".build/debug/cellmesh").path
    }()

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    struct Outcome {
        var code: Int32
        var out: String
        var err: String

        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(out.utf8))) as? [String: Any] ?? [:]
        }
    }

    /// A command that is under way; its output goes to files, so that no pipe can fill up or stay open.
    final class Running {
        let process = Process()
        private let folder: URL

        init(_ executable: String, _ arguments: [String], environment: [String: String], directory: URL) throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("cellmesh-out-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["out", "err"] {
                _ = FileManager.default.createFile(atPath: folder.appendingPathComponent(name).path, contents: nil)
            }
            // What others may read hangs on the umask: an ordinary shell's, whatever that of these tests is.
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", #"umask 022 && exec "$@""#, "sh", executable] + arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            process.currentDirectoryURL = directory
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: folder.appendingPathComponent("out"))
            process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent("err"))
            try process.run()
        }

        /// What it has written to its standard error so far.
        var messages: String { text("err") }

        private func text(_ name: String) -> String {
            (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
        }

        /// Has a load end that has seen what it was to see: it reads back what it has written, and reports.
        func end(limit: TimeInterval = 90) -> Outcome {
            kill(process.processIdentifier, SIGTERM)
            return wait(limit: limit)
        }

        /// Waits for the end, at most `limit`; then the command is killed and its code is that of the signal.
        func wait(limit: TimeInterval = 120) -> Outcome {
            let deadline = Date(timeIntervalSinceNow: limit)
            while process.isRunning, Date() < deadline { usleep(5_000) }
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
            let outcome = Outcome(code: process.terminationStatus, out: text("out"), err: text("err"))
            try? FileManager.default.removeItem(at: folder)
            return outcome
        }
    }
}
