import ArgumentParser
import ControlPlane

struct KeysListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "Tell the numbers of the gossip keys and who uses which.",
        discussion: """
            The primary key seals, every key opens. Keys are named by numbers; what they are is never printed. A running \
            process that has not taken the file's keys is listed.

              cellmesh membership keys ls
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.known()
        let keys = MeshKeys(directory)
        let file = try keys.read()
        output.console.show(KeysView.make(file, KeyUse.ask(directory)))
    }
}
