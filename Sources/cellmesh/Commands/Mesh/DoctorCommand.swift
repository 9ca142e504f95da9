import ArgumentParser
import ControlPlane

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look for what meshes have left behind.",
        discussion: """
            Examines every mesh of CELLMESH_HOME, or the one of --mesh: processes without a control plane, control \
            planes that do not answer, damaged files. Changes nothing without --reap, which ends leftovers and \
            removes stale files. Exits with 3 where something is wrong.

              cellmesh doctor
              cellmesh doctor --reap
            """)

    @Flag(help: "End leftover processes and remove stale files.")
    var reap = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let meshes = mesh.name == nil ? try MeshOptions.home().meshes() : [try mesh.anyKnown()]
        let reports = meshes.map { reap ? Doctor($0).reap() : Doctor($0).examine() }
        let machine = try MachineCheck.findings(MeshOptions.home())
        console.show(DoctorView.make(reports, machine: machine))
        guard machine.isEmpty, reports.allSatisfy(\.isHealthy) else {
            let reapable = reports.filter(\.isReapable)
            let only = reports.count > 1 && reapable.count == 1 ? " --mesh \(reapable[0].mesh)" : ""
            // What runs may serve: it is taken over before it is ended.
            let serving = reapable.first {
                $0.findings.allSatisfy { $0.code == "stale-control-file" } && !$0.leftovers.isEmpty
            }
            throw CommandFailure(
                .unhealthy, "something is wrong",
                hint: serving.map { "'cellmesh down --mesh \($0.mesh)' ends what still runs, 'up' takes it over" },
                next: reapable.isEmpty || reap
                    ? nil : serving.map { "cellmesh up --mesh \($0.mesh) --detach" } ?? "cellmesh doctor --reap" + only)
        }
    }
}
