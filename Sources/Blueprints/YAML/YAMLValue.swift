/// A YAML document as this project uses it: text, lists and mappings with text keys, each with its position.
struct YAMLValue {
    indirect enum Content {
        /// `quoted` texts are texts and never numbers, words or nothing.
        case text(String, quoted: Bool)
        case list([YAMLValue])
        case mapping([Entry])
    }
    struct Entry {
        var key: String
        var position: Position
        var value: YAMLValue
        /// The key as a value of its own, for keys that are the user's own names.
        var keyValue: YAMLValue { YAMLValue(content: .text(key, quoted: true), position: position) }
    }

    var content: Content
    var position: Position

    /// A key without a value, or `~`, or `null`.
    var isNothing: Bool {
        if case .text(let text, quoted: false) = content { return text.isEmpty || text == "~" || text == "null" }
        return false
    }

    var isMapping: Bool {
        if case .mapping = content { true } else { false }
    }

    /// An entry of a mapping; nil where there is none, and of what is no mapping.
    func entry(_ key: String) -> Entry? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }
    }

    /// The value of a key of a mapping.
    subscript(_ key: String) -> YAMLValue? { entry(key)?.value }

    /// An item of a list.
    subscript(_ index: Int) -> YAMLValue? {
        guard case .list(let items) = content, items.indices.contains(index) else { return nil }
        return items[index]
    }

    /// For messages: what stands there.
    var described: String {
        switch content {
        case .text(let text, let quoted):
            isNothing ? "nothing" : quoted ? "the text \"\(Self.clipped(text))\"" : "'\(Self.clipped(text))'"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    static func clipped(_ text: String) -> String { text.count > 60 ? text.prefix(57) + "..." : text }
}
