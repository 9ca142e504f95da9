import ArgumentParser
import Blueprints
import Laboratories

struct LabMaturityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maturity", abstract: "Assess the resilience of a topology, and what comes next.",
        discussion: """
            Breakers 0.30, bulkheads 0.25, degradation 0.25 and monitoring 0.20, by what is in force; a level from 0 \
            (fragile) to 4 (antifragile); what each service lacks for its tier; what to do next. A file does not say \
            whether failures are brought about on purpose: '--chaos' does.

              cellmesh lab maturity topology/three-regions.yaml
              cellmesh lab maturity --policies off
              cellmesh lab maturity cells/storefront.yaml --chaos tests -o json
            """)

    @OptionGroup var model: LabModelOptions

    @Option(help: ArgumentHelp("Failures on purpose: none, tests or continuous.", valueName: "word"))
    var chaos = MaturityLab.Chaos.none

    @OptionGroup var lab: LabOptions

    func run() throws {
        let read = try model.model(lab.output.console)
        var settings = MaturityLab.Settings(
            file: model.file, policies: model.policies,
            cells: read.cells.map { MaturityLab.Cell($0.blueprint, $0.policies) })
        settings.heals = read.topology.map { $0.restart != .never } ?? false
        settings.chaos = chaos
        settings.problems = read.problems.map {
            MaturityLab.Problem(
                code: $0.code.rawValue, severity: $0.severity.rawValue, file: $0.file, line: $0.line, column: $0.column,
                message: $0.message, hint: $0.hint)
        }
        try lab.show("maturity", \MaturityReport.sheet) { try MaturityLab.run(settings) }
    }
}

extension MaturityLab.Chaos: ExpressibleByArgument {}
