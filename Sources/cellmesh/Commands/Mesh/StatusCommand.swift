import ArgumentParser
import Blueprints
import ControlPlane
import MeshBase
import Reports

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell how a mesh is.",
        discussion: """
            With --wait, waits until the mesh is in the state of --until, and exits with 3 when it is not within that \
            time. Where the control plane is down, what still runs is found through the data directory.

              cellmesh status
              cellmesh status --wait 10s
              cellmesh status --wait 10s --until degraded -o json
            """)

    @Option(help: ArgumentHelp("Wait so long for the state of --until.", valueName: "duration"))
    var wait: DurationArgument?

    @Option(help: ArgumentHelp("The state to wait for.", valueName: "state"))
    var until = "serving"

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        guard StatusReport.states.contains(until) else {
            throw CommandFailure(
                .usage, "no mesh is ever '\(until)'",
                hint: NearestWord.hint(for: until, among: StatusReport.states, listing: "states are"))
        }
        let directory = try mesh.known()
        guard directory.controlHolder != nil else { return try showWithoutControl(directory, console) }
        let api = try Waiting.forControl(directory, wait?.amount ?? .seconds(1))
        var status = try MeshStatus(api)
        if let wait {
            let deadline = Pause.now() + wait.amount
            while status.state != until, Pause.now() < deadline {
                Pause.sleep(.milliseconds(100))
                status = try MeshStatus(api)
            }
        }
        console.show(StatusView.make(status.report))
        guard wait == nil || status.state == until else {
            throw CommandFailure(
                .unhealthy, "mesh '\(directory.name)' is \(status.state), not \(until)",
                next: (until == "serving" ? status.remedy : nil) ?? "cellmesh events --since 1m")
        }
        if let notice = DrillLeftovers(directory).notice { console.message("warning: " + notice.text) }
        if let remedy = status.remedy {
            console.next(remedy)
        } else if wait == nil {
            console.next("cellmesh load run --rate 200 --duration 10s")
        }
    }

    private func showWithoutControl(_ directory: DataDirectory, _ console: Console) throws {
        guard directory.isAlive else {
            throw CommandFailure(
                .noSuchMesh, "mesh '\(directory.name)' does not run",
                next: "cellmesh up --mesh \(directory.name) --detach")
        }
        console.show(StatusView.make(try OrphanedStatus.report(directory)))
        throw CommandFailure(
            .unhealthy,
            "the control plane of mesh '\(directory.name)' does not run; its cells and routers go on without it",
            hint: "'up' adopts what still runs", next: "cellmesh up --mesh \(directory.name) --detach")
    }
}
