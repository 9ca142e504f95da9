import ArgumentParser
import Blueprints
import ControlPlane
import MeshBase
import Topology

struct PoliciesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policies", abstract: "Look at the policies that are in force.",
        subcommands: [PoliciesListCommand.self])
}

struct PoliciesListCommand: WatchingCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the policies of each gate, their values, and where each came from.",
        discussion: """
            Of cells with one blueprint the first stands for all; --cell and --gate name others. A value comes from the \
            call, the service, the blueprint, the topology or the profile, the narrowest first; a preset and a default that \
            gave way to what stands beside it are told as such. Works without the mesh running.

              cellmesh policies ls
              cellmesh policies ls --gate edge/checkout/payment
              cellmesh policies ls --cell eu-west-1 -o json
            """)

    @Option(help: ArgumentHelp("The gates before and in this cell.", valueName: "cell"))
    var cell: String?

    @Option(help: ArgumentHelp("These gates, as NODE/FROM/TO or edge/FROM/TO.", valueName: "gate"))
    var gate: String?

    @OptionGroup var watch: WatchOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.known()
        let topology = try StoredMesh(directory).topology
        let finder = GateFinder(topology)
        if let cell { try finder.check(cell: cell) }
        let names = try gate.map { try finder.gates([$0]) }
        let gates = PoliciesView.gates(topology, cell: cell, named: names)
        try watch.show(output.console) {
            PoliciesView.list(
                gates, topology, try StoredSettings.read(directory), amplification: Amplification(directory))
        }
        output.console.next("cellmesh breaker ls")
    }
}
