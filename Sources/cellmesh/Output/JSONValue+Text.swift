import Telemetry

extension JSONValue {
    /// The document as JSON text, without a newline at its end.
    func json(_ layout: JSONWriter.Layout = .pretty) -> String {
        var writer = JSONWriter(layout)
        write(into: &writer)
        return writer.string
    }

    private func write(into writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let flag): writer.value(flag)
        case .number(let digits): writer.raw(digits)
        case .string(let text): writer.value(text)
        case .array(let elements): writer.array { for element in elements { element.write(into: &$0) } }
        case .object(let members):
            writer.object {
                for member in members {
                    $0.key(member.key)
                    member.value.write(into: &$0)
                }
            }
        }
    }

    /// The document as YAML 1.2 in block style, each line ended.
    func yaml() -> String {
        var text = ""
        writeYAML(into: &text, indent: "")
        return text
    }

    private func writeYAML(into text: inout String, indent: String) {
        switch self {
        case .object(let members) where !members.isEmpty:
            for (position, member) in members.enumerated() {
                if position > 0 { text += indent }
                text += "\(Self.yaml(of: member.key)):"
                member.value.writeYAML(after: " ", into: &text, indent: indent, deeper: indent + "  ")
            }
        case .array(let elements) where !elements.isEmpty:
            for (position, element) in elements.enumerated() {
                if position > 0 { text += indent }
                text += "-"
                element.writeYAML(inline: indent + "  ", into: &text)
            }
        default: text += scalarYAML + "\n"
        }
    }

    /// After a key: a scalar on the same line, a collection on the next ones.
    private func writeYAML(after space: String, into text: inout String, indent: String, deeper: String) {
        guard isFilledCollection else {
            text += space + scalarYAML + "\n"
            return
        }
        text += "\n" + deeper
        writeYAML(into: &text, indent: deeper)
    }

    /// After a dash: the first line of a collection on the same line.
    private func writeYAML(inline indent: String, into text: inout String) {
        text += " "
        writeYAML(into: &text, indent: indent)
    }

    private var isFilledCollection: Bool {
        switch self {
        case .object(let members): !members.isEmpty
        case .array(let elements): !elements.isEmpty
        default: false
        }
    }

    private var scalarYAML: String {
        switch self {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let digits): digits
        case .string(let text): Self.yaml(of: text)
        case .array: "[]"
        case .object: "{}"
        }
    }

    /// Plain where no reader could take it for anything else; else as JSON, which YAML includes.
    private static func yaml(of text: String) -> String {
        let words: Set = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let isPlain =
            text.utf8.first.map { $0 >= 97 && $0 <= 122 || $0 >= 65 && $0 <= 90 } ?? false
            && text.utf8.allSatisfy {
                $0 >= 97 && $0 <= 122 || $0 >= 65 && $0 <= 90 || $0 >= 48 && $0 <= 57 || "-_./".utf8.contains($0)
            } && !words.contains(text.lowercased())
        return isPlain ? text : JSONValue.string(text).json(.compact)
    }
}
