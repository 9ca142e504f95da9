import ArgumentParser
import Blueprints
import ControlPlane
import MeshBase
import Reports
import Telemetry

struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what the processes of a mesh have logged.",
        discussion: """
            Of one process its lines as they are; of all processes merged by time, with their names in front. Each line \
            says when, how grave, who and what. A running mesh is not needed.

              cellmesh logs
              cellmesh logs us-east-1 --tail 20
              cellmesh logs control --follow
            """)

    @Argument(help: "A cell, a router or 'control'; all of them where left out.")
    var target: String?

    @Option(help: ArgumentHelp("So many of the last lines, 0 or more.", valueName: "count"))
    var tail: Int = 100

    @Flag(name: .shortAndLong, help: "Go on, with new lines as they come.")
    var follow = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard tail >= 0 else { throw ValidationError("--tail is 0 or more") }
    }

    func run() throws {
        let console = output.console
        let directory = try mesh.known()
        if let target, let elsewhere = try ElsewhereCell(target, directory) {
            guard !follow else {
                throw CommandFailure(
                    .usage, "the log of \(elsewhere.name) lies on another host and cannot be followed from here",
                    hint: "leave out --follow, or follow it there")
            }
            let lines = try elsewhere.log(tail)
            return show(
                lines.map { LogHistory.Entry(time: 0, process: "cell/\(elsewhere.name)", line: $0) }[...], console)
        }
        var history = LogHistory(directory, process: try process(directory))
        let first = history.next().suffix(max(tail, 0))
        show(first, console)
        if first.isEmpty, !follow, console.format == .table { console.message("nothing was logged") }
        while follow, !StandardOutput.isBroken {
            Pause.sleep(.milliseconds(200))
            show(history.next()[...], console)
        }
    }

    private func show(_ entries: ArraySlice<LogHistory.Entry>, _ console: Console) {
        for entry in entries {
            let document = LogRecord(process: entry.process, line: entry.line)
            switch console.format {
            case .json: console.document(DocumentText.json(document, .compact) + "\n")
            case .yaml: console.document(DocumentText.yaml([document]))
            default:
                // A log quotes what others have sent: nothing of it may control the terminal.
                let line = DisplayText.clean(entry.line)
                console.data(target == nil ? "\(entry.process) | \(line)\n" : line + "\n")
            }
        }
    }

    /// The process that is meant, as its log is named; nil for all.
    private func process(_ mesh: DataDirectory) throws -> String? {
        guard let target else { return nil }
        let known = LogHistory.paths(mesh).map(\.process)
        if let found = known.first(where: { $0 == target || $0.hasSuffix("/" + target) }) { return found }
        let names = known.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        throw CommandFailure(
            .usage, "mesh '\(mesh.name)' has no process '\(target)'",
            hint: NearestWord.hint(for: target, among: names, listing: "there are"))
    }
}
