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

    @OptionGroup var limits: RunLimits
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let drawn = try swarm.swarm(console)
        let (options, first, isTwice) = (swarm, seeds.first, twice)
        let outcomes = SwarmOutcome.runs(seeds.count, limits, console, of: "seed") {
            index, goesOn in
            let seed = first + UInt64(index)
            CrashReporter.begin(options.replay(seed))
            let configuration = drawn.configuration(seed: seed)
            let report = try? SimRun.run(configuration, twice: isTwice, progress: goesOn)
            return report.map { SwarmOutcome($0, title: "seed \(seed)", replay: options.replay(seed)) }
        }
        guard let outcomes else { throw CommandFailure(.usage, "a run of the swarm was refused") }
        console.show(SwarmView.make(outcomes.runs, wall: outcomes.wall, of: "seed"))
        let code = SimExit.gravest(outcomes.runs.map(\.exitCode))
        if code != 0 { throw ExitCode(code) }
    }
}
