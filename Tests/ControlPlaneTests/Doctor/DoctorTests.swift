import Glibc
import MeshBase
import Reports
import Store
import Testing
import Topology
import UVDriver

@testable import ControlPlane

@Suite("Doctor", .timeLimit(.minutes(2)))
struct DoctorTests {
    /// Real processes that sleep, collected in the background as init would.
    private final class Sleepers {
        private(set) var identities: [ProcessIdentity] = []

        /// - Parameters:
        ///   - program: a shell, which then waits for what never comes.
        ///   - data: what that is started on.
        func start(
            ignoringTermination: Bool = false, as program: String? = nil, data: String = "/"
        ) throws -> ProcessIdentity {
            let sleeper =
                program.map {
                    "mkfifo '\($0).fifo' 2>/dev/null; exec '\($0)' -c 'read x <&3' cell --data '\(data)' 3<>'\($0).fifo'"
                } ?? "exec sleep 1000"
            // An ignored signal stays ignored in the program that follows.
            let script = (ignoringTermination ? "trap '' TERM; " : "") + sleeper
            var pid: pid_t = 0
            let arguments = ["/bin/sh", "-c", script]
            var argv = arguments.map { strdup($0) } + [nil]
            defer { argv.forEach { free($0) } }
            guard posix_spawn(&pid, "/bin/sh", nil, nil, &argv, environ) == 0 else {
                throw FileFailure(operation: "spawn", path: "sh", code: errno)
            }
            let identity = try #require(ProcessIdentity(pid: pid))
            identities.append(identity)
            return identity
        }

        deinit {
            for identity in identities {
                kill(identity.pid, SIGKILL)
                waitpid(identity.pid, nil, 0)
            }
        }
    }

    private func record(_ directory: DataDirectory, _ name: ProcessName, _ identity: ProcessIdentity) throws {
        let journal = try Journal(path: directory.journalPath)
        try journal.upsertProcess(SupervisorJournal.process(name, identity, ProcessAddresses()))
        journal.close()
    }

    @Test("Leftovers are found by the ledger and by the processes' own files, and ended")
    func reap() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        let sleepers = Sleepers()
        // A process that a file alone names is believed only where it runs this program.
        let program = try #require(CommandLine.arguments[0].split(separator: "/").last)
        let own = "\(scratch.path)/\(program)"
        try SystemFile.replace(own, with: try #require(try SystemFile.read("/bin/sh")), mode: 0o700)
        let (first, paused) = (try sleepers.start(), try sleepers.start())
        let second = try sleepers.start(as: own, data: directory.directory(of: .cell, "eu-2"))
        // Of this program too, and another mesh's.
        let other = try sleepers.start(as: own, data: scratch.path + "/other/cells/eu-2")
        while !second.isOfThisProgram || !other.isOfThisProgram { usleep(1_000) }
        try record(directory, Sample.eu1, first)
        try record(directory, Sample.r1, paused)
        kill(paused.pid, SIGSTOP)
        while !paused.isStopped { usleep(1_000) }
        let file = ProcessFile(
            name: "eu-2", role: "cell", pid: second.pid, startTime: second.startTime, data: "127.0.0.1:1",
            admin: "127.0.0.1:1", gossip: "127.0.0.1:2")
        try SystemFile.replace(directory.processPath(of: .cell, "eu-2"), with: ReportJSON.encode(file))
        let foreign = ProcessFile(
            name: "us-1", role: "cell", pid: other.pid, startTime: other.startTime, data: "127.0.0.1:1",
            admin: "127.0.0.1:1", gossip: "127.0.0.1:2")
        try SystemFile.replace(directory.processPath(of: .cell, "us-1"), with: ReportJSON.encode(foreign))
        try directory.writeControl(
            ControlFile(
                mesh: "shop", pid: 1, startTime: 1, api: "http://127.0.0.1:1", gossip: "", router: "", started: "",
                cells: 4, readyMilliseconds: 0))

        let doctor = Doctor(directory)
        let found = doctor.examine()
        #expect(found.control == nil && !found.isHealthy)
        #expect(found.leftovers.map(\.pid) == [first.pid, second.pid, paused.pid])
        #expect(!other.usesData(in: directory.path) && second.usesData(in: directory.path))
        #expect(found.processes.map(\.paused) == [false, false, true])
        #expect(found.findings.map(\.code) == ["stale-control-file"])
        #expect(first.isRunning && second.isRunning)

        let reaped = doctor.reap()
        #expect(reaped.processes.map(\.condition) == [.reaped, .reaped, .reaped])
        #expect(!first.isRunning && !second.isRunning && !paused.isRunning && other.isRunning)
        let after = doctor.examine()
        #expect(after.isHealthy && after.processes.isEmpty)
        #expect(try directory.control() == nil)
    }

