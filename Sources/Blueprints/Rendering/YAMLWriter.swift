/// Writes lines of YAML.
struct YAMLWriter {
    private(set) var text = ""

    mutating func line(_ line: String) { text += line + "\n" }

    /// `key: {a: 1, b: 2}`.
    mutating func flow(_ key: String, _ fields: [(String, String)]) {
        line("\(key): {\(fields.map { "\($0.0): \($0.1)" }.joined(separator: ", "))}")
    }

    /// A name, in quotes where a YAML reader could take it for a truth value or for nothing.
    func name(_ name: String) -> String { Self.words.contains(name) ? "\"\(name)\"" : name }

    func names(_ names: [String]) -> String { "[\(names.map(name).joined(separator: ", "))]" }

    private static let words: Set = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
}
