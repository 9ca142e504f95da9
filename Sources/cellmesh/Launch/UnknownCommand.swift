import ArgumentParser
import Blueprints

/// Finds the command that a mistyped one was meant to be.
enum UnknownCommand {
    /// Nil where every word that stands for a command is one.
    static func failure(_ arguments: [String]) -> CommandFailure? {
        var command: any ParsableCommand.Type = CellMesh.self
        var path = "cellmesh"
        for word in arguments {
            let known = command.configuration.subcommands
            if known.isEmpty || word == "--" { return nil }
            if word.hasPrefix("-") { continue }
            if word == "help", command == CellMesh.self { continue }
            guard let next = known.first(where: { name(of: $0) == word || aliases(of: $0).contains(word) }) else {
                return failure(word, path, known)
            }
            command = next
            path += " " + word
        }
        return nil
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
