import ArgumentParser
import Blueprints
import Reports
import Telemetry

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check topologies, blueprints and scenarios.",
        discussion: """
            Runs the checks of 'up' and the anti-pattern linter, finds as many problems as it can, and tells for each \
            one where it stands and what to do. Exits with 1 where there is an error; warnings alone give 0.

              cellmesh validate topology/three-regions.yaml
              cellmesh validate cells/*.yaml -o json
            """)

    @Argument(help: "Files to check; the topology that 'up' would start where none is named.", completion: .file())
    var files: [String] = []

    @OptionGroup var output: OutputOptions

    private struct Document: Encodable {
        let schema = ReportJSON.schema
        /// There is no error; warnings there may be.
        var ok: Bool
        var problems: [Problem]
    }

    func run() throws {
        let console = output.console
        let results = files.isEmpty ? [TopologyFile.load(nil)] : files.map { MeshFiles.check($0) }
        let problems = results.flatMap(\.problems)
        console.show(
            Report(
                Document(ok: !problems.hasErrors, problems: problems),
                names: problems.map { "\($0.code.rawValue)/\($0.file):\($0.line):\($0.column)" }
            ) {
                style in
                PaintedText.adopted(results.map { $0.rendered(color: style.hasColors) }.joined())
                    + summary(results, problems) + "\n"
            })
        if problems.hasErrors { throw ExitCode(ExitStatus.failed.rawValue) }
        if results.count == 1, results[0].topology != nil, files.first != "-" {
            console.next("cellmesh up\(files.first.map { " \($0)" } ?? "")")
        }
    }

    private func summary(_ results: [MeshFilesResult], _ problems: [Problem]) -> String {
        let errors = problems.count { $0.severity == .error }
        let warnings = problems.count - errors
        guard errors == 0 else {
            return "\(Wording.plural(errors, "error")), \(Wording.plural(warnings, "warning"))"
        }
        let found = results.count == 1 ? results[0].topology.map { TopologyWording.described($0) } : nil
        let tail = warnings == 0 ? "" : ", with \(Wording.plural(warnings, "warning"))"
        return "ok\(tail)\(found.map { ": \($0)" } ?? "")"
    }
}
