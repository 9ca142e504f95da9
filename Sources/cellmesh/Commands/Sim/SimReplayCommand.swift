import ArgumentParser
import MeshBase
import SimDriver

struct SimReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Run one seed of a swarm again, or a plan of faults.",
        discussion: """
            With the options of the swarm it came from a seed gives the same run, to the last event. With --fault the \
            plan is these faults instead of the drawn ones.

              cellmesh sim replay --seed 42
              cellmesh sim replay --seed 42 --fault 'kill us-east-1 @2s for 1s' --fault 'loss mesh <> mesh 10% @1s for 5s'
            """)

    @OptionGroup var swarm: SwarmOptions

    @Option(help: ArgumentHelp("The seed, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64

    @Option(
        name: .customLong("fault"), parsing: .singleValue,
        help: ArgumentHelp("A fault, as plans are written; may be given again.", valueName: "fault"))
    var faults: [FaultArgument] = []

    @Flag(help: "Without any fault.")
    var noFaults = false

    @Flag(help: "Run twice and compare the trace hashes.")
    var twice = false

    @Option(help: ArgumentHelp("Give up after so long in real time.", valueName: "duration"))
    var wallLimit = DurationArgument(.minutes(10))

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        var configuration = try swarm.swarm(console).configuration(seed: seed)
        if noFaults || !faults.isEmpty { configuration.faults = try faults.map { try $0.fault } }
        let code = try OneRun.report(
            configuration, twice: twice, wallLimit: wallLimit.amount, replay: swarm.replay(configuration), console)
        if code != 0 {
            if console.format != .json {
                console.next("cellmesh sim minimise" + swarm.replay(seed).dropFirst("cellmesh sim replay".count))
            }
            throw ExitCode(code)
        }
    }
}
