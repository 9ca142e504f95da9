import Chaos
import Glibc
import MeshBase
import Reports
import UVDriver

/// Real processes on an event loop.
package final class UVProcessDriver: ProcessDriver {
    private let loop: EventLoop
    private let executable: String
    private var children: [ProcessIdentity: ChildProcess] = [:]
    private var adopted: [ProcessIdentity: PidWatcher] = [:]
    /// What was read of each process last: many ask in one turn.
    private var looked: [ProcessIdentity: (isStopped: Bool, at: Instant)] = [:]
    /// So long that holds; shorter than `Supervisor.stopDelay`.
    private static let freshness = TimeAmount.milliseconds(400)
    private static let mostLooked = 4_096

    /// - Parameter executable: what children run; this very program where left out.
    package init(loop: EventLoop, executable: String = ExecutablePath.current) {
        self.loop = loop
        self.executable = executable
    }

    package func now() -> Instant { loop.now() }
    package func wallClock() -> Int64 { loop.wallClock() }
    package func clock() -> ClockReading { SystemClock.reading() }

    package func spawn(
        _ request: SpawnRequest, onLine: @escaping (String) -> Void, onExit: @escaping (String) -> Void
    ) throws(SpawnFailure) -> ProcessIdentity {
        // Somebody may have taken it away while the process was down.
        if let slash = request.logPath.lastIndex(of: "/") {
            do throws(FileFailure) { try SystemFile.makeDirectory(String(request.logPath[..<slash])) } catch {
                throw SpawnFailure(error.description)
            }
        }
        let log = open(request.logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else {
            let isInTheWay = errno == EISDIR
            throw SpawnFailure(
                "cannot write \(request.logPath): \(String(cString: strerror(errno)))"
                    + (isInTheWay ? "; remove it" : ""))
        }
        defer { _ = Glibc.close(log) }
        // A session of its own: Ctrl-C in the terminal reaches the control plane, which stops the others in order.
        let launch = ProcessLaunch(
            executable: executable, arguments: request.arguments, standardOutput: .file(log), standardError: .file(log),
            isDetached: true)
        do throws(UVError) {
            var identity: ProcessIdentity?
            let child = try ChildProcess.spawn(loop: loop, launch, onLine: onLine) { [weak self] exit in
                if let identity { self?.children[identity] = nil }
                onExit(exit.description)
            }
            identity = child.identity
            children[child.identity] = child
            return child.identity
        } catch { throw SpawnFailure(error.description) }
    }

    package func adopt(_ identity: ProcessIdentity, onExit: @escaping (String) -> Void) throws(SpawnFailure) {
        do throws(UVError) {
            adopted[identity] = try PidWatcher(loop: loop, identity) { [weak self] in
                self?.adopted[identity] = nil
                onExit("it ended; how, only the control plane before this one could have been told")
            }
        } catch { throw SpawnFailure(error.description) }
    }

    @discardableResult
    package func signal(_ identity: ProcessIdentity, _ signal: ProcessSignal) -> Bool {
        let number = Self.number(signal)
        let isSent = (try? children[identity]?.kill(number) ?? identity.kill(number)) ?? false
        looked[identity] = nil
        // A cell's programs stand still with it, and go on with it.
        if isSent, signal == .stop || signal == .resume { identity.killGroup(number) }
        return isSent
    }

    package func endPrograms(in directory: String) {
        for program in ProgramProcess.within(directory) where program.isOrphan {
            _ = try? program.identity.kill(SIGKILL)
        }
    }

    static func number(_ signal: ProcessSignal) -> Int32 {
        switch signal {
        case .terminate: SIGTERM
        case .kill: SIGKILL
        case .stop: SIGSTOP
        case .resume: SIGCONT
        }
    }

    package func isStopped(_ identity: ProcessIdentity) -> Bool {
        let now = loop.now()
        if let known = looked[identity], now - known.at < Self.freshness { return known.isStopped }
        if looked.count >= Self.mostLooked { looked.removeAll() }
        let isStopped = identity.isStopped
        looked[identity] = (isStopped, now)
        return isStopped
    }

    package func watchPause(_ lease: PauseLease, at path: String, by request: SpawnRequest) throws(SpawnFailure) {
        do throws(FileFailure) { try SystemFile.replace(path, with: ReportJSON.encode(lease)) } catch {
            throw SpawnFailure("\(error)")
        }
        _ = try spawn(request, onLine: { _ in }, onExit: { _ in })
    }

    package func schedule(after delay: TimeAmount, _ body: @escaping () -> Void) -> any ScheduledCall {
        TimerCall(try? LoopTimer.once(loop: loop, after: delay, body))
    }

    package func tail(_ path: String, lines: Int) -> [String] { SystemFile.tail(path, lines: lines) }

    /// Lets go of everything, so that the loop can end; processes go on.
    package func close() {
        adopted.values.forEach { $0.close() }
        adopted = [:]
        children.values.forEach {
            $0.readiness?.close()
            $0.close()
        }
        children = [:]
    }

    private final class TimerCall: ScheduledCall {
        private let timer: LoopTimer?
        init(_ timer: LoopTimer?) { self.timer = timer }
        func cancel() { timer?.close() }
    }
}
