import MeshBase

/// Any document as YAML: a line where it fits on one, else in blocks. What was a number or a word stays one, what was quoted a text.
struct YAMLText {
    private static let widest = 100
    private let writer = YAMLWriter()

    /// A mapping's entries, one below the other.
    func block(_ entries: [YAMLValue.Entry], indent: Int = 0) -> String {
        let space = String(repeating: " ", count: indent)
        return entries.map { space + entry($0, indent: indent) }.joined()
    }

    /// With the end of its last line.
    private func entry(_ entry: YAMLValue.Entry, indent: Int) -> String {
        let key = key(entry.key)
        let line = flow(entry.value)
        let isShort = indent + key.count + line.count <= Self.widest
        switch entry.value.content {
        case .list(let items) where !items.isEmpty && (!isShort || items.contains(where: \.isMapping)):
            return "\(key):\n" + items.map { item($0, indent: indent + 2) }.joined()
        case .mapping(let entries) where !entries.isEmpty && !isShort:
            return "\(key):\n" + block(entries, indent: indent + 2)
        default: return "\(key): \(line)\n"
        }
    }

    private func item(_ value: YAMLValue, indent: Int) -> String {
        let space = String(repeating: " ", count: indent)
        let line = flow(value)
        guard indent + line.count > Self.widest, case .mapping(let entries) = value.content, let first = entries.first
        else { return "\(space)- \(line)\n" }
        return "\(space)- " + entry(first, indent: indent + 2) + block(Array(entries.dropFirst()), indent: indent + 2)
    }

    private func flow(_ value: YAMLValue) -> String {
        switch value.content {
        case .text(let text, let quoted): scalar(text, quoted)
        case .list(let items): "[\(items.map(flow).joined(separator: ", "))]"
        case .mapping(let entries): "{\(entries.map { "\(key($0.key)): \(flow($0.value))" }.joined(separator: ", "))}"
        }
    }

    private func key(_ key: String) -> String { scalar(key, true) }

    private func scalar(_ text: String, _ quoted: Bool) -> String {
        guard quoted else {
            return text.isEmpty || text.contains(where: { ",[]{}\n".contains($0) }) ? writer.quoted(text) : text
        }
        let isWord =
            text.utf8.count <= 64 && !text.hasSuffix(" ") && !YAMLScalar.isWord(text)
            && (text.unicodeScalars.first.map { ("a"..."z").contains($0) || ("A"..."Z").contains($0) } ?? false)
            && text.unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                    || " _-./$".unicodeScalars.contains($0)
            }
        return isWord ? text : writer.quoted(text)
    }
}
