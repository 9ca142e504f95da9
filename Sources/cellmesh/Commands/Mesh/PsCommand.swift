import ArgumentParser

struct PsCommand: WatchingCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps", abstract: "List the processes of a mesh and what they use.",
        discussion: """
              cellmesh ps -o wide
              cellmesh ps --watch=5s
            """)

    @OptionGroup var watch: WatchOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.running()
        try watch.show(output.console) { ProcessesView.make(try APIClient(directory).get("/v1/processes")) }
    }
}
