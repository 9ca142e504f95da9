import Topology

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

    /// Any text, in double quotes.
    func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _
            where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0xFEFF
                || scalar.value == 0x2028 || scalar.value == 0x2029:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// A name of the user's own as a key.
    func quotedKey(_ name: String) -> String { TopologyName.isValid(name) ? self.name(name) : quoted(name) }

    func names(_ names: [String]) -> String { "[\(names.map(name).joined(separator: ", "))]" }

    private static let words: Set = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
}
