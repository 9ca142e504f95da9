import ArgumentParser
import Reports

struct FaultListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the faults on the wire and on services.",
        discussion: "  cellmesh fault ls -o json")

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let answer: FaultsReport = try APIClient(mesh.running()).get("/v1/faults")
        output.console.show(FaultsView.list(answer))
        if !answer.faults.isEmpty { output.console.next("cellmesh heal") }
    }
}
