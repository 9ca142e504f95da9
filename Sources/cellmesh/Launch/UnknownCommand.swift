import ArgumentParser
import MeshBase

/// Finds the command that a mistyped one was meant to be.
enum UnknownCommand {
    /// Nil where every word that stands for a command is one.
    static func failure(_ arguments: [String]) -> CommandFailure? {
        let (command, path, unknown) = follow(arguments)
        return unknown.map { failure($0, path, command.configuration.subcommands) }
    }

    /// The command that the arguments lead to, as it is written: `cellmesh load run`.
    static func path(_ arguments: [String]) -> String { follow(arguments).path }

    /// The same, as the parser has it.
    static func command(_ arguments: [String]) -> any ParsableCommand.Type { follow(arguments).command }

    private static func follow(
        _ arguments: [String]
    ) -> (command: any ParsableCommand.Type, path: String, unknown: String?) {
        var command: any ParsableCommand.Type = CellMesh.self
        var path = "cellmesh"
        for word in arguments {
            let known = command.configuration.subcommands
            if known.isEmpty || word == "--" { break }
            if word.hasPrefix("-") { continue }
            if word == "help", command == CellMesh.self { continue }
            guard let next = known.first(where: { name(of: $0) == word || aliases(of: $0).contains(word) }) else {
                // What is no command is an argument of the one that needs not be named.
                if let standard = command.configuration.defaultSubcommand { return (standard, path, nil) }
                return (command, path, word)
            }
            command = next
            path += " " + word
        }
        return (command, path, nil)
    }

    private static func failure(_ word: String, _ path: String, _ known: [any ParsableCommand.Type]) -> CommandFailure {
        let names = known.filter { $0.configuration.shouldDisplay }.flatMap { [name(of: $0)] + aliases(of: $0) }
        return CommandFailure(
            .usage, "'\(path)' has no command '\(word)'",
            hint: NearestWord.hint(for: word, among: names, listing: "there are"), next: "\(path) --help")
    }

    private static func name(of command: any ParsableCommand.Type) -> String { command._commandName }
    private static func aliases(of command: any ParsableCommand.Type) -> [String] { command.configuration.aliases }
}
