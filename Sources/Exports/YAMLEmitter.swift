import MeshBase

/// Writes documents as YAML that every reader takes for what they are: 1.1 and 1.2, with or without a schema.
package enum YAMLEmitter {
    /// Lists of words up to this width stand on one line.
    private static let widest = 100

    /// Documents, one after the other.
    ///
    /// - Parameter header: lines of a comment above them, without `#`.
    package static func text(_ documents: [JSONTree], header: [String] = []) -> String {
        let comment = header.map { $0.isEmpty ? "#\n" : "# \($0)\n" }.joined()
        return comment + documents.map { block($0, indent: 0) }.joined(separator: "---\n")
    }

    /// A value on lines of its own, with the end of its last line.
    private static func block(_ value: JSONTree, indent: Int) -> String {
        let space = String(repeating: " ", count: indent)
        switch value {
        case .object(let members) where !members.isEmpty:
            return members.map { space + member($0.key, $0.value, indent: indent) }.joined()
        case .array(let elements) where !elements.isEmpty:
            return elements.map { "\(space)- \(item($0, indent: indent + 2))" }.joined()
        default: return "\(space)\(line(value))\n"
        }
    }

    private static func member(_ key: String, _ value: JSONTree, indent: Int) -> String {
        let key = scalar(key)
        switch value {
        case .object(let members) where !members.isEmpty: return "\(key):\n" + block(value, indent: indent + 2)
        case .array(let elements) where !elements.isEmpty:
            if let flow = flow(elements), indent + key.count + flow.count + 2 <= widest { return "\(key): \(flow)\n" }
            return "\(key):\n" + block(value, indent: indent + 2)
        case .text(let text):
            if let literal = literal(text, indent: indent + 2) { return "\(key): \(literal)" }
            return "\(key): \(scalar(text))\n"
        default: return "\(key): \(line(value))\n"
        }
    }

    /// Behind the dash: a mapping begins there, and goes on below.
    private static func item(_ value: JSONTree, indent: Int) -> String {
        switch value {
        case .object(let members) where !members.isEmpty:
            return String(block(value, indent: indent).dropFirst(indent))
        case .array(let elements) where !elements.isEmpty:
            return String(block(value, indent: indent).dropFirst(indent))
        default: return line(value) + "\n"
        }
    }

    private static func line(_ value: JSONTree) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): "\(number)"
        case .text(let text): scalar(text)
        case .array: "[]"
        case .object: "{}"
        }
    }

    /// Words on one line; nil where there is more than words.
    private static func flow(_ elements: [JSONTree]) -> String? {
        var words: [String] = []
        for element in elements {
            guard case .text(let text) = element else { return nil }
            words.append(scalar(text))
        }
        return "[\(words.joined(separator: ", "))]"
    }

    /// Lines as they are; nil for a text that would not be the same then.
    private static func literal(_ text: String, indent: Int) -> String? {
        let scalars = text.unicodeScalars
        guard text.hasSuffix("\n"), !text.hasSuffix("\n\n"), scalars.count > 1, let first = scalars.first,
            first != " ", first != "\n",
            scalars.allSatisfy({ $0 == "\n" || (0x20...0x7E).contains($0.value) || (0xA0...0xD7FF).contains($0.value) }
            ),
            !scalars.contains(where: { $0.value == 0x2028 || $0.value == 0x2029 })
        else { return nil }
        let space = String(repeating: " ", count: indent)
        let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        return "|\n" + lines.map { $0.isEmpty ? "\n" : "\(space)\($0)\n" }.joined()
    }

    /// A text as it is, where no reader takes it for anything else.
    private static func scalar(_ text: String) -> String { isPlain(text) ? text : YAMLScalar.quoted(text) }

    private static func isPlain(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= 120, !YAMLScalar.isWord(text), let last = bytes.last, last != 58 else { return false }
        if isAmount(text) { return true }
        let begin = prefixes.first { text.hasPrefix($0) }.map { bytes.dropFirst($0.utf8.count) } ?? bytes[...]
        guard let first = begin.first, isLetter(first) else { return false }
        return bytes.allSatisfy { isLetter($0) || (48...57).contains($0) || "-_./=:@".utf8.contains($0) }
    }

    /// Of options and paths.
    private static let prefixes = ["--", "/", "./", "../"]

    /// `250m`, `8Gi`: a number with a unit that no reader has for a number.
    private static func isAmount(_ text: String) -> Bool {
        let digits = text.utf8.prefix { (48...57).contains($0) }
        return !digits.isEmpty && ["m", "s", "ms", "Ki", "Mi", "Gi", "Ti"].contains(text.dropFirst(digits.count))
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (65...90).contains(byte) }
}
