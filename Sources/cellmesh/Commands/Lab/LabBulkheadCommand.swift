import ArgumentParser
import Laboratories
import MeshBase

struct LabBulkheadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulkhead", abstract: "Work out how large a pool should be, and measure it.",
        discussion: """
            By utilisation, or by the least cost of workers and of waits that are longer than promised; beside the \
            formulas the same pool in virtual time.

              cellmesh lab bulkhead --rate 80 --service 100ms --measure
              cellmesh lab bulkhead --rate 80 --service 100ms --workers 10 --measure
              cellmesh lab bulkhead --rate 500 --service 20ms --sla 50ms --cost 1 --penalty 1000
              cellmesh lab bulkhead --from run.json --measure
            """)

    @Option(help: ArgumentHelp("Requests a second, 0.001 to 100000; 80, or the run's.", valueName: "number"))
    var rate: Double?

    @Option(help: ArgumentHelp("Mean time of work of a request; 100ms, or the run's.", valueName: "duration"))
    var service: DurationArgument?

    @Option(help: ArgumentHelp("Mean time for which its worker waits for others.", valueName: "duration"))
    var wait = DurationArgument(.zero)

    @Option(
        help: ArgumentHelp(
            "Variance of both together over the squared mean, 0 to 100; 1, or the run's.", valueName: "number"))
    var variance: Double?

    @OptionGroup var recording: RecordingOptions

    @Option(help: ArgumentHelp("Wait for a worker that is promised.", valueName: "duration"))
    var sla = DurationArgument(.milliseconds(100))

    @Option(help: ArgumentHelp("Cost of a worker, above 0, up to 1000000000000.", valueName: "number"))
    var cost: Double?

    @Option(
        help: ArgumentHelp(
            "Cost where every request waited too long, in the same unit, 0 or more.", valueName: "number"))
    var penalty: Double?

    @Option(help: ArgumentHelp("Judge this size, 1 to 100000.", valueName: "count"))
    var workers: Int?

    @Option(help: ArgumentHelp("Processors, for the rule of threads, 1 to 1024.", valueName: "count"))
    var processors = 2

    @Flag(help: "Measure it in virtual time as well.")
    var measure = false

    @Option(help: ArgumentHelp("Requests that are measured, 0 to 5000000; implies --measure.", valueName: "count"))
    var requests: Int?

    @Option(help: ArgumentHelp("The seed of the run, 0 to 18446744073709551615.", valueName: "number"))
    var seed: UInt64 = 1

    @OptionGroup var lab: LabOptions

    func run() throws {
        var settings = BulkheadLab.Settings()
        // What is given is not asked of the run.
        try recording.apply { (run) throws(LabRefusal) in
            try settings.take(run, rate: rate == nil, spread: service == nil || variance == nil)
        }
        settings.rate = rate ?? settings.rate
        settings.service = service?.amount ?? settings.service
        settings.wait = wait.amount
        settings.variance = variance ?? settings.variance
        settings.promised = sla.amount
        settings.cost = cost
        settings.penalty = penalty
        settings.workers = workers
        settings.processors = processors
        settings.requests = requests ?? (measure ? settings.requests : 0)
        settings.seed = seed
        try lab.show("bulkhead", \BulkheadLabReport.sheet) { try BulkheadLab.run(settings) }
    }
}
