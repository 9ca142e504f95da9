import ArgumentParser
import Blueprints
import ControlPlane
import Drills
import MeshBase
import Reports
import Telemetry

struct DrillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill", abstract: "Rehearse a failure under load, and say whether the mesh kept its promises.",
        subcommands: [
            DrillRunCommand.self, DrillListCommand.self, DrillShowCommand.self, DrillScoreCommand.self,
            DrillExportCommand.self, DrillImportCommand.self, DrillStopCommand.self,
            DrillRecoverCommand.self,
        ])
}

struct DrillRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a drill, or a scenario file, on the mesh that is up.",
        discussion: """
              cellmesh drill run kill-cell
              cellmesh drill run scenarios/storefront.yaml
              cellmesh drill run evacuation us-east --rate 500 --hold 30s

            Drills are \(BuiltInScenarios.names.joined(separator: ", ")); 'cellmesh drill ls' says how each ended last. Two of them take \
            more than others, as below. All drills and files take what 'cellmesh drill run scenario --help' explains:

              cellmesh drill run \(DrillScenarioCommand.usage)
            """,
        subcommands: [DrillEvacuationCommand.self, DrillPartitionCommand.self, DrillScenarioCommand.self],
        defaultSubcommand: DrillScenarioCommand.self)
}

struct DrillListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the drills, and how each ended last.",
        discussion: """
            A drill that was run before the topology or a blueprint has changed is expired. Works without the control plane too.

              cellmesh drill ls
              cellmesh drill ls -o json
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.known()
        let report = DrillCatalogue.report(of: directory, now: WallClock.now())
        output.console.show(DrillView.list(report))
        if let notice = DrillLeftovers(directory).notice {
            output.console.message("warning: " + notice.text)
            return output.console.next(notice.next)
        }
        if let running = directory.runningDrill {
            output.console.message("drill \(running.name) runs: \(running.step)")
            return output.console.next("cellmesh drill stop")
        }
        output.console.next(
            !report.reports.isEmpty
                ? "cellmesh drill show last"
                : directory.controlHolder == nil
                    ? "cellmesh up --mesh \(directory.name) --detach" : "cellmesh drill run evacuation")
    }
}

struct DrillScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Say how much of what can be rehearsed has been, and has passed.",
        discussion: """
            The mean over the drills that this mesh can run: 100 for one that has passed, 75 where the topology or a blueprint has \
            changed since, 50 for an inconclusive one, 0 for one that has failed or was never run. A run that was interrupted, or \
            for which the mesh was not well before, says nothing: the one before it counts. Works without the control plane too.

              cellmesh drill score
              cellmesh drill score -o json
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.known()
        let report = DrillScoreReport(
            mesh: directory.name, DrillCatalogue.report(of: directory, now: WallClock.now()))
        output.console.show(DrillView.score(report))
        let open = report.drills.filter { $0.standing != .passed }.min { $0.points < $1.points }
        output.console.next(open.map { "cellmesh drill run \($0.name)" } ?? "cellmesh gameday history")
    }
}

struct DrillShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the report of a drill that has been run.",
        discussion: """
            Of the last run of a drill, of one run by its id, or of whichever was run last.

              cellmesh drill show evacuation
              cellmesh drill show last -o json
              cellmesh drill show kill-cell --file > mine.yaml
            """)

    @Argument(help: "A drill, the id of a report, or 'last'.")
    var name: String = "last"

    @Flag(help: "Print the drill itself, as a scenario file, and not its report.")
    var file = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        if file { return try showFile() }
        let directory = try mesh.known()
        let shelf = DrillShelf(directory)
        guard let id = ReportShelf.find(BuiltInScenarios.canonical(name), among: shelf.ids) else {
            let isDrill = name == "last" || BuiltInScenarios.words.contains(name)
            throw CommandFailure(
                .usage,
                isDrill
                    ? "no report of \(name == "last" ? "any drill" : "the drill '\(name)'") is kept of mesh '\(directory.name)'"
                    : "there is no drill and no report '\(name.prefix(100))'",
                hint: isDrill
                    ? nil : NearestWord.hint(for: name, among: BuiltInScenarios.words, listing: "drills are"),
                next: isDrill
                    ? "cellmesh drill run \(name == "last" ? "evacuation" : name)" : "cellmesh drill ls")
        }
        guard let report = shelf.report(id) else {
            throw CommandFailure("the report '\(id)' cannot be read", next: "cellmesh drill ls")
        }
        output.console.show(DrillView.report(report))
    }

    private func showFile() throws {
        guard let text = BuiltInScenarios.text(of: name) else {
            throw CommandFailure(
                .usage, "'\(name.prefix(100))' is no drill that is a file",
                hint: NearestWord.hint(for: name, among: BuiltInScenarios.words, listing: "drills are"))
        }
        output.console.document(text)
    }
}
