import Alerts
import ArgumentParser
import ControlPlane
import Foundation
import Reports

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write what other tools need to run a mesh, or to watch it.",
        subcommands: [
            ExportKubernetesCommand.self, ExportComposeCommand.self, ExportPrometheusCommand.self,
            ExportGrafanaCommand.self,
        ])
}

struct ExportPrometheusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prometheus", abstract: "Write a configuration, rules and tests of the rules for Prometheus.",
        discussion: """
            The rules are those that 'cellmesh alerts' goes by. Processes are found through targets.json of the mesh's \
            data directory, which follows them as they start.

              cellmesh export prometheus watch
              prometheus --config.file watch/prometheus.yml --web.listen-address 127.0.0.1:9090
              promtool test rules watch/tests/*.yml
            """)

    @Argument(help: ArgumentHelp("The directory; it is made where it is missing.", valueName: "dir"))
    var directory: String

    @Option(
        help: ArgumentHelp("Divide the windows of burn rates by this, for rehearsals: 1 to 10000.", valueName: "number")
    )
    var scale: Double = 1

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard scale >= 1, scale <= 10_000 else { throw ValidationError("--scale is 1 to 10000") }
    }

    func run() throws {
        let known = try mesh.known()
        let model = try StoredMesh(known)
        let export = PrometheusExport(
            mesh: known.name, targets: known.targetsPath,
            objective: AlertObjective(declared: model.topology.strictestErrorRate), scale: scale)
        let folder = try ExportFolder(directory)
        output.console.show(ExportedFilesView.make(try folder.write(export.files)))
        output.console.message("prometheus --config.file \(folder.path)/prometheus.yml")
    }
}

struct ExportGrafanaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grafana", abstract: "Write four dashboards for Grafana, and what makes it load them.",
        discussion: """
            They ask the metrics that 'cellmesh export prometheus' has Prometheus gather: mesh, cells, customers and \
            faults, evacuations. Faults are annotations.

              cellmesh export grafana watch
              GF_PATHS_PROVISIONING=$PWD/watch/provisioning grafana server
            """)

    @Argument(help: ArgumentHelp("The directory; it is made where it is missing.", valueName: "dir"))
    var directory: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let folder = try ExportFolder(directory)
        output.console.show(ExportedFilesView.make(try folder.write(GrafanaExport.files(in: folder.path))))
    }
}
