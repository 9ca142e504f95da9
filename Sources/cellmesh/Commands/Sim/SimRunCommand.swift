import ArgumentParser
import MeshBase
import SimDriver
import Topology

struct SimRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Simulate a topology under load and faults, or a drill, and judge what came of it.",
        discussion: """
            The same nodes as in real processes, on a network, a clock and disks of memory. Equal seeds give equal \
            runs, to the last event: the trace hash tells. Exit codes: 11 safety, 12 liveness, 13 nondeterminism, \
            14 out of time.

              cellmesh sim run topology/three-regions.yaml --seed 7 --for 30s --faults 5
              cellmesh sim run --kill us-east-1@5s --restart us-east-1@20s -o json
              cellmesh sim run --twice
              cellmesh sim run --kill us-east-1@10s --record kill.ndjson

            A drill, or a scenario file, is run as 'drill run' does it on real processes, with the same claims and exit \
            codes; with --seeds once for each of them. What it draws (region/{random}) goes by the seed of the run, whatever its \
            file says: --seed, each of --seeds, else the file's 'seed', else the topology's.

              cellmesh sim run kill-cell --on topology/flagship.yaml
              cellmesh sim run scenarios/storefront.yaml --seeds 1..100

            With --monkey cells are killed by the rules of 'monkey start', by a calendar that begins on a Monday at midnight. Days take \
            seconds: the mesh lives through the time around draws that hit, and what is between is skipped.

              cellmesh sim run --monkey --within 'mon-fri 09:00-17:00' --every 10m --probability 0.1 --for 120h
              cellmesh sim run topology/nine-cells.yaml --monkey --least 2 --for 24h --seeds 1..20
            """)

    @Argument(
        help: "A topology, what 'up' would start where none is named; or a drill, or a scenario.", completion: .file())
    var file: String?

    @Option(
        name: .customLong("on"),
        help: ArgumentHelp(
            "Of a drill or scenario: the topology; what 'up' would start where left out.", valueName: "file"),
        completion: .file())
    var topology: String?

    @Option(
        help: ArgumentHelp("Of a drill or scenario: run it once for each seed, both ends included.", valueName: "a..b"))
    var seeds: SeedRange?

    @Option(
        help: ArgumentHelp(
            "So many seeds at a time, 1 to 1024; one for each processor where left out.", valueName: "count"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp(
            "Of every random stream, what a scenario draws too, 0 to 18446744073709551615; the scenario's or the topology's where left out.",
            valueName: "number"))
    var seed: UInt64?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "How long the load lasts, in virtual time; 30s, or 24h with --monkey, where left out.",
            valueName: "duration")
    )
    var duration: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "Requests per virtual second, 0 to 10000000; 200, 60 with --monkey, or as the scenario says, where left out.",
            valueName: "number"))
    var rate: Double?

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

    @Flag(help: "Let a monkey loose, for as long as --for says: 24h where left out.")
    var monkey = false

    @OptionGroup var rules: MonkeyOptions

    @Option(
        help: ArgumentHelp(
            "Of a monkey: the share of draws that hit before which a cell ends by itself, and starts again.",
            valueName: "share"))
    var crashes: RatioArgument?

    @OptionGroup var defect: DefectOptions

    @Option(help: ArgumentHelp("Give up after so long in real time.", valueName: "duration"))
    var wallLimit = DurationArgument(.minutes(10))

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard faults >= 0 else { throw ValidationError("--faults is 0 or more") }
        guard jobs.map({ (1...1024).contains($0) }) ?? true else { throw ValidationError("--jobs is 1 to 1024") }
        if !monkey, rules.areGiven || crashes != nil {
            throw ValidationError("--within, --every, --probability, --least, --except and --crashes go with --monkey")
        }
        guard crashes.map({ (0...1).contains($0.value) }) ?? true else { throw ValidationError("--crashes is 0 to 1") }
    }

    func run() throws {
        let console = output.console
        if monkey { return try runMonkey(console) }
        if let file, ScenarioFile.isMeant(file) { return try runScenario(file, console) }
        if let file, file != "-", !ScenarioFile.isPath(file) {
            throw ScenarioFile.unknown(file, "there is no drill and no file '\(file.prefix(100))'")
        }
        guard topology == nil, seeds == nil, jobs == nil else {
            throw CommandFailure(
                .usage, "--on, --seeds and --jobs are for drills and scenarios; of a topology many seeds are a swarm",
                next: "cellmesh sim swarm \(file ?? TopologyFile.usual) --seeds 1..100")
        }
        let configuration = try configuration(TopologyFile.topology(file, console: console))
        let code = try OneRun.report(
            configuration, twice: twice, record: record, wallLimit: wallLimit.amount,
            replay: CommandLine.arguments.joined(separator: " "), console)
        if code != 0 { throw ExitCode(code) }
    }

    private func runMonkey(_ console: Console) throws {
        guard !isPlanned, !twice, !sealed, topology == nil || file == nil else {
            throw CommandFailure(
                .usage, "a monkey takes one topology, and no faults, calls, --sealed or --twice",
                hint: "--crashes has cells end by themselves")
        }
        guard seeds == nil || seed == nil && record == nil else {
            throw CommandFailure(.usage, "--seeds takes neither --seed nor --record")
        }
        let length = duration?.amount ?? .hours(24)
        guard length <= SimMonkey.longest else { throw CommandFailure(.usage, "--for is up to 8784h with --monkey") }
        let mesh = try TopologyFile.topology(topology ?? file, console: console)
        let runs = MonkeyRuns(
            topology: mesh, request: rules.request(seed: nil), length: length, rate: rate ?? 60,
            crashes: crashes?.value ?? 0, defect: defect.defect?.defect, wallLimit: wallLimit.amount)
        let code: Int32 =
            if let seeds {
                try runs.all(
                    seeds.range, jobs: jobs ?? ParallelRuns.processors,
                    console)
            } else {
                try runs.once(seed ?? mesh.seed, record: record, console)
            }
        if code != 0 { throw ExitCode(code) }
    }

    private var isPlanned: Bool {
        !(kills + restarts + pauses + resumes).isEmpty || !plan.isEmpty || !calls.isEmpty || faults > 0
    }

    private func runScenario(_ name: String, _ console: Console) throws {
        guard !isPlanned, !twice, !sealed else {
            throw CommandFailure(.usage, "a scenario says itself what is done: it takes no faults, calls or --twice")
        }
        var (scenario, _) = try ScenarioFile.sound(name, console)
        if let rate { scenario.load.rate = rate }
        let mesh = try TopologyFile.topology(topology, console: console)
        var words = ShellWord.quoted(name)
        if let topology { words += " --on \(ShellWord.quoted(topology))" }
        if let rate { words += " --rate \(rate)" }
        words += defect.words.isEmpty ? "" : " \(defect.words.dropLast())"
        let runs = ScenarioRuns(
            scenario: scenario, topology: mesh, words: words, defect: defect.defect?.defect, wallLimit: wallLimit.amount
        )
        let code: Int32
        if let seeds {
            guard seed == nil, record == nil else {
                throw CommandFailure(.usage, "--seeds takes neither --seed nor --record")
            }
            code = try runs.all(
                seeds.range, jobs: jobs ?? ParallelRuns.processors, console)
        } else {
            code = try runs.once(seed ?? scenario.seed ?? mesh.seed, record: record, console)
        }
        if code != 0 { throw ExitCode(code) }
    }

    private func configuration(_ topology: MeshTopology) throws -> SimConfiguration {
        var configuration = SimConfiguration(topology: topology, seed: seed ?? topology.seed)
        configuration.duration = duration?.amount ?? .seconds(30)
        configuration.load.rate = rate ?? 200
        configuration.load.calls = calls.map(\.call)
        configuration.seals = sealed
        configuration.defect = defect.defect?.defect
        func plan(_ action: SimFault.Action, _ targets: [TimedTarget]) {
            configuration.faults += targets.map { SimFault(at: $0.at, action, on: [$0.target]) }
        }
        configuration.faults = try self.plan.map { try $0.fault }
        plan(.kill, kills)
        plan(.restart, restarts)
        plan(.pause, pauses)
        plan(.resume, resumes)
        if faults > 0 {
            configuration.faults += SimFault.random(
                seed: configuration.seed, topology: topology, duration: configuration.duration, count: faults)
        }
        do throws(UnknownTarget) { try configuration.choose() } catch { throw CommandFailure(error) }
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
    var target: TargetSelector
    var at: TimeAmount

    init?(argument: String) {
        let parts = argument.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let at = DurationArgument(argument: String(parts[1])) else { return nil }
        let word = String(parts[0])
        guard let target = TargetChoice.isMeant(word) ? .node(word) : TargetSelector(text: word), !target.isService
        else {
            return nil
        }
        self.target = target
        self.at = at.amount
    }
}