    @Test("A deaf process is killed")
    func deaf() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        let sleepers = Sleepers()
        let deaf = try sleepers.start(ignoringTermination: true)
        try record(directory, Sample.eu1, deaf)
        // Until the shell has set its trap, SIGTERM ends it just as well.
        #expect(Doctor(directory).reap(patience: .milliseconds(50)).processes.map(\.condition) == [.reaped])
        #expect(!deaf.isRunning)
    }

    @Test("Another process with the same pid is left alone")
    func recycledPid() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        let sleepers = Sleepers()
        let stranger = try sleepers.start()
        let earlier = ProcessIdentity(pid: stranger.pid, startTime: stranger.startTime - 1)
        try record(directory, Sample.eu1, earlier)
        let found = Doctor(directory).examine()
        #expect(found.processes.map(\.condition) == [.gone])
        _ = Doctor(directory).reap()
        #expect(stranger.isRunning)
        #expect(Doctor(directory).examine().processes.isEmpty)
    }

    @Test("A zombie is dead")
    func zombie() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        let sleepers = Sleepers()
        let dead = try sleepers.start()
        kill(dead.pid, SIGKILL)
        while dead.isRunning { usleep(1_000) }
        try record(directory, Sample.eu1, dead)
        #expect(Doctor(directory).examine().leftovers.isEmpty)
    }

    @Test("Nothing is reaped while a control plane runs")
    func supervised() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        let sleepers = Sleepers()
        let child = try sleepers.start()
        try record(directory, Sample.eu1, child)
        let lock = try FileLock(path: directory.lockPath)
        let report = Doctor(directory).reap()
        #expect(report.control == getpid())
        #expect(report.processes.map(\.condition) == [.supervised] && child.isRunning)
        lock.release()
    }

    @Test("`down` without a control plane reaps; with nothing there it says so")
    func down() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        #expect(throws: MeshDown.Failure.notRunning(mesh: "shop")) { try MeshDown.run(directory) }
        let sleepers = Sleepers()
        try record(directory, Sample.eu1, try sleepers.start())
        let report = try MeshDown.run(directory)
        #expect(report.how == "reaped" && report.reaped == 1 && report.left == 0)
        #expect(throws: MeshDown.Failure.notRunning(mesh: "shop")) { try MeshDown.run(directory) }
    }

    @Test("A topology is not exchanged under processes that run")
    func otherTopology() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        let sleepers = Sleepers()
        try record(directory, Sample.eu1, try sleepers.start())
        var other = Sample.topology
        other.customers.count = 7
        #expect(throws: ControlFailure.otherTopology(mesh: "shop", running: 1)) {
            try MeshPreparation.prepare(directory, other)
        }
        #expect(try directory.model() == Sample.topology)
        _ = Doctor(directory).reap()
        _ = try MeshPreparation.prepare(directory, other)
        #expect(try directory.model() == other)
    }

    @Test("A journal that cannot be opened is a finding; files still tell")
    func damagedJournal() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        try SystemFile.replace(directory.journalPath, with: Array(repeating: 7, count: 5_000))
        let report = Doctor(directory).examine()
        #expect(report.findings.map(\.code) == ["journal"])
    }
}
