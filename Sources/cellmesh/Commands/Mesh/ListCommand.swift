import ArgumentParser
import ControlPlane
import Reports
import Telemetry

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the meshes of this home, running or not.",
        discussion: """
            A mesh is 'running', 'orphaned' (its cells run without their control plane), 'stopped', or 'untrusted' \
            (others may write into its directory).

              cellmesh ls
              cellmesh ls -o json
            """)

    @OptionGroup var output: OutputOptions

    func run() throws {
        let meshes = try MeshOptions.home().meshes().map { mesh in (mesh: mesh, state: Self.state(of: mesh)) }
        let document = MeshesReport(
            meshes.map { MeshesReport.Row(mesh: $0.mesh.name, state: $0.state, dataDirectory: $0.mesh.path) })
        output.console.show(
            Report(document, names: meshes.map { "mesh/\($0.mesh.name)" }) { style in
                guard !meshes.isEmpty else { return "there is no mesh\n" }
                var table = style.table([.init("MESH"), .init("STATE"), .init("DIRECTORY")])
                for entry in meshes {
                    table.add([
                        .init(entry.mesh.name), .init(entry.state, entry.state == "running" ? .green : .plain),
                        .init(entry.mesh.path),
                    ])
                }
                return table.render()
            })
        if meshes.isEmpty { output.console.next("cellmesh up --detach") }
    }

    private static func state(of mesh: DataDirectory) -> String {
        guard (try? mesh.checkTrust()) != nil else { return "untrusted" }
        if mesh.controlHolder != nil { return "running" }
        return mesh.hasProcesses ? "orphaned" : "stopped"
    }
}
