import MeshBase

/// A value on its way from a type to text, members in the order in which they were encoded.
final class DocumentNode {
    enum Content {
        case null
        case bool(Bool)
        /// As it is written.
        case number(String)
        case string(String)
        case array([DocumentNode])
        case object([(key: String, node: DocumentNode)])
    }
    private(set) var content = Content.null

    init() {}

    // MARK: Encoding

    func encode(_ value: some Encodable, _ path: [any CodingKey]) throws {
        try value.encode(to: DocumentEncoder(node: self, codingPath: path))
        // A dictionary has no order of its own.
        if value is any KeyedByText { sortMembers() }
    }

    func set(_ content: Content) { self.content = content }

    func set(_ value: Double) {
        guard value.isFinite else { return content = .null }
        var bytes: [UInt8] = []
        JSONScalar.append(value, to: &bytes)
        content = .number(String(decoding: bytes, as: UTF8.self))
    }

    /// Also where it has members already: a type may be encoded beside what stands there.
    func becomeObject() {
        if case .object = content { return }
        content = .object([])
    }

    func becomeArray() {
        if case .array = content { return }
        content = .array([])
    }

    func member(_ key: String) -> DocumentNode {
        let node = DocumentNode()
        guard case .object(var members) = content else { preconditionFailure("no object") }
        content = .null
        members.append((key, node))
        content = .object(members)
        return node
    }

    func element() -> DocumentNode {
        let node = DocumentNode()
        guard case .array(var elements) = content else { preconditionFailure("no array") }
        content = .null
        elements.append(node)
        content = .array(elements)
        return node
    }

    var count: Int { if case .array(let elements) = content { elements.count } else { 0 } }

    // MARK: Order

    private func sortMembers() {
        guard case .object(let members) = content else { return }
        content = .object(members.sorted { $0.key < $1.key })
    }

    func sort(isRoot: Bool) {
        switch content {
        case .object(let members):
            for member in members { member.node.sort(isRoot: false) }
            content = .object(
                members.sorted {
                    isRoot && ($0.key == "schema") != ($1.key == "schema") ? $0.key == "schema" : $0.key < $1.key
                })
        case .array(let elements): for element in elements { element.sort(isRoot: false) }
        default: break
        }
    }

    // MARK: JSON

    func write(into bytes: inout [UInt8], _ layout: DocumentText.Layout, depth: Int) {
        switch content {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .number(let digits): bytes += digits.utf8
        case .string(let text): JSONScalar.append(text, to: &bytes)
        case .array(let elements):
            write(elements, "[", "]", into: &bytes, layout, depth) { $1.write(into: &$0, layout, depth: depth + 1) }
        case .object(let members):
            write(members, "{", "}", into: &bytes, layout, depth) { bytes, member in
                JSONScalar.append(member.key, to: &bytes)
                bytes += (layout == .pretty ? ": " : ":").utf8
                member.node.write(into: &bytes, layout, depth: depth + 1)
            }
        }
    }

    private func write<Part>(
        _ parts: [Part], _ open: String, _ close: String, into bytes: inout [UInt8], _ layout: DocumentText.Layout,
        _ depth: Int, _ write: (inout [UInt8], Part) -> Void
    ) {
        func breakLine(_ depth: Int, _ bytes: inout [UInt8]) {
            guard layout == .pretty else { return }
            bytes.append(UInt8(ascii: "\n"))
            bytes += repeatElement(UInt8(ascii: " "), count: depth * 2)
        }
        bytes += open.utf8
        for (position, part) in parts.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            breakLine(depth + 1, &bytes)
            write(&bytes, part)
        }
        if !parts.isEmpty { breakLine(depth, &bytes) }
        bytes += close.utf8
    }
}

/// Dictionaries whose keys are texts, whatever their values.
private protocol KeyedByText {}
extension Dictionary: KeyedByText where Key == String {}
