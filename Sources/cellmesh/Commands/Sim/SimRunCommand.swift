import ArgumentParser
import MeshBase
import SimDriver
import Topology

struct SimRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Simulate a topology under load and faults, and judge what came of it.",
        discussion: """
            The same nodes as in real processes, on a network, a clock and disks of memory. Equal seeds give equal \
            runs, to the last event: the trace hash tells. Exit codes: 11 safety, 12 liveness, 13 nondeterminism, \
            14 out of time.

              cellmesh sim run topology/three-regions.yaml --seed 7 --for 30s --faults 5
              cellmesh sim run --kill us-east-1@5s --restart us-east-1@20s -o json
              cellmesh sim run --twice
              cellmesh sim run --kill us-east-1@10s --record kill.ndjson
            """)

    @Argument(help: "A topology; what 'up' would start where none is named.", completion: .file())
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Of every random stream, 0 to 18446744073709551615; the topology's where left out.", valueName: "number"))
    var seed: UInt64?

    @Option(
        name: .customLong("for"), help: ArgumentHelp("How long the load lasts, in virtual time.", valueName: "duration")
    )
    var duration = DurationArgument(.seconds(30))

    @Option(help: ArgumentHelp("Requests per virtual second, 0 to 10000000.", valueName: "number"))
    var rate: Double = 200

    @Option(help: ArgumentHelp("So many random kills and pauses, 0 or more, each healed again.", valueName: "count"))
    var faults = 0

    @Option(
        name: .customLong("kill"), parsing: .singleValue,
        help: ArgumentHelp("Kill a node at a time of the load; may be given again.", valueName: "node@time"))
    var kills: [TimedTarget] = []

    @Option(
        name: .customLong("restart"), parsing: .singleValue,
        help: ArgumentHelp("Start it again; at the end of the load where left out.", valueName: "node@time"))
    var restarts: [TimedTarget] = []

    @Option(
        name: .customLong("pause"), parsing: .singleValue,
        help: ArgumentHelp("Pause a node at a time of the load; may be given again.", valueName: "node@time"))
    var pauses: [TimedTarget] = []

    @Option(
        name: .customLong("resume"), parsing: .singleValue,
        help: ArgumentHelp("Let it go on; at the end of the load where left out.", valueName: "node@time"))
    var resumes: [TimedTarget] = []

    @Option(
        name: .customLong("fault"), parsing: .singleValue,
        help: ArgumentHelp(
            "Any fault, as 'partition region/us-east <> mesh @5s for 10s'; may be given again.", valueName: "fault"))
    var plan: [FaultArgument] = []

    @Option(
        name: .customLong("call"), parsing: .singleValue,
        help: ArgumentHelp(
            "A call under an idempotency key, as 'call front c1 k7 by router-1 @1s'; may be given again.",
            valueName: "call"))
    var calls: [CallArgument] = []

    @Flag(help: "Run twice and compare the trace hashes.")
    var twice = false

    @Flag(help: "Seal gossip as real processes do: slower, and the same trace.")
    var sealed = false

    @Option(help: ArgumentHelp("Write the run down, to be shown by 'cellmesh dashboard FILE'.", valueName: "file"))
    var record: String?

    @OptionGroup var defect: DefectOptions

    @Option(help: ArgumentHelp("Give up after so long in real time.", valueName: "duration"))
    var wallLimit = DurationArgument(.minutes(10))

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard faults >= 0 else { throw ValidationError("--faults is 0 or more") }
    }

    func run() throws {
        let console = output.console
        let configuration = try configuration(TopologyFile.topology(file, console: console))
        let code = try OneRun.report(
            configuration, twice: twice, record: record, wallLimit: wallLimit.amount,
            replay: CommandLine.arguments.joined(separator: " "), console)
        if code != 0 { throw ExitCode(code) }
    }

    private func configuration(_ topology: MeshTopology) throws -> SimConfiguration {
        var configuration = SimConfiguration(topology: topology, seed: seed ?? topology.seed)
        configuration.duration = duration.amount
        configuration.load.rate = rate
        configuration.load.calls = calls.map(\.call)
        configuration.seals = sealed
        configuration.defect = defect.defect?.defect
        func plan(_ action: SimFault.Action, _ targets: [TimedTarget]) {
            configuration.faults += targets.map { SimFault(at: $0.at, action, $0.name) }
        }
        configuration.faults = try self.plan.map { try $0.fault }
        plan(.kill, kills)
        plan(.restart, restarts)
        plan(.pause, pauses)
        plan(.resume, resumes)
        if faults > 0 {
            configuration.faults += SimFault.random(
                seed: configuration.seed, topology: topology, duration: duration.amount, count: faults)
        }
        if let problem = configuration.problem { throw CommandFailure(.usage, problem) }
        return configuration
    }
}

/// `--call 'call front c1 k7 by router-1 @1s'`.
struct CallArgument: ExpressibleByArgument, Sendable {
    var call: SimCall
    init?(argument: String) {
        guard let call = SimCall(argument) else { return nil }
        self.call = call
    }
}

/// `NODE@TIME`, such as `us-east-1@5s`.
struct TimedTarget: ExpressibleByArgument, Sendable {
    var name: String
    var at: TimeAmount

    init?(argument: String) {
        let parts = argument.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let at = DurationArgument(argument: String(parts[1])) else { return nil }
        guard let name = TargetSelector(text: String(parts[0]))?.nodeName else { return nil }
        self.name = name
        self.at = at.amount
    }
}
