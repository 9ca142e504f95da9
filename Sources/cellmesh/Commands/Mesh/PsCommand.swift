import ArgumentParser

struct PsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps", abstract: "List the processes of a mesh and what they use.",
        discussion: "  cellmesh ps -o wide")

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let api = try APIClient(mesh.running())
        output.console.show(ProcessesView.make(try api.get("/v1/processes")))
    }
}
