import Chaos
import MeshBase
import Topology
import UVDriver

@testable import ControlPlane

/// Processes that a test invents, in virtual time.
final class FakeProcessDriver: ProcessDriver {
    struct Process {
        var name: ProcessName
        var arguments: [String] = []
        var onLine: (String) -> Void = { _ in }
        var onExit: (String) -> Void
        var isStopped = false
        /// Signals in the order in which they came.
        var signals: [ProcessSignal] = []
        /// It does not end when it is asked to.
        var ignoresTermination = false
    }

    private final class Timer: ScheduledCall {
        let due: Instant
        var body: (() -> Void)?
        init(due: Instant, body: @escaping () -> Void) {
            self.due = due
            self.body = body
        }
        func cancel() { body = nil }
    }

    private(set) var time = Instant(nanoseconds: 1_000_000_000)
    /// Nanoseconds since 1970 at virtual time zero.
    var epoch: Int64 = 1_700_000_000_000_000_000
    private(set) var running: [ProcessIdentity: Process] = [:]
    /// Everything that was ever started, in order.
    private(set) var spawned: [(name: ProcessName, identity: ProcessIdentity)] = []
    private var timers: [Timer] = []
    private var ending: [(ProcessIdentity, String)] = []
    private var nextPid: Int32 = 1_000
    /// Names that cannot be started.
    var unstartable: Set<ProcessName> = []
    var log: [String] = []
    /// Of the machine, which may be booted anew.
    var bootID = "first"
    /// Pauses that a process of its own watches, in order.
    private(set) var watched: [PauseLease] = []
    var cannotWatch = false

    func now() -> Instant { time }
    func wallClock() -> Int64 { epoch + time.nanoseconds }
    func clock() -> ClockReading { ClockReading(wall: wallClock(), boot: time.nanoseconds, bootID: bootID) }

    func spawn(
        _ request: SpawnRequest, onLine: @escaping (String) -> Void, onExit: @escaping (String) -> Void
    ) throws(SpawnFailure) -> ProcessIdentity {
        if unstartable.contains(request.name) { throw SpawnFailure("no such program") }
        nextPid += 1
        let identity = ProcessIdentity(pid: nextPid, startTime: UInt64(nextPid))
        running[identity] = Process(
            name: request.name, arguments: request.arguments, onLine: onLine, onExit: onExit)
        spawned.append((request.name, identity))
        return identity
    }

    func adopt(_ identity: ProcessIdentity, onExit: @escaping (String) -> Void) throws(SpawnFailure) {
        if running[identity] == nil { running[identity] = Process(name: .control, onExit: onExit) }
        running[identity]?.onExit = onExit
    }

    @discardableResult
    func signal(_ identity: ProcessIdentity, _ signal: ProcessSignal) -> Bool {
        guard running[identity] != nil else { return false }
        running[identity]?.signals.append(signal)
        switch signal {
        case .stop: running[identity]?.isStopped = true
        case .resume:
            running[identity]?.isStopped = false
            if running[identity]?.signals.contains(.terminate) == true { terminate(identity) }
        case .kill: ending.append((identity, "signal 9"))
        case .terminate: if running[identity]?.isStopped == false { terminate(identity) }
        }
        return true
    }

    private func terminate(_ identity: ProcessIdentity) {
        if running[identity]?.ignoresTermination == false { ending.append((identity, "exit code 0")) }
    }

    func isStopped(_ identity: ProcessIdentity) -> Bool { running[identity]?.isStopped ?? false }

    func watchPause(_ lease: PauseLease, at path: String, by request: SpawnRequest) throws(SpawnFailure) {
        if cannotWatch { throw SpawnFailure("no such program") }
        watched.append(lease)
    }

    func schedule(after delay: TimeAmount, _ body: @escaping () -> Void) -> any ScheduledCall {
        let timer = Timer(due: time + delay, body: body)
        timers.append(timer)
        return timer
    }

    func tail(_ path: String, lines: Int) -> [String] { Array(log.suffix(lines)) }

    // MARK: What a test does

    /// The newest of that name.
    func identity(_ name: ProcessName) -> ProcessIdentity? { identities(name).last }
    /// All that run under a name, the oldest first.
    func identities(_ name: ProcessName) -> [ProcessIdentity] {
        running.filter { $0.value.name == name }.keys.sorted { $0.pid < $1.pid }
    }
    func signals(_ name: ProcessName) -> [ProcessSignal] { identity(name).flatMap { running[$0]?.signals } ?? [] }
    func ignoreTermination(_ name: ProcessName) {
        if let identity = identity(name) { running[identity]?.ignoresTermination = true }
    }

    /// The process says that it serves.
    func ready(_ name: ProcessName, port: UInt16 = 7_000) {
        guard let identity = identity(name), let process = running[identity] else { return }
        process.onLine(
            #"{"ready":true,"name":"\#(name.name)","data":"127.0.0.1:\#(port)","admin":"127.0.0.1:\#(port + 1)","#
                + #""gossip":"127.0.0.1:\#(port + 2)"}"#)
    }

    func report(_ name: ProcessName, _ line: String) { identity(name).flatMap { running[$0] }?.onLine(line) }

    /// The process ends by itself.
    func crash(_ name: ProcessName, _ how: String = "signal 11") {
        if let identity = identity(name) { ending.append((identity, how)) }
        settle()
    }

    /// Keeps the end of a process from being told.
    func withhold(_ name: ProcessName) -> (ProcessIdentity, String)? {
        ending.firstIndex { running[$0.0]?.name == name }.map { ending.remove(at: $0) }
    }

    func release(_ end: (ProcessIdentity, String)) {
        ending.append(end)
        settle()
    }

    /// Tells of the ends that have come about.
    func settle() {
        while !ending.isEmpty {
            let (identity, how) = ending.removeFirst()
            guard let process = running.removeValue(forKey: identity) else { continue }
            process.onExit(how)
        }
    }

    /// Lets time pass, timer by timer.
    func advance(_ amount: TimeAmount) {
        let end = time + amount
        settle()
        while let next = timers.filter({ $0.body != nil && $0.due <= end }).min(by: { $0.due < $1.due }) {
            time = max(time, next.due)
            let body = next.body
            next.body = nil
            body?()
            settle()
        }
        timers.removeAll { $0.body == nil }
        time = end
    }
}
