import ArgumentParser
import ControlPlane
import Foundation
import MeshBase
import Reports

struct TraceListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the traces that the routers keep, the newest first.",
        discussion: """
              cellmesh trace ls --status 5xx --customer c7
              cellmesh trace ls --fault f3 --slow 50ms
              cellmesh trace ls --policy breaker --follow --max-rate 50
            """)

    @Flag(help: "Only requests that failed: status 500 and above, and 429.")
    var failed = false

    @Option(help: ArgumentHelp("Only of these statuses: 503, 5xx, or several with commas.", valueName: "status"))
    var status: String?

    @Option(help: ArgumentHelp("Only what took so long or longer, such as 50ms.", valueName: "time"))
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

    @Option(help: ArgumentHelp("At most so many, 1 to 10000.", valueName: "count"))
    var last = 20

    @Flag(name: .shortAndLong, help: "Go on, with new traces as they end.")
    var follow = false

    @Option(help: ArgumentHelp("With --follow: at most so many a second, 1 to 1000.", valueName: "count"))
    var maxRate = 50

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...10_000).contains(last) else { throw ValidationError("--last is a number from 1 to 10000") }
        guard (1...1_000).contains(maxRate) else { throw ValidationError("--max-rate is a number from 1 to 1000") }
        guard status == nil || filter.statuses.isEmpty == false else {
            throw ValidationError("--status is a status such as 503, a class such as 5xx, or several with commas")
        }
    }

    /// What the options ask for.
    var filter: TraceFilter {
        var filter = TraceFilter()
        filter.isFailed = failed
        filter.statuses = status.flatMap { TraceFilter.statuses($0) } ?? []
        filter.slow = slow.map { $0.amount.milliseconds }
        filter.policy = policy
        filter.service = service
        filter.customer = customer
        filter.cell = cell
        filter.fault = fault
        return filter
    }

    private static var now: Double { Date().timeIntervalSince1970 * 1_000 }

    func run() throws {
        let directory = try mesh.known()
        guard !follow else { return try tap(directory) }
        let filter = filter
        let pages = try TracePages.get("/v1/traces", directory, as: TraceListPage.self)
        let now = Self.now
        let rows = TraceFilter.joined(pages.flatMap { $0.page?.traces ?? [] }).filter { filter.wants($0, now: now) }
            .sorted { $0.began > $1.began }
        output.console.show(TraceView.list(Array(rows.prefix(last)), of: rows.count))
        let silent = pages.filter(\.isSilent).map(\.name)
        guard silent.isEmpty else {
            throw CommandFailure(
                .unhealthy, "no answer from: \(silent.joined(separator: ", "))", next: "cellmesh status")
        }
    }

    /// Until it is interrupted. Processes that do not answer have nothing to show.
    private func tap(_ directory: DataDirectory) throws {
        let (console, filter) = (output.console, filter)
        var tap = TraceTap(rate: maxRate, now: Self.now)
        var (isFirst, told) = (true, 0)
        while !StandardOutput.isBroken {
            let since = Int64(tap.since(now: Self.now))
            let pages = try TracePages.get("/v1/traces?since=\(since)", directory, as: TraceListPage.self)
            let now = Self.now
            let rows = tap.take(
                TraceFilter.joined(pages.flatMap { $0.page?.traces ?? [] }).filter { filter.wants($0, now: now) },
                now: now)
            show(rows, isFirst: isFirst, console)
            isFirst = isFirst && rows.isEmpty
            if tap.leftOut > told {
                console.message("\(tap.leftOut - told) more came than --max-rate \(maxRate) shows")
                told = tap.leftOut
            }
            Pause.sleep(.milliseconds(500))
        }
    }

    private func show(_ rows: [TraceHead], isFirst: Bool, _ console: Console) {
        guard !rows.isEmpty else { return }
        switch console.format {
        case .json: console.document(rows.map { DocumentText.json(TracesReport.Row($0), .compact) + "\n" }.joined())
        case .yaml: console.document(DocumentText.yaml(rows.map { TracesReport.Row($0) }))
        case .name: console.data(rows.map { $0.trace + "\n" }.joined())
        case .table, .wide: console.data(TraceView.tapped(rows, isFirst: isFirst, console.style))
        }
    }
}
