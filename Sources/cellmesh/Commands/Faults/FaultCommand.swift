import ArgumentParser

struct FaultCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault", abstract: "Put faults on the wire between nodes, zones and regions, or on services.",
        subcommands: [FaultAddCommand.self, FaultListCommand.self, FaultRemoveCommand.self])
}
