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
        let leftovers = DrillLeftovers(mesh)
        let deadline = Pause.now() + Self.patience
        while let trace = leftovers.trace, Pause.now() < deadline {
            // Whoever runs the next drill does it too.
            guard let sign = try? FileLock(path: Self.lockPath(mesh)), let own = try? FileLock(path: lock) else {
                return
            }
            defer {
                own.release()
                sign.release()
            }
            do {
                if trace.marks.isControlLost == true { try startControl() }
                try leftovers.takeBack(console)
            } catch {
                console.message("not yet: \(error)")
                // Without a mesh there is nothing to take back.
                guard mesh.exists else { return }
                Pause.sleep(.seconds(1))
            }
        }
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
