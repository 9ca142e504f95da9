import ArgumentParser

struct LabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab", abstract: "Calculate and try out without a mesh.",
        discussion: """
            Experiments run the policies of a mesh in virtual time, from a seed; what theory predicts stands beside what \
            was measured. Each prints the command that leads to the same figures again.
            """,
        subcommands: [
            LabShardsCommand.self, LabBreakerCommand.self, LabRetryStormCommand.self, LabOrderCommand.self,
            LabBulkheadCommand.self, LabHedgeCommand.self, LabTimeoutsCommand.self, LabTuneCommand.self,
            LabMaturityCommand.self, LabIsolationCommand.self, LabIsolationUnitCommand.self,
            LabAvailabilityCommand.self, LabDowntimeCommand.self, LabRetryCostCommand.self, LabWaveCommand.self,
        ])
}
