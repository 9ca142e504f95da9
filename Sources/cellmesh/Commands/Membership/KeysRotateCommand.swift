import ArgumentParser
import ControlPlane
import MeshBase
import UVDriver
import Wire

struct KeysRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Replace the key that seals the gossip of a mesh, while it runs.",
        discussion: """
            A new key is given to all processes; when each has it, it becomes the primary one; when each seals with it, \
            the others are removed. No packet is lost by it. A process that does not follow in time, being paused for \
            one, stops the rotation where it is: all keys of the file stay valid, and the command, given again, goes on.

              cellmesh membership keys rotate
              cellmesh membership keys rotate --wait-timeout 1m
            """)

    @Option(help: ArgumentHelp("How long to wait for the processes at each step.", valueName: "duration"))
    var waitTimeout = DurationArgument(.seconds(20))

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let directory = try mesh.known()
        let keys = MeshKeys(directory)
        let lock: FileLock
        do throws(UVError) { lock = try FileLock(path: directory.path + "/keys.lock") } catch {
            throw CommandFailure("another rotation is under way, or \(directory.path) cannot be written: \(error)")
        }
        defer { lock.release() }
        var file = try keys.read()
        let former = file.keys.map(\.id).sorted()
        let began = Pause.now()
        var steps = MeshKeys.steps(from: file) { SecretText.randomBytes(GossipSeal.keyLength) }
        while !steps.isEmpty {
            file = steps.removeFirst()
            try keys.write(file)
            try follow(file, directory, console)
        }
        let gone = former.filter { $0 != file.primary }.map(String.init).joined(separator: ", ")
        console.message("key \(file.primary) is the only one now; removed: \(gone)")
        console.show(KeysView.make(file, KeyUse.ask(directory), took: Pause.now() - began))
    }

    /// Waits until each process that runs uses these keys.
    private func follow(_ file: GossipKeyFile, _ mesh: DataDirectory, _ console: Console) throws {
        let deadline = Pause.now() + waitTimeout.amount
        while true {
            let late = KeyUse.ask(mesh).filter { !$0.follows(file) }
            if late.isEmpty { return }
            guard Pause.now() < deadline else {
                throw CommandFailure(
                    .unhealthy,
                    "not in time: \(late.prefix(8).map(\.name).joined(separator: ", ")); every key of the file stays valid",
                    next: "cellmesh membership keys rotate")
            }
            Pause.sleep(.milliseconds(100))
        }
    }
}
