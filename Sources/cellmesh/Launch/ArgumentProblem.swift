import ArgumentParser
import Blueprints
import MeshBase

/// What is wrong with a command line, told as all other errors are: a sentence, a hint and the command to try next.
enum ArgumentProblem {
    /// - Parameters:
    ///   - message: as the parser of arguments words it.
    ///   - command: the command that it is about, such as `cellmesh load run`.
    static func failure(_ message: String, of command: String = "cellmesh") -> CommandFailure {
        var failure = invalidValue(message) ?? plain(message)
        failure.next = "\(command) --help"
        return failure
    }

    /// With what the help of the command says of the option that is wrong: its bounds.
    static func failure(_ message: String, _ arguments: [String]) -> CommandFailure {
        let command = UnknownCommand.path(arguments)
        var failure = watchValue(arguments) ?? negativeValue(message, arguments) ?? failure(message, of: command)
        failure.next = "\(command) --help"
        // `--count cannot be '-1'`: of numbers there is more to say than what their form is.
        guard failure.message.contains(" cannot be '"), let option = failure.message.split(separator: " ").first,
            let bounds = bounds(of: String(option), in: UnknownCommand.command(arguments))
        else { return failure }
        failure.hint = bounds
        return failure
    }

    /// `--watch=x`: a flag takes no value, which the parser would say.
    private static func watchValue(_ arguments: [String]) -> CommandFailure? {
        guard let word = arguments.first(where: { $0.hasPrefix("--watch=") }),
            case let value = String(word.dropFirst("--watch=".count)), DurationArgument(argument: value) == nil,
            UnknownCommand.command(arguments) is any WatchingCommand.Type
        else { return nil }
        return CommandFailure(.usage, "--watch cannot be '\(value)'", hint: hint(form: "duration", value: value))
    }

    /// A value that begins with a dash is taken for an option: `Missing value for '--count <number>'`.
    private static func negativeValue(_ message: String, _ arguments: [String]) -> CommandFailure? {
        let start = "Missing value for '"
        guard message.hasPrefix(start) else { return nil }
        let option = String(message.dropFirst(start.count).prefix { $0 != " " && $0 != "'" })
        guard let position = arguments.firstIndex(of: option), position + 1 < arguments.count else { return nil }
        let value = arguments[position + 1]
        guard value.hasPrefix("-"), let first = value.utf8.dropFirst().first, (48...57).contains(first) else {
            return nil
        }
        let form = message.split(separator: "<").last.map { String($0.prefix { $0 != ">" }) } ?? ""
        let long = option.hasPrefix("--") ? option : long(option, in: UnknownCommand.command(arguments)) ?? option
        return CommandFailure(.usage, "\(long) cannot be '\(value)'", hint: hint(form: form, value: value))
    }

    private static func lines(_ command: any ParsableCommand.Type) -> [Substring] {
        CellMesh.helpMessage(for: command, includeHidden: true, columns: 10_000).split(separator: "\n")
            .map { $0.drop { $0 == " " } }
    }

    /// `-n` as it is written out.
    private static func long(_ short: String, in command: any ParsableCommand.Type) -> String? {
        lines(command).first { $0.hasPrefix("\(short), --") }?.split(separator: " ").dropFirst().first.map(String.init)
    }

    /// How help calls values that are plain numbers.
    static let numbers = ["number", "count", "n", "k", "factor"]

    /// What the help says of an option that takes a number, since its text names the bounds; nil for any other option.
    static func bounds(of option: String, in command: any ParsableCommand.Type) -> String? {
        let line = lines(command).first { line in
            guard line.hasPrefix("-"), let found = line.firstRange(of: option) else { return false }
            return numbers.contains { line[found.upperBound...].hasPrefix(" <\($0)>") }
                && !line[..<found.lowerBound].contains("  ")
        }
        guard let line, let gap = line.firstRange(of: "  ") else { return nil }
        let text = line[gap.lowerBound...].drop { $0 == " " }
        let sentence = text.firstRange(of: " (default: ").map { text[..<$0.lowerBound] } ?? text
        return lowercasedFirst(sentence.hasSuffix(".") ? sentence.dropLast() : sentence)
    }

    /// `The value 'V' is invalid for '--option <form>'. Please provide one of 'a', 'b' and 'c'.`
    private static func invalidValue(_ message: String) -> CommandFailure? {
        let middle = "' is invalid for '"
        guard message.hasPrefix("The value '"), let found = message.firstRange(of: middle) else { return nil }
        let value = String(message[..<found.lowerBound].dropFirst("The value '".count))
        let rest = message[found.upperBound...]
        guard let end = rest.firstIndex(of: "'") else { return nil }
        let words = rest[..<end].split(separator: " ", maxSplits: 1)
        let form = String((words.last ?? "").filter { $0 != "<" && $0 != ">" })
        let option = words.count == 2 ? words[0] : rest[..<end]
        let choices = rest[rest.index(after: end)...]
        return CommandFailure(
            .usage, "\(option) cannot be '\(value)'", hint: hint(choices) ?? hint(form: form, value: value))
    }

    private static func hint(_ choices: Substring) -> String? {
        guard let colon = choices.firstRange(of: "Please provide one of ") else { return nil }
        let text = choices[colon.upperBound...].replacing("the following:\n", with: "")
        let words = text.split { "\n'".contains($0) }.map { $0.replacing("  - ", with: "") }
            .filter { !$0.isEmpty && ![", ", " and ", " or ", "."].contains($0) }
        return words.isEmpty ? nil : "one of: \(words.joined(separator: ", "))"
    }

    /// What a value of this form looks like.
    private static func hint(form: String, value: String) -> String? {
        switch form {
        case "duration":
            Syntax.decimal(value[...]) != nil
                ? "a duration has a unit: \(value)ms, \(value)s or \(value)m"
                : "a duration is a number and a unit, such as 250ms, 5s or 2m"
        case "time": "how long ago (5m, 2h), or a time such as 2026-03-01T12:00:00Z"
        case "address":
            AddressProblem.endpoint(value)
                ?? (HostPort(value).map { "no address of '\($0.host)' is known" }
                    ?? "an address is HOST:PORT, such as 127.0.0.1:7000 or [::1]:7000")
        case "port": "a port is a number from 0 to 65535"
        case "count", "n", "k": "a whole number"
        case "number": "a number without a unit"
        case "rate": "bytes per second, such as 1MiB/s"
        case "share": "a share is written 5% or 0.05"
        case "n,...": "whole numbers, such as 50,200"
        case "percent,...": "shares of at most 100%, such as 1%,5%"
        case "percent,...,100": "percentages that rise and end with 100, such as 5,25,50,75,95,100"
        case "a..b": "seeds from A to B, such as 1..1000"
        case "node@time": "a node and a time of the run, such as us-east-1@2s"
        default: nil
        }
    }

    /// The first sentence, and what follows it as the hint.
    private static func plain(_ message: String) -> CommandFailure {
        var text = message
        if text.hasPrefix("Missing expected argument ") {
            text = "the argument \(text.dropFirst("Missing expected argument ".count)) is missing"
        }
        let parts = text.firstRange(of: ". ").map { (text[..<$0.lowerBound], text[$0.upperBound...]) }
        let first = parts?.0 ?? text[...]
        let sentence = first.hasSuffix(".") ? first.dropLast() : first
        return CommandFailure(.usage, lowercasedFirst(sentence), hint: parts.map { lowercasedFirst($0.1) })
    }

    private static func lowercasedFirst(_ text: Substring) -> String {
        let start = text.drop { $0 == "\n" }
        return start.prefix(1).lowercased() + start.dropFirst()
    }
}
