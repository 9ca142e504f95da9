import ArgumentParser
import Blueprints
import ControlPlane
import MeshBase
import Reports
import Scenarios
import Telemetry

struct GameDayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gameday", abstract: "Run several drills as one, by hand or each week, and compare the weeks.",
        subcommands: [GameDayRunCommand.self, GameDayScheduleCommand.self, GameDayHistoryCommand.self])
}

struct GameDayRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the drills of a file, one after the other, with one report.",
        discussion: """
            Announces it, runs each drill as 'drill run' does, waits between them, and keeps a report with what each has found. \
            A drill that errs has failed. Ctrl-C, 'drill stop' and 'halt' take back the drill under way and end the game day.

            Exit codes: 0 all passed, 2 refused and nothing changed, 3 some are inconclusive, 5 one failed, 130 interrupted.

              cellmesh gameday run scenarios/gameday.yaml
              cellmesh gameday run scenarios/gameday.yaml --one
            """)

    @Argument(help: "The game day.", completion: .file())
    var file: String

    @Flag(help: "Run one of its drills, the one after that which ran last.")
    var one = false

    @Flag(help: "Run it outside of the hours that its 'schedule' has, and those of its scenarios.")
    var anyTime = false

    @Flag(help: "Run the programs that its scenarios name ('process'), with the rights of whoever runs this.")
    var allowProcess = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        var (day, text) = try GameDayFile.sound(file, console)
        if !allowProcess {
            try ScenarioFile.refuseProcesses(
                of: day.drills.map(\.scenario), next: "cellmesh gameday run \(file) --allow-process")
        }
        let directory = try mesh.running()
        guard anyTime || day.mayBegin(LocalTime(WallClock.now()).week) else {
            throw CommandFailure(
                .declined, "the game day '\(day.name)' is not to run now, by its 'schedule'; nothing was changed",
                next: "cellmesh gameday run \(file) --any-time")
        }
        if !anyTime, let scenario = day.refusing(LocalTime(WallClock.now()).week) {
            throw CommandFailure(
                .declined,
                "the drill '\(scenario.name)' of the game day is not to run now, by its 'schedule'; nothing was changed",
                next: "cellmesh gameday run \(file) --any-time")
        }
        if one {
            let store = ReportStore(directory)
            let last = store.ids.lazy.compactMap { store.gameDay($0) }.first { $0.name == day.name }
            day = day.one(after: last?.drills.last { $0.verdict != .skipped }?.name)
        }
        var command = "cellmesh gameday run \(file)"
        if one { command += " --one" }
        if anyTime { command += " --any-time" }
        if allowProcess { command += " --allow-process" }
        try GameDayRunner(mesh: directory, console: console, command: command).run(day, text: text)
    }
}

struct GameDayScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Let the control plane run a game day each week.",
        discussion: """
            It is kept, whichever control plane runs, and begun up to an hour after its time. What the command says stands in \
            gameday.log of the mesh's directory. One game day is scheduled at a time; without a file the present one is shown.

              cellmesh gameday schedule scenarios/gameday.yaml --every wednesday --at 10:00 --one
              cellmesh gameday schedule --off
            """)

    @Argument(help: "The game day.", completion: .file())
    var file: String?

    @Option(help: ArgumentHelp("Days of the week, such as 'wednesday' or 'mon-fri'.", valueName: "days"))
    var every: String?

    @Option(help: ArgumentHelp("When it begins, in the machine's time.", valueName: "HH:MM"))
    var at = "10:00"

    @Flag(help: "Run one drill a time, in turn.")
    var one = false

    @Flag(help: "Run none any more.")
    var off = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if off, file != nil || every != nil { throw ValidationError("--off takes no file and no --every") }
        if file != nil, every == nil { throw ValidationError("say on which days: --every wednesday") }
        if every != nil, file == nil { throw ValidationError("name the game day that is run") }
        if let every, GameDaySchedule(every: every, at: at) == nil {
            throw ValidationError(
                "--every names days such as 'wednesday' or 'mon-fri', and --at a time such as '10:00'")
        }
    }

    func run() throws {
        let console = output.console
        let api = try APIClient(mesh.running())
        let answer: GameDayScheduleReport
        if off {
            answer = try api.post("/v1/gamedays", GameDayOrder(file: nil))
        } else if let file {
            let (day, _) = try GameDayFile.sound(file, console)
            // Nobody is there to say that they may be.
            try ScenarioFile.refuseProcesses(of: day.drills.map(\.scenario))
            let order = GameDayOrder(file: MeshHome.absolute(file), every: every, at: at, one: one ? true : nil)
            answer = try api.post("/v1/gamedays", order)
        } else {
            answer = try api.get("/v1/gamedays")
        }
        console.show(
            Report(answer) { _ in
                answer.scheduled == nil ? "no game day is scheduled\n" : GameDayView.scheduled(answer.scheduled)
            })
        if answer.scheduled != nil { console.next("cellmesh gameday history") }
    }
}

struct GameDayHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Compare the game days that were run, drill by drill.",
        discussion: """
            Of game days the last 53 reports are kept. Works while the mesh does not run.

              cellmesh gameday history
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.known()
        let store = ReportStore(directory)
        let days = store.ids.compactMap { store.gameDay($0) }
        var scheduled: GameDayOrder?
        if directory.controlHolder != nil, let api = try? APIClient(directory) {
            scheduled = (try? api.get("/v1/gamedays", as: GameDayScheduleReport.self))?.scheduled
        }
        output.console.show(GameDayView.history(GameDaysReport(days, scheduled: scheduled)))
        output.console.next(
            days.isEmpty ? "cellmesh gameday run scenarios/gameday.yaml" : "cellmesh report show \(days[0].id)")
    }
}

/// A game day by its file.
enum GameDayFile {
    /// - Throws: with all problems where it, or a scenario that it names, has an error.
    /// - Returns: the game day, and its file's text.
    static func sound(_ name: String, _ console: Console) throws -> (GameDay, text: String) {
        let result = MeshFiles.load(gameDay: name)
        guard let day = result.gameDay else {
            throw CommandFailure.unreadable(name, result, console)
        }
        return (day, result.sources.first?.text ?? "")
    }
}
