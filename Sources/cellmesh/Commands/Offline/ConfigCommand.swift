import ArgumentParser
import Blueprints
import ControlPlane
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
            Prints one YAML file with the blueprints inside; reading it again gives the same mesh. Without a file, the \
            configuration of --mesh or of the only mesh that runs; where none runs, what 'up' would start. -o json prints the model as programs hold it.

              cellmesh config show topology/flagship.yaml
              cellmesh config show --mesh three-regions
            """)

    @Argument(help: "A topology; where none is named, see above.", completion: .file())
    var file: String?

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    private struct Document: Encodable {
        let schema = ReportJSON.schema
        var topology: MeshTopology
    }

    /// The only mesh that runs; nil where none does.
    private func running() throws -> DataDirectory? {
        do {
            let mesh = try MeshHome.current().resolve(nil, needsControl: false)
            return mesh.isAlive ? mesh : nil
        } catch DataDirectoryError.several(let names, true) {
            throw CommandFailure(.several(names, running: true))
        } catch {
            return nil
        }
    }

    func run() throws {
        let console = output.console
        if file != nil, mesh.name != nil {
            throw CommandFailure(.usage, "name a file or a mesh, not both")
        }
        let known = file != nil ? nil : mesh.name == nil ? try running() : try mesh.known()
        let topology =
            try known.map { try StoredMesh($0).topology } ?? TopologyFile.topology(file, console: console)
        let names = topology.cells.map { "cell/\($0.name)" } + topology.routers.map { "router/\($0.name)" }
        let report = Report(Document(topology: topology), order: .byName, names: names) { _ in
            ConfigurationRenderer.yaml(topology)
        }
        // The configuration is YAML by nature.
        if console.format == .yaml {
            console.document(ConfigurationRenderer.yaml(topology))
        } else {
            console.show(report)
        }
    }
}
