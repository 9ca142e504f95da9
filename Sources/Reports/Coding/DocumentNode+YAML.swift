import MeshBase

extension DocumentNode {
    /// In block style; the first line begins where the text stands.
    func writeYAML(into text: inout String, indent: String) {
        switch content {
        case .object(let members) where !members.isEmpty:
            for (position, member) in members.enumerated() {
                if position > 0 { text += indent }
                text += "\(Self.yaml(of: member.key)):"
                member.node.writeYAML(afterKeyInto: &text, deeper: indent + "  ")
            }
        case .array(let elements) where !elements.isEmpty:
            for (position, element) in elements.enumerated() {
                if position > 0 { text += indent }
                text += "- "
                element.writeYAML(into: &text, indent: indent + "  ")
            }
        default: text += scalarYAML + "\n"
        }
    }

    /// A scalar on the same line, a collection on the next ones.
    private func writeYAML(afterKeyInto text: inout String, deeper: String) {
        guard isFilledCollection else {
            text += " \(scalarYAML)\n"
            return
        }
        text += "\n" + deeper
        writeYAML(into: &text, indent: deeper)
    }

    private var isFilledCollection: Bool {
        switch content {
        case .object(let members): !members.isEmpty
        case .array(let elements): !elements.isEmpty
        default: false
        }
    }

    private var scalarYAML: String {
        switch content {
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
        let isPlain =
            text.utf8.first.map { $0 >= 97 && $0 <= 122 || $0 >= 65 && $0 <= 90 } ?? false
            && text.utf8.allSatisfy {
                $0 >= 97 && $0 <= 122 || $0 >= 65 && $0 <= 90 || $0 >= 48 && $0 <= 57 || "-_./".utf8.contains($0)
            } && !YAMLScalar.isWord(text)
        guard !isPlain else { return text }
        var bytes: [UInt8] = []
        JSONScalar.append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
