import ArgumentParser
import Blueprints
import ControlPlane
import Reports

struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Look at what policies decided about single requests.",
        discussion: """
            A request with the header 'X-Explain: 1' is followed through router, cell and services: each keeps what it \
            decided about it and on which figures. The answer's X-Trace-Id names the trace. Requests that the mesh failed \
            are kept too, and one in a hundred of all others; a process keeps its last 1 000.
            """,
        subcommands: [TraceListCommand.self, TraceShowCommand.self])
}

struct TraceListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the traces that the routers keep, the newest first.",
        discussion: """
              cellmesh trace ls --failed
              cellmesh trace ls --policy breaker --customer c7
            """)

    @Flag(help: "Only requests that failed: status 500 and above, and 429.")
    var failed = false

    @Option(help: ArgumentHelp("Only what this policy said no to.", valueName: "policy"))
    var policy: String?

    @Option(help: ArgumentHelp("Only requests to this service; 'records' for records.", valueName: "service"))
    var service: String?

    @Option(help: ArgumentHelp("Only of this customer.", valueName: "customer"))
    var customer: String?

    @Option(help: ArgumentHelp("At most so many, 1 to 10000.", valueName: "count"))
    var last = 20

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...10_000).contains(last) else { throw ValidationError("--last is a number from 1 to 10000") }
    }

    func run() throws {
        let directory = try mesh.known()
        let pages = try TracePages.get("/v1/traces", directory, as: TraceListPage.self)
        var rows = pages.flatMap { $0.page?.traces ?? [] }.filter { row in
            !row.customer.isEmpty && (!failed || Self.isFailure(row.status)) && (policy == nil || row.policy == policy)
                && (service == nil || row.service == service) && (customer == nil || row.customer == customer)
        }
        rows.sort { $0.began > $1.began }
        output.console.show(TraceView.list(Array(rows.prefix(last)), of: rows.count))
        let silent = pages.filter(\.isSilent).map(\.name)
        guard silent.isEmpty else {
            throw CommandFailure(
                .unhealthy, "no answer from: \(silent.joined(separator: ", "))", next: "cellmesh status")
        }
    }

    private static func isFailure(_ status: Int) -> Bool { status >= 500 || status == 429 }
}

struct TraceShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Tell what was decided about one request, where, when and on which figures.",
        discussion: """
              curl -i -H 'X-Explain: 1' http://127.0.0.1:PORT/v1/customers/c7/services/checkout
              cellmesh trace show 4bf92f3577b34da6a3ce929d0e0e4736
            """)

    @Argument(help: ArgumentHelp("A trace's id, or how it begins, from 4 digits on.", valueName: "id"))
    var id: String

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try mesh.known()
        let trace = try TracePages.whole(id.lowercased(), directory)
        let pages = try TracePages.get("/v1/traces/\(trace)", directory, as: TracePage.self)
        let gathered = GatheredTrace(id: trace, pages: pages)
        guard gathered.isKnown else { throw TracePages.unknown(id, directory) }
        output.console.show(TraceView.make(gathered))
    }
}

/// The pages of traces of a mesh's processes.
enum TracePages {
    static func get<Page: Decodable>(
        _ target: String, _ directory: DataDirectory, as type: Page.Type
    ) throws -> [ProcessPages.Answer<Page>] {
        let pages = ProcessPages.get(target, of: directory, as: type).filter { $0.name != "control" }
        guard !pages.isEmpty else {
            throw CommandFailure(
                .noSuchMesh, "no process of mesh '\(directory.name)' runs",
                next: "cellmesh up --mesh \(directory.name) --detach")
        }
        return pages
    }

    /// The whole id of the one trace that begins so.
    static func whole(_ text: String, _ directory: DataDirectory) throws -> String {
        guard (4...32).contains(text.utf8.count), text.utf8.allSatisfy({ hexadecimal.contains($0) }) else {
            throw CommandFailure(
                .usage, "'\(text)' is no id of a trace",
                hint: "it has 32 hexadecimal digits, of which the first 4 or more will do", next: "cellmesh trace ls")
        }
        guard text.utf8.count < 32 else { return text }
        var found = Set<String>()
        for answer in try get("/v1/traces", directory, as: TraceListPage.self) {
            for row in answer.page?.traces ?? [] where row.trace.hasPrefix(text) { found.insert(row.trace) }
        }
        guard let one = found.first else { throw unknown(text, directory) }
        guard found.count == 1 else {
            throw CommandFailure(
                .usage, "\(found.count) traces begin with '\(text)'", hint: "write more of it",
                next: "cellmesh trace ls")
        }
        return one
    }

    static func unknown(_ text: String, _ directory: DataDirectory) -> CommandFailure {
        CommandFailure(
            .usage, "no process of mesh '\(directory.name)' keeps a trace '\(text)'",
            hint: "each keeps its last 1 000; a request is followed where it has 'X-Explain: 1'",
            next: "cellmesh trace ls")
    }

    private static let hexadecimal = Set("0123456789abcdef".utf8)
}
