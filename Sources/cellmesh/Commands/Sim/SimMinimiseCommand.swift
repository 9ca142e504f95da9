import ArgumentParser
import MeshBase
import SimDriver

struct SimMinimiseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "minimise", abstract: "Make the plan of a failing seed as small as it still fails.",
        discussion: """
            Leaves faults out, then shortens them and the run, as long as one of the same oracles says no, and prints \
            the command that runs what is left. Exit codes as 'sim replay'; 0 where the seed does not fail.

              cellmesh sim minimise --seed 42
            """, aliases: ["minimize"])

    @OptionGroup var swarm: SwarmOptions

    @Option(help: ArgumentHelp("The seed, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64

    @Option(
        name: .customLong("fault"), parsing: .singleValue,
        help: ArgumentHelp("Begin with this plan instead; may be given again.", valueName: "fault"))
    var faults: [FaultArgument] = []

    @Option(help: ArgumentHelp("Runs at most, 1 or more.", valueName: "count"))
    var runs = 300

    @Option(help: ArgumentHelp("Stop after so long in real time, with what there is.", valueName: "duration"))
    var wallLimit = DurationArgument(.minutes(10))

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard runs >= 1 else { throw ValidationError("--runs is 1 or more") }
    }

    func run() throws {
        let console = output.console
        var configuration = try swarm.swarm(console).configuration(seed: seed)
        if !faults.isEmpty { configuration.faults = try faults.map { try $0.fault } }
        CrashReporter.install()
        CrashReporter.begin(swarm.replay(configuration))
        let line = ProgressLine(console)
        let deadline = Pause.now() + wallLimit.amount
        var minimiser = SimMinimiser(mostRuns: max(1, runs)) { runs, faults in
            line.show("\(Wording.plural(runs, "run")), \(Wording.plural(faults, "fault")) left")
            return Pause.now() < deadline
        }
        let found: SimMinimiser.Outcome?
        do {
            found = try minimiser.minimise(configuration)
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
        line.end()
        guard let found else {
            console.show(SwarmView.sound(seed))
            return
        }
        console.show(SwarmView.make(found, replay: swarm.replay(found.configuration)))
        throw ExitCode(found.report.exitCode)
    }
}
