/// Documents as text for `-o json` and `-o yaml`. Foundation's encoder has two orders of members, by name and none; a reader
/// of these wants the name before the figures, so that they are written in the order in which a type declares its keys.
package enum DocumentText {
    package enum Layout: Sendable {
        /// One line.
        case compact
        /// Two spaces per level.
        case pretty
    }
    package enum Order: Sendable {
        /// As types declare their keys, or encode them; dictionaries by name.
        case declared
        /// By name everywhere, the schema of the document before all others.
        case byName
    }

    /// JSON without a newline at its end. Numbers that are not finite are null.
    package static func json(
        _ value: some Encodable, _ layout: Layout = .pretty, order: Order = .declared
    ) -> String {
        var bytes: [UInt8] = []
        node(value, order).write(into: &bytes, layout, depth: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// YAML 1.2 in block style, each line ended.
    package static func yaml(_ value: some Encodable, order: Order = .declared) -> String {
        var text = ""
        node(value, order).writeYAML(into: &text, indent: "")
        return text
    }

    private static func node(_ value: some Encodable, _ order: Order) -> DocumentNode {
        let node = DocumentNode()
        do { try node.encode(value, []) } catch { preconditionFailure("a document cannot be encoded: \(error)") }
        if order == .byName { node.sort(isRoot: true) }
        return node
    }
}
