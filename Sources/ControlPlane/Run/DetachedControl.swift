import Glibc
import MeshBase
import Topology
import UVDriver

/// `up --detach`: starts a control plane in a session of its own and waits until everything serves.
package final class DetachedControl {
    /// What came of it.
    package struct Started: Sendable, Equatable {
        package var control: ControlFile
    }

    private let loop: EventLoop
    private let directory: DataDirectory
    private let progress: ControlPlane.Progress
    private var child: ChildProcess?
    private var outcome: Result<Void, ControlFailure>?
    private var watchers: [SignalWatcher] = []
    private var timer: LoopTimer?

    /// Prepares the data directory and runs `EXECUTABLE control --data DIR --ready-fd 3` with what the settings say:
    /// `--listen-address`, `--api`, `--gossip` and `--listen HOST:PORT`, `--grace` and `--wait-timeout` in ms, and the further arguments after
    /// `--`.
    ///
    /// - Throws: why the mesh does not run; nothing of it is left then.
    package static func start(
        _ settings: ControlSettings, progress: @escaping ControlPlane.Progress = { _, _ in }
    ) throws(ControlFailure) -> Started {
        // Whoever starts one has not always written files of a mesh before.
        ProcessSetup.keepFilesPrivate()
        let directory = settings.directory
        try prepare(settings)
        let detached: DetachedControl
        do throws(UVError) {
            detached = try DetachedControl(directory, progress)
            try detached.spawn(settings)
        } catch { throw .system(error.description) }
        detached.loop.run()
        detached.loop.close()
        switch detached.outcome {
        case .success?: break
        case .failure(let failure)?: throw failure
        case nil: throw .system("the control plane ended without a word" + quote(directory))
        }
        do throws(DataDirectoryError) {
            guard let control = try directory.control() else {
                throw .damaged(path: directory.controlPath, reason: "it is missing")
            }
            return Started(control: control)
        } catch { throw .data(error) }
    }

    /// The child reads the model from the directory. Written under the lock, so that two `up` at once do not mix.
    private static func prepare(_ settings: ControlSettings) throws(ControlFailure) {
        let lock = try ControlPlane.lock(settings.directory)
        defer { lock.release() }
        _ = try MeshPreparation.prepare(settings.directory, settings.topology)
        try settings.keepHosts()
    }

    /// The command line of the control plane.
    static func arguments(_ settings: ControlSettings) -> [String] {
        var arguments = [
            "control", "--data", settings.directory.path, "--ready-fd",
            "\(ChildProcess.readinessDescriptor)", "--listen-address", settings.address.description,
            "--api", settings.api.description,
            "--gossip", settings.gossip.description, "--grace", "\(settings.grace.millisecondsRoundedUp)ms",
            "--wait-timeout", "\(settings.startTimeout.millisecondsRoundedUp)ms",
        ]
        if let router = settings.router { arguments += ["--listen", router.description] }
        if !settings.extra.isEmpty { arguments += ["--"] + settings.extra }
        return arguments
    }

    private init(_ directory: DataDirectory, _ progress: @escaping ControlPlane.Progress) throws(UVError) {
        loop = try EventLoop()
        self.directory = directory
        self.progress = progress
    }

    private func spawn(_ settings: ControlSettings) throws(UVError) {
        let log = open(directory.controlLogPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else { throw UVError(code: -errno, operation: "write \(directory.controlLogPath)") }
        defer { close(log) }
        let launch = ProcessLaunch(
            executable: settings.executable, arguments: Self.arguments(settings), standardOutput: .file(log),
            standardError: .file(log), isDetached: true)
        child = try ChildProcess.spawn(loop: loop, launch) { [unowned self] in
            read($0)
        } onExit: { [unowned self] exit in
            if outcome == nil {
                outcome = .failure(
                    .system("the control plane ended while it started (\(exit))" + Self.quote(directory)))
            }
            end()
        }
        for signal in [SIGINT, SIGTERM] {
            watchers.append(
                try SignalWatcher(loop: loop, signal: signal) { [unowned self] in
                    if outcome == nil { outcome = .failure(.interrupted) }
                    _ = try? child?.kill(SIGTERM)
                })
        }
        // It has a limit of its own; this one is for a control plane that cannot keep it.
        timer = try LoopTimer.once(loop: loop, after: settings.startTimeout + .seconds(15)) { [unowned self] in
            outcome = .failure(.timeout("the control plane did not report in time" + Self.quote(directory)))
            _ = try? child?.kill(SIGKILL)
        }
    }

    private func read(_ line: String) {
        guard let line = ReadyLine(line) else { return }
        if let serving = line.serving, let of = line.of { progress(serving, of) }
        guard let ready = line.ready, outcome == nil else { return }
        if ready {
            outcome = .success(())
            end()
        } else {
            // It has stopped everything and ends now; its exit is waited for.
            let reason = line.error ?? "the control plane gave no reason"
            outcome = .failure(line.isLate == true ? .timeout(reason) : .system(reason))
        }
    }

    private func end() {
        watchers.forEach { $0.close() }
        timer?.close()
        child?.readiness?.close()
        child?.close()
    }

    private static func quote(_ directory: DataDirectory) -> String {
        let lines = SystemFile.tail(directory.controlLogPath, lines: 5)
        guard !lines.isEmpty else { return "" }
        return "; \(directory.controlLogPath) ends:\n" + lines.map { "    \($0.prefix(400))" }.joined(separator: "\n")
    }
}
