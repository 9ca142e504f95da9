import ArgumentParser

struct SimCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sim", abstract: "Run a mesh in virtual time, from a seed.",
        subcommands: [
            SimRunCommand.self, SimSwarmCommand.self, SimSweepCommand.self, SimStrikeCommand.self,
            SimReplayCommand.self, SimMinimiseCommand.self, SimSwimCommand.self, SimValidateCommand.self,
        ])
}
