import Blueprints
import MeshBase

/// What is wrong with a command line, told as all other errors are: a sentence, a hint and the command to try next.
enum ArgumentProblem {
    /// - Parameters:
    ///   - message: as the parser of arguments words it.
    ///   - command: the command that it is about, such as `cellmesh load run`.
    static func failure(_ message: String, of command: String) -> CommandFailure {
        var failure = invalidValue(message) ?? plain(message)
        failure.next = "\(command) --help"
        return failure
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
        case "address" where Endpoint.isIPv6(value): "\(Endpoint.onlyIPv4), such as 127.0.0.1:7000"
        case "address": "an address is HOST:PORT, such as 127.0.0.1:7000"
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
