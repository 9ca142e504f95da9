import ArgumentParser
import MeshBase
import SimDriver

struct SimSwarmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swarm", abstract: "Simulate many seeds, each with other faults, and judge them all.",
        discussion: """
            Each seed draws which faults its run has (crashes, pauses, goodbyes, partitions, loss, reordering, clocks \
            that are wrong, and more), how many, and how much load. All oracles must hold; each failure is printed with \
            the command that runs it again. Exit codes, the gravest of all seeds: 10 crash, 13 nondeterminism, 11 \
            safety, 14 out of time, 12 liveness.

              cellmesh sim swarm --seeds 1..1000
              cellmesh sim swarm topology/flagship.yaml --seeds 1..50 --for 30s -o json
            """)

    @OptionGroup var swarm: SwarmOptions

    @Option(help: ArgumentHelp("Which seeds, both ends included.", valueName: "a..b"))
    var seeds = SeedRange(1...100)

    @Flag(help: "Run each seed twice and compare the trace hashes.")
    var twice = false

    @Option(help: ArgumentHelp("Runs at the same time; one for each processor where left out.", valueName: "count"))
    var jobs: Int?

    @Option(help: ArgumentHelp("Give up after so long in real time.", valueName: "duration"))
    var wallLimit = DurationArgument(.hours(1))

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let drawn = try swarm.swarm(console)
        CrashReporter.install()
        let line = ProgressLine(console)
        let begun = Pause.now()
        let deadline = begun + wallLimit.amount
        let (options, first, isTwice) = (swarm, seeds.first, twice)
        let outcomes = ParallelRuns.map(
            seeds.count, jobs: max(1, jobs ?? ParallelRuns.processors),
            progress: { done in
                line.show("\(Wording.count(done)) of \(Wording.plural(seeds.count, "seed"))")
                return true
            },
            { index, _ in
                let seed = first + UInt64(index)
                CrashReporter.begin(options.replay(seed))
                let configuration = drawn.configuration(seed: seed)
                func goesOn(_ progress: SimProgress) -> Bool { Pause.now() < deadline }
                let report =
                    try? isTwice
                    ? SimRun.checkDeterminism(configuration, progress: goesOn)
                    : SimRun.run(configuration, progress: goesOn)
                return report.map { SwarmOutcome($0, replay: options.replay(seed)) }
            })
        line.end()
        guard let outcomes else { throw CommandFailure(.usage, "a run of the swarm was refused") }
        let wall = (Pause.now() - begun).milliseconds
        console.show(SwarmView.make(outcomes, wall: wall))
        let code = SimExit.gravest(outcomes.map(\.exitCode))
        if code != 0 { throw ExitCode(code) }
    }
}

/// What is kept of one run of a swarm.
struct SwarmOutcome: Sendable {
    var seed: UInt64
    var exitCode: Int32
    /// The oracles that said no, and why.
    var failures: [(oracle: String, detail: String)]
    var replay: String
    var events: UInt64
    var simulatedMilliseconds: Double
    var faultsFired: Int
    var requests: Int

    init(_ report: SimulationReport, replay: String) {
        seed = report.seed
        exitCode = report.exitCode
        failures = report.verdicts.filter { !$0.ok }.map { ($0.oracle, $0.detail) }
        self.replay = replay
        events = report.events
        simulatedMilliseconds = report.simulatedMilliseconds
        faultsFired = report.faultsFired
        requests = report.requests.sent
    }
}
