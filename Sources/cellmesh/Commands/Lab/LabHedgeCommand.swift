import ArgumentParser
import Laboratories
import MeshBase

/// `auto`, `p95` or a length of time.
struct HedgeDelayArgument: ExpressibleByArgument, Sendable, Equatable {
    var after: HedgeLab.After
    init(_ after: HedgeLab.After) { self.after = after }
    init?(argument: String) {
        switch argument {
        case "auto": after = .auto
        case "p95": after = .p95
        default:
            guard let time = DurationArgument(argument: argument) else { return nil }
            after = .fixed(time.amount)
        }
    }
    var defaultValueDescription: String { after.text }
}

struct LabHedgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hedge", abstract: "Work out what hedged calls gain and cost, and measure it.",
        discussion: """
            A call that is not answered in time is asked once more beside itself. By order statistics, and beside them \
            the policy itself in virtual time, with hedges and without on the same calls.

              cellmesh lab hedge --p50 20ms --p99 200ms
              cellmesh lab hedge --after 0ms
              cellmesh lab hedge --after p95 --budget 5%
              cellmesh lab hedge --from run.json
            """)

    @Option(help: ArgumentHelp("Median of an attempt; 20ms, or the run's.", valueName: "duration"))
    var p50: DurationArgument?

    @Option(help: ArgumentHelp("99th percentile of an attempt; 200ms, or the run's.", valueName: "duration"))
    var p99: DurationArgument?

    @OptionGroup var recording: RecordingOptions

    @Option(
        help: ArgumentHelp("When a hedge begins: auto, p95 or a time; 0ms is a backup request.", valueName: "delay"))
    var after = HedgeDelayArgument(.auto)

    @Option(help: ArgumentHelp("Hedges beside one attempt, 1 to 3.", valueName: "count"))
    var max = 1

    @Option(help: ArgumentHelp("Hedges that the budget allows for each call.", valueName: "percent"))
    var budget = RatioArgument(1)

    @Option(help: ArgumentHelp("Calls, 1000 to 1000000.", valueName: "count"))
    var calls = 50_000

    @Option(help: ArgumentHelp("The seed of the run, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @OptionGroup var lab: LabOptions

    func run() throws {
        var settings = HedgeLab.Settings()
        // What is given is not asked of the run.
        try recording.apply { (run) throws(LabRefusal) in
            try settings.take(run, times: p50 == nil || p99 == nil)
        }
        settings.p50 = p50?.amount ?? settings.p50
        settings.p99 = p99?.amount ?? settings.p99
        settings.after = after.after
        settings.most = max
        settings.budget = budget.value
        settings.calls = calls
        settings.seed = seed
        try lab.show("hedge", \HedgeLabReport.sheet) { try HedgeLab.run(settings) }
    }
}
