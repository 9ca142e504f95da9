import ArgumentParser
import ControlPlane
import Drills
import Glibc
import MeshBase
import Reports
import UVDriver

/// What takes back a drill whose command was killed: a process of its own, out of reach of the terminal, that waits for the
/// drill's to end and does nothing where it has ended in order.
struct DrillGuard {
    let mesh: DataDirectory

    private static let patience = TimeAmount.minutes(10)
    private static let look = TimeAmount.milliseconds(200)

    /// Begins to watch over the drill of this process, which holds the lock; without a guard the next drill takes back.
    static func begin(_ mesh: DataDirectory) {
        let messages = open(mesh.path + "/drill.recover.log", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { for descriptor in [messages, nothing] where descriptor >= 0 { close(descriptor) } }
        guard nothing >= 0 else { return }
        _ = try? DetachedProcess.start(
            ["drill", "recover", "--data", mesh.path], output: nothing, messages: messages >= 0 ? messages : nothing)
    }

    private static func lockPath(_ mesh: DataDirectory) -> String { mesh.path + "/drill.guard.lock" }

    /// Whether the drill's lock is a guard's.
    static func isTakingBack(_ mesh: DataDirectory) -> Bool {
        let holder = (try? FileLock.holder(of: mesh.drillLockPath)) ?? nil
        return holder != nil && holder == (try? FileLock.holder(of: lockPath(mesh))) ?? nil
    }

    /// Waits for the end of the drill, and takes back what it has left.
    func watch(_ console: Console) throws {
        let lock = mesh.drillLockPath
        while let holder = (try? FileLock.holder(of: lock)) ?? nil, holder != ProcessIdentity.current.pid {
            Pause.sleep(Self.look)
        }
        defer { keepGameDay(console) }
        let deadline = Pause.now() + Self.patience
        var seen = Pause.now()
        var said = ""
        while let trace = DrillLeftovers(mesh).trace, Pause.now() < deadline {
            do {
                guard try attempt(trace, console) else { return }
            } catch {
                let words = "not yet: \(error)"
                if words != said { console.message(words) }
                said = words
            }
            // Without a mesh there is nothing to take back: what a drill has left of it stays noted.
            guard mesh.exists, mesh.isAlive else { return }
            if mesh.controlHolder != nil { seen = Pause.now() }
            guard Pause.now() - seen < DrillMesh.patience else {
                return console.message("no control plane has come for a minute: the next drill takes back what is left")
            }
            Pause.sleep(.seconds(1))
        }
    }

    /// A game day that was killed with its drill, or between two, has its report too.
    private func keepGameDay(_ console: Console) {
        guard GameDayLeftovers(mesh).isThere, DrillLeftovers(mesh).trace == nil,
            let sign = try? FileLock(path: Self.lockPath(mesh))
        else { return }
        defer { sign.release() }
        guard let own = try? FileLock(path: mesh.drillLockPath) else { return }
        defer { own.release() }
        GameDayLeftovers(mesh).keep(console)
    }

    /// Takes back once what there is.
    ///
    /// - Returns: false where somebody else does.
    private func attempt(_ trace: DrillTrace, _ console: Console) throws -> Bool {
        // Whoever runs the next drill does it too.
        guard let sign = try? FileLock(path: Self.lockPath(mesh)) else { return false }
        defer { sign.release() }
        guard let own = try? FileLock(path: mesh.drillLockPath) else { return false }
        defer { own.release() }
        if trace.marks.isControlLost == true, mesh.isAlive { try startControl() }
        try DrillLeftovers(mesh).takeBack(console)
        return true
    }

    /// The drill has ended the control plane, and nobody else would start another.
    private func startControl() throws {
        guard mesh.controlHolder == nil else { return }
        let settings = ControlSettings(directory: mesh, topology: try mesh.model())
        do { _ = try DetachedControl.start(settings) } catch { throw CommandFailure(error, mesh: mesh.name) }
    }
}

struct DrillRecoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover", abstract: "Wait for the end of the drill under way, and take back what it leaves.",
        discussion: "  cellmesh drill recover --data ~/.cellmesh/three-regions", shouldDisplay: false)

    @Option(help: ArgumentHelp("The mesh's data directory.", valueName: "directory"))
    var data: String

    @OptionGroup var output: OutputOptions

    func run() throws { try DrillGuard(mesh: DataDirectory(path: data)).watch(output.console) }
}
