import CLibUV

/// A process that this one has started.
///
/// libuv collects its exit as long as the loop runs. Closing the handle or the loop earlier leaves the child running and,
/// once it dies, a zombie until this process ends too.
package final class ChildProcess: LoopHandle {
    /// How a process ended.
    package enum Exit: Hashable, Sendable, CustomStringConvertible {
        case exited(Int32)
        case signalled(Int32)

        package var isSuccess: Bool { self == .exited(0) }
        package var description: String {
            switch self {
            case .exited(let code): "exit code \(code)"
            case .signalled(let signal): "signal \(signal)"
            }
        }
    }

    /// The child's descriptor for readiness lines.
    package static let readinessDescriptor: Int32 = 3

    /// The process, also after it has died.
    package private(set) var identity = ProcessIdentity(pid: 0, startTime: 0)
    package var pid: Int32 { identity.pid }
    /// How it ended; nil while it runs.
    package private(set) var exit: Exit?
    /// Reads what the child writes to `readinessDescriptor`, if that was asked for; closes itself at the end.
    package let readiness: LineReader?
    private var onExit: ((Exit) -> Void)?

    /// Starts a program, with the default action for every signal and without descriptors other than those given to it.
    /// - Parameters:
    ///   - onLine: a line that the child wrote to `readinessDescriptor`, which it should close when it has reported.
    ///     Without this the child has no such descriptor.
    ///   - onExit: called once, and the handle then closes itself. Lines written before death may still follow.
    /// - Throws: ENOENT or EACCES for a program that cannot be executed, EAGAIN when there are too many processes, EINVAL
    ///   for text with a null byte.
    package static func spawn(
        loop: EventLoop, _ launch: ProcessLaunch, onLine: ((String) -> Void)? = nil,
        onExit: @escaping (Exit) -> Void
    ) throws(UVError) -> ChildProcess {
        try launch.validate()
        var readiness: LineReader?
        if let onLine { readiness = try LineReader(loop: loop, onLine: onLine) }
        let child = ChildProcess(loop: loop, readiness: readiness, onExit: onExit)
        do throws(UVError) {
            try child.start(launch)
            return child
        } catch {
            child.close()
            readiness?.close()
            throw error
        }
    }

    private init(loop: EventLoop, readiness: LineReader?, onExit: @escaping (Exit) -> Void) {
        self.readiness = readiness
        self.onExit = onExit
        super.init(loop: loop, type: UV_PROCESS)
    }

    private func start(_ launch: ProcessLaunch) throws(UVError) {
        let process = pointer(as: uv_process_t.self)
        let status = launch.withOptions(readiness: readiness?.stream) { options in
            options.exit_cb = { process, status, signal in
                Unmanaged<ChildProcess>.fromOpaque(process!.pointee.data).takeUnretainedValue().died(status, signal)
            }
            return uv_spawn(loop.raw, process, &options)
        }
        // libuv knows the handle even when it could not start the program.
        opened()
        try check(status, "start \(launch.executable)")
        // Not collected before the loop turns, so it is in /proc even if it is dead by now.
        identity = ProcessIdentity(pid: process.pointee.pid) ?? ProcessIdentity(pid: process.pointee.pid, startTime: 0)
        try readiness?.start()
    }

    private func died(_ status: Int64, _ signal: Int32) {
        let exit = signal != 0 ? Exit.signalled(signal) : .exited(Int32(truncatingIfNeeded: status))
        self.exit = exit
        close()
        onExit?(exit)
    }

    override func didClose() { onExit = nil }

    /// Sends a signal. Returns false if the process has died.
    @discardableResult
    package func kill(_ signal: Int32) throws(UVError) -> Bool {
        // Until libuv has collected it, its pid is nobody else's.
        guard isOpen, exit == nil else { return false }
        let status = uv_process_kill(pointer(as: uv_process_t.self), signal)
        if status == UV_ESRCH.rawValue { return false }
        try check(status, "send signal \(signal) to process \(pid)")
        return true
    }
}
