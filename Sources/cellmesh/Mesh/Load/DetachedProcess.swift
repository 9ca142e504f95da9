import CLibUV
import Glibc
import UVDriver

/// Starts this program again, in a session of its own, out of reach of the terminal.
enum DetachedProcess {
    static func start(_ arguments: [String], output: String, messages: String) throws -> ProcessIdentity {
        let out = try create(output)
        defer { close(out) }
        let log = try create(messages)
        defer { close(log) }
        var launch = ProcessLaunch(executable: ExecutablePath.current, arguments: arguments)
        launch.standardOutput = .file(out)
        launch.standardError = .file(log)
        launch.isDetached = true
        do {
            let loop = try EventLoop()
            let child = try ChildProcess.spawn(loop: loop, launch) { _ in }
            let identity = child.identity
            child.close()
            loop.run()
            loop.close()
            return identity
        } catch {
            throw CommandFailure("the process cannot be started: \(error)")
        }
    }

    private static func create(_ path: String) throws -> Int32 {
        let descriptor = cuv_open_errno(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure("\(path) cannot be written: \(String(cString: strerror(-descriptor)))")
        }
        return descriptor
    }
}
