import ArgumentParser
import Blueprints
import ControlPlane
import MeshBase
import Reports
import Scenarios
import Topology

struct RolloutCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Give cells another blueprint, cell by cell, watched, and take it back where it does harm.",
        discussion: """
              cellmesh rollout cells/storefront-new.yaml
              cellmesh rollout status
              cellmesh rollout abort
            """,
        subcommands: [RolloutRunCommand.self, RolloutStatusCommand.self, RolloutAbortCommand.self],
        defaultSubcommand: RolloutRunCommand.self)
}

struct RolloutRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Roll a blueprint out, in stages, under load.",
        discussion: """
            First the cells are watched as they are. Then each stage restarts its cells beside themselves, without losing a request, \
            and is watched: what routers saw of changed cells is held against the others of their regions over the same time. Success \
            rate (0.95 or more), p99 (1.1 times at most), error rate (1.2 times at most) and what is done for each customer (0.95 \
            times or more) fail where the interval leaves the bound out; where it does not say either, the stage is watched up to \
            four times as long. A gate that fails, a cell that does not start, Ctrl-C and 'rollout abort' take all of it back.

            Exit codes: 0 completed, 5 rolled back, 2 refused and nothing changed, 3 not ended in --wait-timeout, 130 rolled back \
            after Ctrl-C.

              cellmesh rollout cells/storefront-new.yaml
              cellmesh rollout new.yaml --blueprint storefront --stages 25,100 --watch 5s
              cellmesh rollout new.yaml --cells us-east-1 --undecided go-on --report rollout.json -o json
            """)

    @Argument(help: "The blueprint.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Option(
        help: ArgumentHelp("Which blueprint it replaces; the one of its own name where left out.", valueName: "name"))
    var blueprint: String?

    @Option(
        help: ArgumentHelp(
            "The cells, by commas; all that have the blueprint where left out.", valueName: "cell,..."))
    var cells: String?

    @Option(
        help: ArgumentHelp("Percent of the cells that are changed after each stage.", valueName: "percent,...,100"))
    var stages = StageList(RolloutPlan.usualStages)

    @Option(
        help: ArgumentHelp(
            "How long the cells are watched before, and the first stage; the n-th is watched n times as long.",
            valueName: "duration"))
    var watch = DurationArgument(RolloutPlan.usualWatch)

    @Option(help: ArgumentHelp("Between two stages.", valueName: "duration"))
    var wait = DurationArgument(RolloutPlan.usualWait)

    @Option(
        help: ArgumentHelp("What becomes of a stage that is left undecided: rollback or go-on.", valueName: "what"))
    var undecided: RolloutOrder.Undecided = .rollback

    @Option(help: ArgumentHelp("Write the report into a file as well, as JSON.", valueName: "file"))
    var report: String?

    @Flag(help: "Only check the blueprint, and say whether it would be begun.")
    var dryRun = false

    @Flag(help: "Do not follow it: return as soon as it has begun.")
    var detach = false

    @Option(help: ArgumentHelp("How long to follow it; it goes on afterwards.", valueName: "duration"))
    var waitTimeout = DurationArgument(.minutes(60))

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let directory = try mesh.running()
        var order = try order(directory, console)
        order.blueprint = blueprint
        order.cells = cells.map { $0.split(separator: ",").map(String.init) }
        order.stages = stages.percents
        order.watchMilliseconds = watch.milliseconds
        order.waitMilliseconds = wait.milliseconds
        order.undecided = undecided
        order.isDryRun = dryRun ? true : nil
        let api = try Waiting.forControl(directory, .seconds(1))
        // What is asked for may have begun before the answer is here.
        if !dryRun { Interruption.note() }
        let begun = try CommandFailure.advising("cellmesh rollout status") {
            try api.post(
                "/v1/rollout", order, as: RolloutReport.self, timeout: .seconds(30), conflict: .declined)
        }
        guard !dryRun, !detach else {
            console.show(RolloutView.report(begun))
            return console.next(dryRun ? "cellmesh rollout \(file)" : "cellmesh rollout status --watch")
        }
        try RolloutRun(directory, console, limit: waitTimeout.amount, file: report).follow(begun)
    }

    /// The blueprint, checked against the mesh as far as its files say, so that what is wrong is shown where it stands.
    private func order(_ directory: DataDirectory, _ console: Console) throws -> RolloutOrder {
        let text: String
        switch TextFile.read(file) {
        case .success(let content): text = content
        case .failure(let failure): throw CommandFailure("\(file): \(failure.message)")
        }
        let name = file == "-" ? "<stdin>" : file
        let blueprints: [Blueprint]
        do { blueprints = try directory.model().foundingBlueprints } catch {
            throw CommandFailure(error)
        }
        let read = MeshFiles.load(replacement: text, named: name, of: blueprints, replacing: blueprint)
        guard read.blueprint != nil else { throw TopologyFile.refusal(of: read, file, console: console) }
        TopologyFile.warn(read, of: file, console: console)
        return RolloutOrder(yaml: text, source: name)
    }
}

struct RolloutStatusCommand: WatchingCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell how far the rollout is, or how the last one ended.",
        discussion: """
            With --watch, goes on until it has ended.

              cellmesh rollout status
              cellmesh rollout status --watch
            """)

    @OptionGroup var watch: WatchOptions
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let directory = try mesh.running()
        var isUnderWay = true
        try watch.show(console, until: { _ in !isUnderWay }) {
            let report: RolloutReport = try Waiting.forControl(directory, .seconds(5)).get("/v1/rollout")
            isUnderWay = !report.state.isFinal
            return RolloutView.report(report)
        }
        console.next(isUnderWay ? "cellmesh rollout status --watch" : "cellmesh status")
    }
}

struct RolloutAbortCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort", abstract: "Take the rollout under way back.",
        discussion: """
            Changed cells get the blueprint that they had, the last one first, each beside itself. A cell that is just being changed \
            is waited for.

              cellmesh rollout abort
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let api = try Waiting.forControl(mesh.running(), .seconds(1))
        let report = try api.post("/v1/rollout/abort", EmptyBody(), as: RolloutReport.self)
        output.console.show(RolloutView.report(report))
        output.console.next("cellmesh rollout status --watch")
    }
}

/// By its word.
extension RolloutOrder.Undecided: ExpressibleByArgument {}
