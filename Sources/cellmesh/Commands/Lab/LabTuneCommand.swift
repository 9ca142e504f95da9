import ArgumentParser
import Laboratories
import MeshBase

struct LabTuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune", abstract: "Find settings of a breaker and its time limit from what was measured.",
        discussion: """
            Threshold = baseline + z deviations, limit = 1.5 x p99, window = 10 s of traffic; and how often a target that \
            is well opens such a breaker by chance.

              cellmesh lab tune --from run.json
              cellmesh lab tune --rate 200 --baseline 2% --p99 80ms --attempts 3 --factor 2
            """)

    @Option(help: ArgumentHelp("Requests a second, 0.001 to 100000; 50, or the run's.", valueName: "number"))
    var rate: Double?

    @Option(
        help: ArgumentHelp("Share of failures when all is well, 0% to 50%; 1%, or the run's.", valueName: "percent"))
    var baseline: RatioArgument?

    @Option(
        help: ArgumentHelp(
            "Its standard deviation from window to window, 0% to 50%; that of independent requests where left out.",
            valueName: "percent"))
    var deviation: RatioArgument?

    @Option(help: ArgumentHelp("Deviations above the baseline that open, 0 to 10.", valueName: "number"))
    var z = 3.0

    @Option(help: ArgumentHelp("99 % of the calls take no longer; 200ms, or the run's.", valueName: "duration"))
    var p99: DurationArgument?

    @Option(help: ArgumentHelp("Limits for so many attempts, 1 to 16.", valueName: "count"))
    var attempts = 3

    @Option(help: ArgumentHelp("How much longer each than the one before, 1 to 10.", valueName: "number"))
    var factor = 1.0

    @Option(help: ArgumentHelp("Windows that are counted, 0 to 1000000.", valueName: "count"))
    var windows = 20_000

    @Option(help: ArgumentHelp("The seed of the count, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @OptionGroup var recording: RecordingOptions
    @OptionGroup var lab: LabOptions

    func run() throws {
        var settings = TuneLab()
        // What is given is not asked of the run.
        try recording.apply { (run) throws(LabRefusal) in
            try settings.take(run, rate: rate == nil, baseline: baseline == nil, p99: p99 == nil)
        }
        settings.rate = rate ?? settings.rate
        settings.baseline = baseline?.value ?? settings.baseline
        settings.deviation = deviation?.value
        settings.z = z
        settings.p99 = p99?.amount ?? settings.p99
        settings.attempts = attempts
        settings.factor = factor
        settings.windows = windows
        settings.seed = seed
        try lab.show("tune", \TuneLab.Report.sheet) { try settings.run() }
    }
}
