import MeshBase
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
    func name(_ name: String) -> String { YAMLScalar.isWord(name) ? "\"\(name)\"" : name }

    /// Any text, in double quotes.
    func quoted(_ text: String) -> String { YAMLScalar.quoted(text) }

    /// A name of the user's own as a key.
    func quotedKey(_ name: String) -> String { TopologyName.isValid(name) ? self.name(name) : quoted(name) }

    func names(_ names: [String]) -> String { "[\(names.map(name).joined(separator: ", "))]" }
}
