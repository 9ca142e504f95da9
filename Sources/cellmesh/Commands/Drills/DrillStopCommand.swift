import ArgumentParser
import ControlPlane
import MeshBase
import Reports
import UVDriver

struct DrillStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "End the drill, or the game day, that runs.",
        discussion: """
            It takes back what it has in force, reads nothing back, keeps its report as interrupted and ends with 130. Waits \
            until it has ended. Works without the control plane too.

              cellmesh drill stop
            """)

    @Option(help: ArgumentHelp("How long to wait until it has taken everything back.", valueName: "duration"))
    var waitTimeout = DurationArgument(.minutes(3))

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let directory = try mesh.known()
        guard let drill = directory.endDrill(by: "'cellmesh drill stop'") else {
            throw CommandFailure("no drill runs on mesh '\(directory.name)'", next: "cellmesh drill ls")
        }
        let begun = Pause.now()
        while drill.process.isRunning {
            guard Pause.now() - begun < waitTimeout.amount else {
                throw CommandFailure(
                    .unhealthy, "the drill '\(drill.name)' (process \(drill.process.pid)) is still taking back",
                    next: "cellmesh status")
            }
            Pause.sleep(.milliseconds(50))
        }
        let report = DrillStopReport(
            drill: drill.name, step: drill.step, pid: drill.process.pid,
            milliseconds: (Pause.now() - begun).milliseconds)
        console.show(
            Report(report, names: ["drill/\(drill.name)"]) { _ in
                "stopped the drill \(drill.name) in its step \(drill.step)\n"
            })
        console.next("cellmesh drill show last")
    }
}
