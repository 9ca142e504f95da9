import Yams

/// Parses one YAML document with positions, within bounds, whatever the bytes are.
///
/// Yams stops at the first duplicate key and names only its first use. Here each duplicate's first use is renamed
/// (see `DuplicateKeys`) and the document parsed again, so that every other problem of the file is found as well.
enum YAMLDocument {
    static let deepest = 32
    static let mostValues = 100_000
    /// How often a document with duplicate keys is parsed, and how much text that may be together.
    static let mostRounds = 16
    static let mostBytes = 2 << 20

    static func parse(_ text: String, reporter: Reporter) -> YAMLValue? {
        if let refusal = AliasGuard.refusal(of: text) {
            reporter.error(
                .yamlAliases, at: refusal.position, refusal.message, hint: "write the values out where they are used")
            return nil
        }
        var duplicates = DuplicateKeys(text: text)
        var rounds = min(mostRounds, mostBytes / max(text.utf8.count, 1))
        while true {
            do {
                guard let root = try compose(yaml: duplicates.text, .basic) else { return empty(reporter) }
                var builder = YAMLTreeBuilder(reporter: reporter, duplicates: duplicates)
                guard let value = builder.value(of: root, depth: 0), !builder.isExhausted else { return nil }
                return value.isNothing ? empty(reporter) : value
            } catch let YamlError.duplicatedKeysInMapping(keys, context) {
                rounds -= 1
                let key = keys.first ?? ""
                let position = Position(line: context.mark.line, column: context.mark.column)
                guard rounds > 0, duplicates.rename(key, at: position) else {
                    let shown = YAMLValue.clipped(key)
                    reporter.error(.duplicateKey, at: position, "the key '\(shown)' is given more than once")
                    return nil
                }
            } catch {
                report(error, reporter)
                return nil
            }
        }
    }

    private static func empty(_ reporter: Reporter) -> YAMLValue? {
        reporter.error(.fileEmpty, at: .start, "the file is empty")
        return nil
    }

    private static func report(_ error: any Error, _ reporter: Reporter) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let position = Position(line: max(mark.line, 1), column: max(mark.column, 1))
            guard !problem.contains("nesting level") else { return tooDeep(at: position, reporter) }
            let around = context.map { " (\($0.text.trimmed) since \($0.mark.line):\($0.mark.column))" } ?? ""
            reporter.error(.yamlSyntax, at: position, "YAML: \(problem)\(around)")
        case YamlError.reader(let problem, let offset, _, let text):
            reporter.error(.yamlSyntax, at: position(of: offset ?? 0, in: text), "YAML: \(problem)")
        case YamlError.memory:
            // libyaml gives up with this at its own limits of nesting.
            tooDeep(at: .start, reporter)
        default:
            reporter.error(.yamlSyntax, at: .start, "YAML: cannot be read")
        }
    }

    static func tooDeep(at position: Position, _ reporter: Reporter) {
        reporter.error(.yamlNesting, at: position, "nested deeper than \(deepest) levels")
    }

    /// The place of a character, counted from 0.
    private static func position(of offset: Int, in text: String) -> Position {
        let before = SourceText(name: "", text: String(text.prefix(offset)))
        return Position(line: before.count, column: (before.line(before.count)?.count ?? 0) + 1)
    }
}

extension String {
    fileprivate var trimmed: String {
        var view = self[...].unicodeScalars
        while let last = view.last, last.properties.isWhitespace { view.removeLast() }
        return String(view)
    }
}
