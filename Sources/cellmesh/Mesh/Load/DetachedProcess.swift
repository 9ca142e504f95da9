import UVDriver

/// Starts this program again, in a session of its own, out of reach of the terminal.
enum DetachedProcess {
    /// - Parameters:
    ///   - output: a descriptor for what it prints; the caller's to close.
    ///   - messages: likewise, for what it says beside.
    static func start(_ arguments: [String], output: Int32, messages: Int32) throws -> ProcessIdentity {
        var launch = ProcessLaunch(executable: ExecutablePath.current, arguments: arguments)
        launch.standardOutput = .file(output)
        launch.standardError = .file(messages)
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
}
