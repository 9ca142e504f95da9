import ArgumentParser
import ControlPlane
import Reports

struct ReportOpenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Open the page of a report in a browser (xdg-open), and print where it is.",
        discussion: """
            The page is one file without script that can be sent to anybody. --print only says where it is.

              cellmesh report open last
            """)

    @OptionGroup var which: ReportArgument
    @Flag(name: .customLong("print"), help: "Open nothing.")
    var printsOnly = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = ReportStore(try mesh.known())
        let id = try ReportArgument.find(which.report, in: store)
        let path = "\(store.directory(of: id))/report.html"
        guard SystemFile.exists(path) else {
            throw CommandFailure(
                "the report '\(id)' has no page", next: "cellmesh report export \(id) --format html --to report.html")
        }
        output.console.show(
            Report(PageDocument(id: id, page: path), names: ["report/\(id)"]) { _ in path + "\n" })
        guard !printsOnly else { return }
        try Browser.open(path, or: CommandFailure("no browser could be opened; open the file yourself"))
    }

    /// `report open -o json`.
    private struct PageDocument: Encodable {
        let schema = ReportJSON.schema
        var id: String
        /// The path of the page.
        var page: String
    }
}

struct ReportExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a report for others: a page, JSON, Markdown or JUnit.",
        discussion: """
            To standard output, or with --to into a file. In JUnit's XML a claim is a test case; what is undecided was \
            skipped. Exits with 5 where a claim was not met, and with 3 where one is undecided, if --check is given.

              cellmesh report export last --format html --to report.html
              cellmesh report export load --format junit --to report.xml --check
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case html, json, md, junit }

    @OptionGroup var which: ReportArgument
    @Option(help: ArgumentHelp("html, json, md or junit.", valueName: "format"))
    var format: Format = .html

    @Option(help: ArgumentHelp("Where to; standard output where left out.", valueName: "file"), completion: .file())
    var to: String?

    @Flag(help: "Exit as 'load run' does, by what the report says.")
    var check = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = ReportStore(try mesh.known())
        let report = try ReportArgument.read(which.report, in: store)
        let content: [UInt8] =
            switch format {
            // As it was written then, where that is there.
            case .html:
                store.file("report.html", of: report.id)
                    ?? Array(report.page(store.series(report.id)).render().utf8)
            case .json: Array((DocumentText.json(report) + "\n").utf8)
            case .md: Array(report.markdown.utf8)
            case .junit: Array(report.junit.utf8)
            }
        if let to {
            do { try SystemFile.put(to, content) } catch {
                throw CommandFailure("\(to) cannot be written: \(error)")
            }
            output.console.message("wrote \(to), \(Wording.bytes(content.count))")
        } else {
            output.console.document(String(decoding: content, as: UTF8.self))
        }
        guard check else { return }
        switch report.outcome {
        case .observed, .passed: break
        case .inconclusive: throw CommandFailure(.unhealthy, "the report '\(report.id)' is inconclusive")
        case .deviated: throw CommandFailure(.violated, "the report '\(report.id)' deviated")
        case .interrupted, .failed: throw CommandFailure("the report '\(report.id)': \(report.outcome.rawValue)")
        }
    }
}

struct ReportDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Set two reports side by side, claim by claim.",
        discussion: """
            Two figures differ for certain where their intervals do not meet; all else may be chance.

              cellmesh report diff 20260301-120000123-load last
            """)

    @Argument(help: "The report that is compared with: an id, 'last' or a kind.")
    var first: String

    @Argument(help: "The report that is looked at.")
    var second: String = "last"

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = ReportStore(try mesh.known())
        let a = try ReportArgument.read(first, in: store)
        let b = try ReportArgument.read(second, in: store)
        guard a.id != b.id else {
            throw CommandFailure(.usage, "both are the report '\(a.id)'", next: "cellmesh report ls")
        }
        output.console.show(RunView.comparison(RunComparison(a, b)))
    }
}
