import ArgumentParser
import Reports

struct FaultListCommand: WatchingCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the faults on the wire and on services.",
        discussion: "  cellmesh fault ls -o json")

    @OptionGroup var watch: WatchOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.running()
        var hasFaults = false
        try watch.show(output.console) {
            let answer: FaultsReport = try APIClient(directory).get("/v1/faults")
            hasFaults = !answer.faults.isEmpty
            return FaultsView.list(answer)
        }
        if hasFaults { output.console.next("cellmesh heal") }
    }
}
