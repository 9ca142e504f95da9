import ArgumentParser

struct MembershipCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "membership", abstract: "Look after the membership of a mesh.",
        subcommands: [KeysCommand.self, CertsCommand.self])
}

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "List or change the keys that seal the gossip of a mesh.",
        subcommands: [KeysListCommand.self, KeysRotateCommand.self])
}
