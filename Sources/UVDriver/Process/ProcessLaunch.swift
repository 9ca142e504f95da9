import CLibUV

/// What to start, and how.
package struct ProcessLaunch: Sendable {
    /// Where a standard stream of the child goes.
    package enum Stream: Hashable, Sendable {
        case null
        /// A descriptor of this process, which stays open here.
        case file(Int32)
    }

    /// A path, or a name that is looked for in PATH.
    package var executable: String
    /// Without the program's own name, which goes first by itself.
    package var arguments: [String]
    /// All of the child's environment; that of this process if nil.
    package var environment: [String: String]?
    /// This process's own if nil.
    package var workingDirectory: String?
    package var standardInput = Stream.null
    package var standardOutput: Stream
    package var standardError: Stream
    /// Whether the child leads a session of its own (setsid), out of reach of the terminal's Ctrl-C and hangup.
    package var isDetached: Bool

    package init(
        executable: String, arguments: [String] = [], environment: [String: String]? = nil,
        workingDirectory: String? = nil, standardOutput: Stream = .null, standardError: Stream = .null,
        isDetached: Bool = false
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.isDetached = isDetached
    }

    /// EINVAL for text that C cannot carry, which would otherwise arrive cut short.
    func validate() throws(UVError) {
        var texts = [executable] + arguments
        if let workingDirectory { texts.append(workingDirectory) }
        for (name, value) in environment ?? [:] {
            texts.append(value)
            texts.append(name)
            if name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) {
                throw UVError(
                    code: UV_EINVAL.rawValue, operation: "start \(executable) with a variable named \"\(name)\"")
            }
        }
        if executable.isEmpty || texts.contains(where: { $0.utf8.contains(0) }) {
            throw UVError(code: UV_EINVAL.rawValue, operation: "start \"\(executable)\"")
        }
    }

    /// Calls `body` with the options for `uv_spawn`, but for the exit callback; they are valid during the call.
    func withOptions(
        readiness: UnsafeMutablePointer<uv_stream_t>?, _ body: (inout uv_process_options_t) -> Int32
    ) -> Int32 {
        let argv = CStrings([executable] + arguments)
        let variables = environment.map { environment in
            CStrings(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        }
        let directory = workingDirectory.map { CStrings([$0]) }
        return withUnsafeTemporaryAllocation(of: uv_stdio_container_t.self, capacity: 4) { stdio in
            stdio.initialize(repeating: uv_stdio_container_t())
            ProcessLaunch.connect(&stdio[0], standardInput)
            ProcessLaunch.connect(&stdio[1], standardOutput)
            ProcessLaunch.connect(&stdio[2], standardError)
            if let readiness { cuv_stdio_pipe_from_child(&stdio[3], readiness) }

            var options = uv_process_options_t()
            options.file = UnsafePointer(argv.pointers[0])
            options.args = argv.pointers
            options.env = variables?.pointers
            options.cwd = directory.map { UnsafePointer($0.pointers[0]!) }
            options.flags = isDetached ? UInt32(UV_PROCESS_DETACHED.rawValue) : 0
            options.stdio_count = readiness == nil ? 3 : 4
            options.stdio = stdio.baseAddress
            return withExtendedLifetime((argv, variables, directory)) { body(&options) }
        }
    }

    private static func connect(_ container: inout uv_stdio_container_t, _ stream: Stream) {
        switch stream {
        case .null: cuv_stdio_ignore(&container)
        case .file(let fd): cuv_stdio_inherit_fd(&container, fd)
        }
    }
}

/// An array of C strings, ended by a null pointer.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ texts: [String]) {
        count = texts.count
        pointers = .allocate(capacity: count + 1)
        for (index, text) in texts.enumerated() { (pointers + index).initialize(to: strdup(text)) }
        (pointers + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}
