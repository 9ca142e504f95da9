import ArgumentParser
import Laboratories
import MeshBase

struct LabRetryCostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry-cost", abstract: "Work out what retries cost in a month.",
        discussion: """
            Directly by their attempts (calculated, and counted with the engine), by people, and by what is lost while \
            requests wait.

              cellmesh lab retry-cost --per-request 0.0001 --rate 10000 --failures 2% --retries 2
            """)

    @Option(help: ArgumentHelp("Cost of one attempt, 0 or more.", valueName: "number")) var perRequest = 0.0001

    @Option(help: ArgumentHelp("Requests a second, 0.001 or more.", valueName: "number")) var rate = 10_000.0

    @Option(help: ArgumentHelp("Attempts that fail.", valueName: "percent")) var failures = RatioArgument(0.02)

    @Option(help: ArgumentHelp("Retries at most, 0 to 15.", valueName: "count")) var retries = 2

    @Option(help: ArgumentHelp("Engineering, monitoring and incidents of a month, 0 or more.", valueName: "number"))
    var indirect = 0.0

    @Option(help: ArgumentHelp("What a second of waiting costs, 0 or more.", valueName: "number")) var delayCost = 0.0

    @Option(help: ArgumentHelp("Mean wait before a retry.", valueName: "duration"))
    var delay = DurationArgument(.milliseconds(100))

    @Option(help: ArgumentHelp("Customers who leave, and penalties, of a month, 0 or more.", valueName: "number"))
    var lost = 0.0

    @Option(help: ArgumentHelp("Calls that are counted, 0 to 1000000.", valueName: "count")) var calls = 50_000

    @Option(help: ArgumentHelp("The seed of the run, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @OptionGroup var lab: LabOptions

    func run() throws {
        var settings = RetryCostLab()
        settings.perRequest = perRequest
        settings.rate = rate
        settings.failures = failures.value
        settings.retries = retries
        settings.indirect = indirect
        settings.delayCost = delayCost
        settings.delay = delay.amount
        settings.lost = lost
        settings.calls = calls
        settings.seed = seed
        try lab.show("retry-cost", \RetryCostLab.Report.sheet) { try settings.run() }
    }
}
