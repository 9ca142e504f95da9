import CLibUV
import Glibc
import MeshBase

/// Runs a program and keeps hold of all that it starts, also of what leaves its group and its session: whatever loses its parent
/// becomes the keeper's own child.
///
/// The keeper ends when none of it is left, or once its standard input ends: then it kills all of it first. Who starts it holds the
/// other end of that pipe, so that nothing outlives him, however he ends.
package enum ProgramKeeper {
    /// The word behind which stand the words of `ProgramExec`.
    package static let command = "program-keep"

    /// From one look at what is left to the next.
    private static let look = TimeAmount.milliseconds(250)
    /// So many times it is looked whether what was killed has ended, a few milliseconds apart.
    private static let mostLooks = 1_000

    /// How the program ended, as the keeper writes it to `ChildProcess.readinessDescriptor`.
    package static func line(_ exit: ChildProcess.Exit) -> String {
        switch exit {
        case .exited(let code): "exited \(code)"
        case .signalled(let signal): "signalled \(signal)"
        }
    }

    /// Reads `line`; nil for any other.
    package static func exit(_ line: String) -> ChildProcess.Exit? {
        let words = line.split(separator: " ")
        guard words.count == 2, let number = Int32(words[1]) else { return nil }
        switch words[0] {
        case "exited": return .exited(number)
        case "signalled": return .signalled(number)
        default: return nil
        }
    }

    /// Runs a program, and returns once nothing of it is left.
    ///
    /// - Parameter words: those of `ProgramExec.run`.
    package static func run(_ words: [String]) -> Int32 {
        // Whoever has started it may be gone before the program has ended.
        try? ProcessSetup.ignoreBrokenPipes()
        let status = cuv_keep_orphans_errno()
        guard status == 0 else {
            _ = SmallFile.write(2, "no program is kept: \(UVError(code: status, operation: "keep orphans"))\n")
            return ProgramExec.notFound
        }
        do { try keep(words) } catch {
            _ = SmallFile.write(2, "no program is kept: \(error)\n")
            killAll()
            return ProgramExec.notFound
        }
        killAll()
        return 0
    }

    private static func keep(_ words: [String]) throws {
        // Told where somebody listens; asked before the loop takes the number.
        let isHeard = fcntl(ChildProcess.readinessDescriptor, F_GETFD) != -1
        let loop = try EventLoop()
        defer { loop.close() }
        var launch = ProcessLaunch(executable: ExecutablePath.current, arguments: [ProgramExec.command] + words)
        (launch.standardOutput, launch.standardError) = (.file(1), .file(2))
        launch.isDetached = true
        var hasEnded = false
        let program = try ChildProcess.spawn(loop: loop, launch) { exit in
            hasEnded = true
            if isHeard {
                _ = SmallFile.write(ChildProcess.readinessDescriptor, line(exit) + "\n")
                _ = cuv_close(ChildProcess.readinessDescriptor)
            }
            if descendants.isEmpty { loop.stop() }
        }
        // Only what it has started may keep its output open.
        hush()
        let input = try DescriptorWatcher(loop: loop, fd: 0, operation: "watch the one who wants it") { loop.stop() }
        let signals = try [SIGTERM, SIGINT, SIGHUP].map { try SignalWatcher(loop: loop, signal: $0) { loop.stop() } }
        let timer = try LoopTimer(loop: loop) {
            if hasEnded, descendants.isEmpty { loop.stop() }
        }
        timer.start(after: look, every: look)
        loop.run()
        withExtendedLifetime((program, input, signals, timer)) {}
    }

    private static func hush() {
        let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard nothing >= 0 else { return }
        for descriptor: Int32 in 1...2 { dup2(nothing, descriptor) }
        close(nothing)
    }

    /// All that was started below this process and has not ended; what has ended is collected.
    private static var descendants: [ProcessIdentity] {
        var children: [Int32: [ProcessIdentity]] = [:]
        for pid in ProcFile.pids() {
            guard let stat = ProcessStat(pid: pid), !stat.isDead else { continue }
            children[stat.parent, default: []].append(ProcessIdentity(pid: pid, startTime: stat.startTime))
        }
        var (found, line): ([ProcessIdentity], [Int32]) = ([], [getpid()])
        while let parent = line.popLast() {
            let own = children.removeValue(forKey: parent) ?? []
            found += own
            line += own.map(\.pid)
        }
        return found
    }

    /// Ends whatever is left: what is started meanwhile is found at the next look.
    private static func killAll() {
        for _ in 0..<mostLooks {
            let left = descendants
            for process in left { _ = try? process.kill(SIGKILL) }
            // Those that have lost their parents are this one's to collect.
            while waitpid(-1, nil, WNOHANG) > 0 {}
            guard !left.isEmpty else { return }
            usleep(5_000)
        }
    }
}
