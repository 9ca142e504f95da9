import ArgumentParser
import Blueprints
import ControlPlane
import MeshBase
import Reports

struct StatusCommand: WatchingCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell how a mesh is.",
        discussion: """
            With --wait, waits until the mesh is in the state of --until, by all that is told of it, the first line \
            included, and exits with 3 when it is not within that time. Where the control plane is down, what still runs is found through the data directory.

              cellmesh status
              cellmesh status --wait 10s
              cellmesh status --wait 10s --until degraded -o json
              cellmesh status --watch
            """)

    @Option(help: ArgumentHelp("Wait so long for the state of --until.", valueName: "duration"))
    var wait: DurationArgument?

    @Option(help: ArgumentHelp("The state to wait for.", valueName: "state"))
    var until = "serving"

    @OptionGroup var watch: WatchOptions

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
        if watch.isOn {
            var isKnown = false
            return try watch.show(console) { try Self.look(directory, &isKnown) }
        }
        guard directory.controlHolder != nil else { return try showWithoutControl(directory, console) }
        let api = try Waiting.forControl(directory, wait?.amount ?? .seconds(1))
        var status = try MeshStatus(api)
        if let wait {
            let deadline = Pause.now() + wait.amount
            while !status.isIn(until), Pause.now() < deadline {
                Pause.sleep(.milliseconds(100))
                status = try MeshStatus(api)
            }
        }
        console.show(StatusView.make(status.report))
        guard wait == nil || status.isIn(until) else {
            let why = (status.report.headline?.why.first).map { " (\($0))" } ?? ""
            throw CommandFailure(
                .unhealthy, "mesh '\(directory.name)' is \(status.word), not \(until)\(why)",
                next: (until == "serving" ? status.remedy : nil) ?? "cellmesh events --since 1m")
        }
        if let notice = DrillLeftovers(directory).notice { console.message("warning: " + notice.text) }
        if let remedy = status.remedy {
            console.next(remedy)
        } else if wait == nil {
            console.next("cellmesh load run --rate 200 --duration 10s")
        }
    }

    func validate() throws {
        if watch.isOn, wait != nil { throw ValidationError("--watch goes on, --wait ends: choose one of them") }
    }

    /// By the control plane; before it has said anything by what still runs.
    private static func look(_ directory: DataDirectory, _ isKnown: inout Bool) throws -> Report {
        if directory.controlHolder != nil {
            let status = try MeshStatus(Waiting.forControl(directory, .seconds(1)))
            isKnown = true
            return StatusView.make(status.report)
        }
        guard directory.isAlive else { throw stopped(directory) }
        // Less is known without it: what it said last is more.
        if isKnown { throw CommandFailure.withoutControl(directory) }
        return StatusView.make(try OrphanedStatus.report(directory))
    }

    private static func stopped(_ directory: DataDirectory) -> CommandFailure {
        CommandFailure(
            .noSuchMesh, "mesh '\(directory.name)' does not run", next: "cellmesh up --mesh \(directory.name) --detach")
    }

    private func showWithoutControl(_ directory: DataDirectory, _ console: Console) throws {
        guard directory.isAlive else { throw Self.stopped(directory) }
        console.show(StatusView.make(try OrphanedStatus.report(directory)))
        throw CommandFailure.withoutControl(directory)
    }
}
