import ArgumentParser
import Laboratories

struct LabOrderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order", abstract: "Compare the orders of policies on the same calls.",
        discussion: """
            Bulkhead, breaker and retry are the same in all three orders; what differs is who stands outside of whom. \
            Each call and each attempt meets the same failures.

              cellmesh lab order
              cellmesh lab order --failures 60% --attempts 4
            """)

    @Option(help: ArgumentHelp("Calls a second, 1 to 1000.", valueName: "number"))
    var rate = 50.0

    @Option(help: ArgumentHelp("Attempts of each call, 1 to 8.", valueName: "count"))
    var attempts = 3

    @Option(help: ArgumentHelp("Calls at once at the gate, 1 to 1000.", valueName: "count"))
    var concurrent = 20

    @Option(help: ArgumentHelp("Mean time of an attempt, 1 ms to 1 s.", valueName: "duration"))
    var service = DurationArgument(.milliseconds(20))

    @Option(help: ArgumentHelp("Attempts that fail in the second part.", valueName: "percent"))
    var failures = RatioArgument(0.3)

    @Option(help: ArgumentHelp("The seed of the run, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @OptionGroup var lab: LabOptions

    func run() throws {
        var settings = OrderLab.Settings()
        settings.rate = rate
        settings.attempts = attempts
        settings.concurrent = concurrent
        settings.service = service.amount
        settings.failures = failures.value
        settings.seed = seed
        try lab.show("order", \OrderLabReport.sheet) { try OrderLab.run(settings) }
    }
}
