import ArgumentParser
import Laboratories
import MeshBase
import Resilience

struct LabBreakerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "breaker", abstract: "Compare all kinds of breakers on one trace.",
        discussion: """
            A target goes bad and comes back in virtual time; each kind sees the same requests. Counted is how soon it \
            opens, how often without a reason, what it refuses that would have been answered, and how soon it is closed.

              cellmesh lab breaker
              cellmesh lab breaker --shape ramp --recovery gradual --profile seed
              cellmesh lab breaker --kinds rate,predictive --html breakers.html
              cellmesh lab breaker --from run.json
            """)

    @Option(help: ArgumentHelp("Kinds to compare.", valueName: "kind,..."))
    var kinds = WordList(BreakerLab.Kind.allCases)

    @Option(help: ArgumentHelp("How it goes bad: ramp, sudden or sine.", valueName: "shape"))
    var shape = BreakerTrace.Shape.sudden

    @Option(help: ArgumentHelp("How it comes back: immediate, gradual, unstable or false.", valueName: "recovery"))
    var recovery = BreakerTrace.Recovery.immediate

    @Option(help: ArgumentHelp("Constants: local or seed.", valueName: "name"))
    var profile = BreakerLab.Profile.local

    @Option(help: ArgumentHelp("Requests a second, 1 to 1000; 50, or the run's.", valueName: "number"))
    var rate: Double?

    @Option(
        help: ArgumentHelp("Share of failures when all is well, 0% to 4%; 1%, or the run's.", valueName: "percent"))
    var baseline: RatioArgument?

    @OptionGroup var recording: RecordingOptions

    @Option(help: ArgumentHelp("Runs, each with the next seed, 1 to 100.", valueName: "count"))
    var runs = 10

    @Option(help: ArgumentHelp("The first of the seeds, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @OptionGroup var lab: LabOptions

    func run() throws {
        var settings = BreakerLab.Settings()
        settings.kinds = kinds.words
        settings.shape = shape
        settings.recovery = recovery
        settings.profile = profile
        // What is given is not asked of the run.
        try recording.apply { (run) throws(LabRefusal) in
            settings.from = run.name
            if rate == nil { settings.rate = try run.offered() }
            if baseline == nil { settings.baseline = try run.baseline(most: BreakerLab.Settings.mostBaseline) }
        }
        settings.rate = rate ?? settings.rate
        settings.baseline = baseline?.value ?? settings.baseline
        settings.runs = runs
        settings.seed = seed
        try lab.show("breaker", \BreakerLabReport.sheet) {
            var report = try BreakerLab.run(settings)
            for row in report.kinds.indices {
                report.kinds[row].check = Self.check(report.kinds[row].kind.policy(settings.profile))
            }
            return report
        }
    }

    /// Nanoseconds of one request's check and result at a closed breaker, on this machine: the only figure that a seed
    /// does not decide.
    private static func check(_ policy: BreakerPolicy) -> Double {
        var breaker = Breaker()
        var random = Generator(seed: 1)
        let count = 300_000
        let begun = Pause.now()
        for request in 0..<count {
            let now = Instant.zero + .microseconds(Int64(request) * 100)
            let answer = breaker.ask(policy, limit: .seconds(1), now: now, using: &random)
            if let permit = answer.permit {
                _ = breaker.record(permit, .success, policy, now: now + .microseconds(50), using: &random)
            }
        }
        return Double((Pause.now() - begun).nanoseconds) / Double(count)
    }
}
