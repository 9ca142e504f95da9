import ArgumentParser
import ControlPlane
import Reports
import Topology

/// Which traces are meant: of `trace ls`, and of `trace export` without an id.
struct TraceChoice: ParsableArguments {
    @Flag(help: "Only requests that failed: status 500 and above, and 429.")
    var failed = false

    @Option(help: ArgumentHelp("Only of these statuses: 503, 5xx, or several with commas.", valueName: "status"))
    var status: String?

    @Option(help: ArgumentHelp("Only what took so long or longer, such as 50ms.", valueName: "duration"))
    var slow: DurationArgument?

    @Option(help: ArgumentHelp("Only what this policy said no to, at last or on the way.", valueName: "policy"))
    var policy: String?

    @Option(help: ArgumentHelp("Only requests to this service; 'records' for records.", valueName: "service"))
    var service: String?

    @Option(help: ArgumentHelp("Only of this customer.", valueName: "customer"))
    var customer: String?

    @Option(help: ArgumentHelp("Only what went to this cell.", valueName: "cell"))
    var cell: String?

    @Option(help: ArgumentHelp("Only what this fault was in force for, such as f3.", valueName: "fault"))
    var fault: String?

    func validate() throws {
        guard status == nil || TraceFilter.statuses(status ?? "") != nil else {
            throw ValidationError("--status is a status such as 503, a class such as 5xx, or several with commas")
        }
    }

    /// Whether something is chosen.
    var isSome: Bool {
        failed || slow != nil || [status, policy, service, customer, cell, fault].contains { $0 != nil }
    }

    /// Refuses what names nothing in the mesh, nor in the traces that there are.
    func check(_ mesh: DataDirectory, _ heads: [TraceHead]) throws {
        guard [policy, service, cell, fault].contains(where: { $0 != nil }) else { return }
        try TraceNames(mesh).check(filter, heads)
    }

    var filter: TraceFilter {
        var filter = TraceFilter()
        filter.isFailed = failed
        filter.statuses = status.flatMap { TraceFilter.statuses($0) } ?? []
        filter.slow = slow.map { $0.amount.milliseconds }
        filter.policy = policy
        filter.service = service
        filter.customer = customer
        filter.cell = cell.map { TargetSelector.name(in: $0, of: .cell) }
        filter.fault = fault
        return filter
    }
}
