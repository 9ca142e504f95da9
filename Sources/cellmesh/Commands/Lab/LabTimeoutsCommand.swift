import ArgumentParser
import Blueprints
import Laboratories

struct LabTimeoutsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeouts", abstract: "See whether every caller has the time that its callees may take.",
        discussion: """
            The sums that 'validate' warns by, for every call of a topology or a blueprint, and beside them requests in \
            virtual time whose callees use their limits up. Exits with 1 where a call has less time than it should have: \
            1.2 times what the callee needs.

              cellmesh lab timeouts topology/three-regions.yaml
              cellmesh lab timeouts cells/storefront.yaml --policies seed
              cellmesh lab timeouts --from run.json --html timeouts.html
            """)

    @OptionGroup var model: LabModelOptions
    @OptionGroup var recording: RecordingOptions
    @OptionGroup var lab: LabOptions

    func run() throws {
        let read = try model.model(lab.output.console)
        var settings = TimeoutLab.Settings(
            file: model.file, policies: model.policies,
            cells: read.cells.map { cell in
                let needs = TimeNeeds(cell.blueprint, policies: cell.policies)
                return TimeoutLab.Cell(cell.blueprint.name, needs.hierarchy, entries: needs.entries)
            })
        settings.recording = try recording.recording()
        let report = try lab.show("timeouts", \TimeoutLabReport.sheet) { try TimeoutLab.run(settings) }
        if !report.ok { throw ExitCode(ExitStatus.failed.rawValue) }
    }
}
