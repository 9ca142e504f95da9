import ArgumentParser
import ControlPlane
import MeshBase
import Reports

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Look at what loads, evacuations, drills and laboratories have found.",
        subcommands: [
            ReportListCommand.self, ReportShowCommand.self, ReportOpenCommand.self, ReportExportCommand.self,
            ReportDiffCommand.self, ReportKeepCommand.self, ReportRemoveCommand.self,
        ])
}

/// Which report a command is about.
struct ReportArgument: ParsableArguments {
    @Argument(
        help: "The id of a report, 'last', or the last of a kind: load, evacuation, partition, gameday, monkey, lab.")
    var report: String = "last"

    /// - Throws: where there is none.
    static func find(_ wanted: String, in store: ReportStore) throws -> String {
        // As 'report ls -o name' prints it.
        let wanted = wanted.hasPrefix("report/") ? String(wanted.dropFirst("report/".count)) : wanted
        if let id = store.find(wanted) { return id }
        let ids = store.ids
        throw CommandFailure(
            .usage,
            ids.isEmpty
                ? "no report is kept of mesh '\(store.mesh)'"
                : "no report '\(wanted.prefix(100))' is kept of mesh '\(store.mesh)'",
            hint: ids.isEmpty ? nil : NearestWord.hint(for: wanted, among: ids, listing: "reports are"),
            next: ids.isEmpty ? "cellmesh load run --rate 100 --duration 10s" : "cellmesh report ls")
    }

    /// - Throws: where there is none, or where it cannot be read.
    static func read(_ wanted: String, in store: ReportStore) throws -> RunReport {
        let id = try find(wanted, in: store)
        guard let report = store.report(id) else {
            throw CommandFailure("the report '\(id)' cannot be read", next: "cellmesh report rm \(id)")
        }
        return report
    }
}

struct ReportListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the reports that are kept, newest first.",
        discussion: """
            Of a mesh the last hundred are kept, 200 MiB at most, beside those that 'report keep' holds. Works while the \
            mesh does not run.

              cellmesh report ls
              cellmesh report ls -o json
            """)

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = ReportStore(try mesh.known())
        let rows = store.ids.map { id in
            ReportsReport.Row(id, store.report(id), kept: store.isKept(id), bytes: store.bytes(of: id))
        }
        output.console.show(RunView.list(ReportsReport(rows)))
        output.console.next(
            rows.isEmpty ? "cellmesh load run --rate 100 --duration 10s" : "cellmesh report show last")
    }
}

struct ReportShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what a run has found: verdict, claims, customers, incidents.",
        discussion: """
            Exits with 0 whatever the report says; 'report export --format junit' is for what has to fail.

              cellmesh report show last
              cellmesh report show load -o json
            """)

    @OptionGroup var which: ReportArgument
    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = ReportStore(try mesh.known())
        let report = try ReportArgument.read(which.report, in: store)
        output.console.show(RunView.make(report))
        output.console.next("cellmesh report open \(report.id)")
    }
}

struct ReportKeepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keep", abstract: "Let a report stay, however many come after it.",
        discussion: """
            It takes no room from the others then. --off gives it back to them.

              cellmesh report keep last
            """)

    @OptionGroup var which: ReportArgument
    @Flag(help: "No longer.")
    var off = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = ReportStore(try mesh.known())
        let id = try ReportArgument.find(which.report, in: store)
        try store.keep(id, !off)
        let row = ReportsReport.Row(id, store.report(id), kept: store.isKept(id), bytes: store.bytes(of: id))
        output.console.show(RunView.list(ReportsReport([row])))
    }
}

struct ReportRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove reports, also kept ones.",
        discussion: "  cellmesh report rm last")

    @Argument(help: "Ids of reports, 'last', or the last of a kind.")
    var reports: [String]

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = ReportStore(try mesh.known())
        // All are found before the first goes, so that 'last' is what was listed.
        var ids: [String] = []
        for report in reports {
            let id = try ReportArgument.find(report, in: store)
            if !ids.contains(id) { ids.append(id) }
        }
        let rows = ids.map {
            ReportsReport.Row($0, store.report($0), kept: store.isKept($0), bytes: store.bytes(of: $0))
        }
        for id in ids { try store.remove(id) }
        output.console.show(RunView.list(ReportsReport(rows), verb: "removed"))
    }
}
