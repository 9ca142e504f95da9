import Chaos
import MeshBase
import Topology
import UVDriver

/// A signal that the supervisor sends.
package enum ProcessSignal: String, Codable, Sendable, Equatable {
    /// SIGTERM: finish and leave.
    case terminate
    /// SIGKILL.
    case kill
    /// SIGSTOP.
    case stop
    /// SIGCONT.
    case resume
}

/// A process to start.
package struct SpawnRequest: Sendable, Equatable {
    package var name: ProcessName
    package var arguments: [String]
    /// Where its standard output and error are appended.
    package var logPath: String
    /// The same for the agent of another host, which makes the arguments itself; nil for what runs beside the control plane alone.
    package var order: StartOrder?

    package init(name: ProcessName, arguments: [String], logPath: String, order: StartOrder? = nil) {
        self.name = name
        self.arguments = arguments
        self.logPath = logPath
        self.order = order
    }
}

/// A call that is still to come and can be taken back.
package protocol ScheduledCall: AnyObject {
    func cancel()
}

/// What the supervisor needs of the operating system; tests put virtual time and invented processes in its place.
package protocol ProcessDriver: AnyObject {
    func now() -> Instant
    /// Nanoseconds since 1970, UTC.
    func wallClock() -> Int64
    /// What leases are measured by.
    func clock() -> ClockReading
    /// Starts a process; `onLine` and `onExit` are called later, never within this call.
    /// - Parameter onExit: how it ended, for people.
    func spawn(
        _ request: SpawnRequest, onLine: @escaping (String) -> Void, onExit: @escaping (String) -> Void
    ) throws(SpawnFailure) -> ProcessIdentity
    /// Watches a process that another control plane started.
    func adopt(_ identity: ProcessIdentity, onExit: @escaping (String) -> Void) throws(SpawnFailure)
    /// False if the process runs no more.
    @discardableResult
    func signal(_ identity: ProcessIdentity, _ signal: ProcessSignal) -> Bool
    /// Whether the process is stopped by a signal, whoever sent it.
    func isStopped(_ identity: ProcessIdentity) -> Bool
    /// The pid that people are told; nil where it is not known yet.
    func pid(of identity: ProcessIdentity) -> Int32?
    /// Whether the host of a process is gone, so that nobody knows what has become of it.
    func isGone(_ identity: ProcessIdentity) -> Bool
    /// Writes a pause down and starts the process that ends it, should nobody else.
    func watchPause(_ lease: PauseLease, at path: String, by request: SpawnRequest) throws(SpawnFailure)
    /// Ends what a cell that is gone has left of its programs; its directory is given.
    func endPrograms(in directory: String)
    func schedule(after delay: TimeAmount, _ body: @escaping () -> Void) -> any ScheduledCall
    /// The last lines of a log.
    func tail(_ path: String, lines: Int) -> [String]
}

extension ProcessDriver {
    package func endPrograms(in directory: String) {}

    /// What started processes of its own may have left some: its program dies with it, the program's own children do not.
    func endPrograms(of name: ProcessName, in mesh: DataDirectory) {
        let directory = mesh.directory(of: name.role, name.name)
        if name.role == .cell, SystemFile.exists("\(directory)/\(ProgramsFile.name)") { endPrograms(in: directory) }
    }
    package func isGone(_ identity: ProcessIdentity) -> Bool { false }
    package func pid(of identity: ProcessIdentity) -> Int32? { identity.pid }
}

/// Why a process could not be started or watched.
package struct SpawnFailure: Error, Equatable, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}
