import ArgumentParser
import ControlPlane
import Reports

struct RemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove a mesh that is stopped, with all its records.",
        discussion: """
            Takes the whole data directory away: model, journal, secrets, stores and logs. There is no way back, so the \
            name is given twice.

              cellmesh rm demo --confirm demo
            """)

    @Argument(help: "The mesh.")
    var name: String

    @Option(help: ArgumentHelp("The name again.", valueName: "name"))
    var confirm: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let mesh: DataDirectory
        do {
            mesh = try MeshHome.current().resolve(name, needsControl: false, checksVersion: false)
        } catch {
            throw CommandFailure(error)
        }
        guard !mesh.isAlive else {
            throw CommandFailure("mesh '\(name)' runs; nothing was removed", next: "cellmesh down --mesh \(name)")
        }
        guard confirm == name else {
            throw CommandFailure(
                .declined, "removing mesh '\(name)' destroys all its records; nothing was removed",
                next: "cellmesh rm \(name) --confirm \(name)")
        }
        do {
            try mesh.remove()
        } catch {
            throw CommandFailure(error)
        }
        output.console.show(
            Report(RemovalReport(mesh: name, removed: mesh.path), names: ["mesh/\(name)"]) { _ in
                "mesh \(name) removed\n"
            })
    }
}
