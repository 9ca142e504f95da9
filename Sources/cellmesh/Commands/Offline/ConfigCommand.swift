import ArgumentParser
import Blueprints
import Reports
import Topology

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Look at a configuration.", subcommands: [ConfigShowCommand.self])
}

struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print a topology with every default filled in.",
        discussion: """
            Prints one YAML file with the blueprints inside; reading it again gives the same mesh. With --mesh, the \
            configuration with which that mesh was started. -o json prints the model as programs hold it.

              cellmesh config show topology/flagship.yaml
              cellmesh config show --mesh three-regions
            """)

    @Argument(help: "A topology; what 'up' would start where none is named.", completion: .file())
    var file: String?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    private struct Document: Encodable {
        let schema = ReportJSON.schema
        var topology: MeshTopology
    }

    func run() throws {
        let console = output.console
        if file != nil, mesh.name != nil {
            throw CommandFailure(.usage, "name a file or a mesh, not both")
        }
        let topology =
            mesh.name == nil
            ? try TopologyFile.topology(file, console: console) : try StoredMesh(try mesh.known()).topology
        let names = topology.cells.map { "cell/\($0.name)" } + topology.routers.map { "router/\($0.name)" }
        let report = Report(Document(topology: topology), order: .byName, names: names) { _ in
            ConfigurationRenderer.yaml(topology)
        }
        // The configuration is YAML by nature.
        if console.format == .yaml { console.data(ConfigurationRenderer.yaml(topology)) } else { console.show(report) }
    }
}
