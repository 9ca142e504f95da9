import ArgumentParser

struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Send requests of many customers to a mesh.",
        subcommands: [LoadRunCommand.self, LoadStartCommand.self, LoadStopCommand.self, LoadStatusCommand.self])
}
