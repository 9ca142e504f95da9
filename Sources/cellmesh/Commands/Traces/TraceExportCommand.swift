import ArgumentParser
import ControlPlane
import Foundation
import MeshBase
import Reports
import UVDriver

struct TraceExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Give traces to other tools, by the OpenTelemetry protocol in JSON.",
        discussion: """
            One trace, or all that 'cellmesh trace ls' lists with the same options. --file writes one request of the protocol a line; \
            --endpoint posts them to a collector, again where it says that it cannot take them now.

              cellmesh trace export 4bf92f35 --file trace.jsonl
              cellmesh trace export --status 5xx --endpoint http://127.0.0.1:4318
              cellmesh trace export --customer c7 --slow 50ms --file slow.jsonl
            """)

    @Argument(help: ArgumentHelp("A trace's id, or how it begins; all where left out.", valueName: "id"))
    var id: String?

    @Option(help: ArgumentHelp("Where to write, a request a line.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("The collector: http://HOST:PORT, to which /v1/traces is added.", valueName: "url"))
    var endpoint: String?

    @Flag(help: "Send to another machine: traces tell names of customers and services.")
    var allowRemote = false

    @Option(
        help: ArgumentHelp(
            "How long a collector that cannot take a request now, or does not answer, is waited for.",
            valueName: "duration"))
    var patience = DurationArgument(.seconds(60))

    @OptionGroup var choice: TraceChoice

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (file == nil) != (endpoint == nil) else {
            throw ValidationError("where to? --file FILE or --endpoint URL, one of the two")
        }
        guard file?.isEmpty != true else { throw ValidationError("--file names a file") }
        guard id == nil || !choice.isSome else {
            throw ValidationError("an id names one trace: there is nothing to choose by --status and its like")
        }
        if let endpoint { _ = try CollectorAddress(endpoint, allowRemote: allowRemote) }
    }

    func run() throws {
        let directory = try mesh.known()
        let ids = try ids(directory)
        guard !ids.isEmpty else {
            throw CommandFailure(.usage, "no trace is kept that is asked for", next: "cellmesh trace ls")
        }
        let sent: ExportReport
        if let file {
            sent = try write(ids, to: file, directory)
        } else {
            sent = try post(ids, to: try CollectorAddress(endpoint ?? "", allowRemote: allowRemote), directory)
        }
        output.console.show(ExportView.make(sent))
        if sent.rejected > 0 {
            throw CommandFailure(
                "the collector did not take \(sent.rejected) of \(sent.spans) spans"
                    + (sent.message.isEmpty ? "" : ": \(sent.message)"),
                hint: "they are not sent again: it says that they cannot be taken")
        }
    }

    private func ids(_ directory: DataDirectory) throws -> [String] {
        if let id { return [try TracePages.whole(id.lowercased(), directory)] }
        let filter = choice.filter
        let now = Date().timeIntervalSince1970 * 1_000
        let heads = try TracePages.list(directory).heads
        try choice.check(directory, heads)
        return heads.filter { filter.wants($0, now: now) }.sorted { $0.began < $1.began }
            .map(\.trace)
    }

    /// Each trace is fetched when there is room for it: no more than a request's worth is held.
    private func requests(
        _ ids: [String], _ directory: DataDirectory, _ report: inout ExportReport,
        _ deliver: (OTLPRequests.Request, inout ExportReport) throws -> Void
    ) throws {
        var requests = OTLPRequests(mesh: directory.name, version: Version.text)
        func take(all full: [OTLPRequests.Request]) throws {
            for request in full {
                try deliver(request, &report)
                report.requests += 1
                report.spans += request.spans
            }
        }
        for id in ids {
            let trace = try TracePages.gather(known: id, directory)
            // It has left since it was listed.
            guard trace.isKnown else { continue }
            report.traces += 1
            for name in trace.missing where !report.missing.contains(name) { report.missing.append(name) }
            try take(all: requests.add(trace))
        }
        try take(all: requests.finish())
        guard report.traces > 0 else {
            throw CommandFailure(.usage, "nobody keeps such a trace any more", next: "cellmesh trace ls")
        }
    }

    private func write(_ ids: [String], to path: String, _ directory: DataDirectory) throws -> ExportReport {
        var report = ExportReport(to: path)
        var content: [UInt8] = []
        try requests(ids, directory, &report) { request, _ in content += request.body + [UInt8(ascii: "\n")] }
        do throws(FileFailure) {
            try SystemFile.put(path, content)
        } catch { throw CommandFailure("the traces were not written: \(error)") }
        return report
    }

    private func post(_ ids: [String], to collector: CollectorAddress, _ directory: DataDirectory) throws
        -> ExportReport
    {
        var report = ExportReport(to: collector.text)
        let endpoint = try collector.resolved()
        var coins = Generator(seed: UInt64(getpid()), concern: "export")
        let progress = ProgressLine(output.console)
        defer { progress.end() }
        try requests(ids, directory, &report) { request, report in
            var delivery = OTLPDelivery(patience: patience.amount, spans: request.spans)
            while true {
                let begun = Pause.now()
                let answer = collector.post(request, to: endpoint, within: delivery.limit)
                switch delivery.answered(answer, took: Pause.now() - begun, using: &coins) {
                case .delivered(let rejected, let message):
                    report.rejected += rejected
                    if !message.isEmpty { report.message = message }
                    return
                case .sendAgain(let wait):
                    progress.show(
                        "\(delivery.trouble): sent again in \(Wording.time(milliseconds: wait.milliseconds)), "
                            + "given up in \(Wording.time(milliseconds: (delivery.left + wait).milliseconds))")
                    Pause.sleep(wait)
                case .failed(let why):
                    progress.end()
                    throw CommandFailure(
                        "\(why); \(report.spans) spans were delivered before",
                        hint: "the traces are kept still: the same command sends them again")
                }
            }
        }
        return report
    }
}
