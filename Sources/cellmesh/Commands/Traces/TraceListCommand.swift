import ArgumentParser
import ControlPlane
import Foundation
import MeshBase
import Reports
import Telemetry

struct TraceListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the traces that are kept, the newest first.",
        discussion: """
              cellmesh trace ls --status 5xx --customer c7
              cellmesh trace ls --fault f3 --slow 50ms
              cellmesh trace ls --policy breaker --follow --max-rate 50
            """)

    @OptionGroup var choice: TraceChoice

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
    }

    private static var now: Double { Date().timeIntervalSince1970 * 1_000 }

    func run() throws {
        let directory = try mesh.known()
        guard !follow else { return try tap(directory) }
        let filter = choice.filter
        let listing = try TracePages.list(directory)
        try choice.check(directory, listing.heads)
        let now = Self.now
        let rows = listing.heads.filter { filter.wants($0, now: now) }.sorted { $0.began > $1.began }
        output.console.show(TraceView.list(Array(rows.prefix(last)), of: rows.count, store: listing.store))
        guard listing.silent.isEmpty else {
            throw CommandFailure(
                .unhealthy, "no answer from: \(listing.silent.joined(separator: ", "))", next: "cellmesh status")
        }
    }

    /// Until it is interrupted. Processes that do not answer have nothing to show.
    private func tap(_ directory: DataDirectory) throws {
        let (console, filter) = (output.console, choice.filter)
        try choice.check(directory, [])
        var tap = TraceTap(rate: maxRate, now: Self.now)
        var (isFirst, told) = (true, 0)
        while !StandardOutput.isBroken {
            let since = Int64(tap.since(now: Self.now))
            let heads = try TracePages.list(since: since, directory).heads
            let now = Self.now
            let rows = tap.take(heads.filter { filter.wants($0, now: now) }, now: now)
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
        let documents = { TracesReport(rows, time: Timestamp.string(milliseconds:)).traces }
        switch console.format {
        case .json: console.document(documents().map { DocumentText.json($0, .compact) + "\n" }.joined())
        case .yaml: console.document(DocumentText.yaml(documents()))
        case .name: console.data(rows.map { $0.trace + "\n" }.joined())
        case .table, .wide: console.data(TraceView.tapped(rows, isFirst: isFirst, console.style))
        }
    }
}
