import ArgumentParser
import ControlPlane
import Exports
import Foundation
import MeshBase
import Reports

struct ExportComposeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compose", abstract: "Write a mesh as a Compose file.",
        discussion: """
            A container for each region, for each router, and for a control plane that watches. The topology is read from \
            where it lies.

              cellmesh export compose mesh.yaml --output docker-compose.yml
              (umask 027 && openssl rand -hex 32 > mesh.secret) && export CELLMESH_GID=$(id -g)
              docker-compose up --detach
              cellmesh export compose mesh.yaml --agents --output one-control-plane.yml
            """)

    @Argument(help: "The topology.", completion: .file())
    var topology: String

    @Option(help: ArgumentHelp("The file to write.", valueName: "file"), completion: .file())
    var output: String

    @Option(help: ArgumentHelp("The image of every container; cellmesh where left out.", valueName: "name"))
    var image: String?

    @Flag(
        help: "Regions obey one control plane, which runs the routers: kills, drills and evacuations over all of them.")
    var agents = false

    @Flag(help: "Put it in the place of a file that is there.")
    var force = false

    @OptionGroup var reporting: ExportReporting

    func run() throws {
        let console = reporting.console
        guard topology != "-" else {
            throw CommandFailure(.usage, "containers read the topology from its file: name one")
        }
        let exported = try ExportTopology(topology, console: console)
        let file = URL(fileURLWithPath: output).standardized
        let folder = file.deletingLastPathComponent().path
        let export = ComposeExport(
            exported.source,
            ComposeExport.Settings(
                image: image ?? "cellmesh", isOwnImage: image != nil, paths: exported.paths(from: folder),
                hasAgents: agents))
        try exported.refuse(export.faults)
        guard force || !SystemFile.exists(file.path) else {
            throw CommandFailure(
                "\(file.path) is there already; nothing was written", hint: "--force puts the new one in its place")
        }
        do {
            try SystemFile.makeDirectory(folder, mode: 0o755)
            try SystemFile.replace(file.path, with: Array(export.text.utf8), mode: 0o644)
        } catch { throw CommandFailure("\(error); nothing was written") }
        console.show(
            ExportedFilesView.make(ExportedFilesReport(directory: folder, files: [file.lastPathComponent])))
        console.message("docker-compose --file \(ShellWord.quoted(output)) up --detach")
    }
}
