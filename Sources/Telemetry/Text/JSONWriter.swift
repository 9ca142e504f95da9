import MeshBase

/// Writes a JSON document from the front, keys in the order in which they are given.
///
///     var json = JSONWriter()
///     json.document {
///         $0.field("mesh", "shop")
///         $0.array("cells") { $0.object { $0.field("name", "eu-1") } }
///     }
///
/// Misuse (a key outside of an object, a value without a key inside of one) traps: documents come from code.
package struct JSONWriter: Sendable {
    package enum Layout: Sendable {
        /// One line.
        case compact
        /// Two spaces per level.
        case pretty
    }
    private enum Scope {
        case object, array
    }

    /// What has been written so far; a whole document once the outermost value has ended.
    package private(set) var bytes: [UInt8] = []
    private let layout: Layout
    private var scopes: [Scope] = []
    private var isFirst = true
    private var hasKey = false

    package init(_ layout: Layout = .compact) { self.layout = layout }

    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// An object that names its schema, `cellmesh/1`, first.
    package mutating func document(_ body: (inout JSONWriter) -> Void) {
        object {
            $0.field("schema", "cellmesh/1")
            body(&$0)
        }
    }

    // MARK: Structure

    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        scoped(.object, UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }
    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        scoped(.array, UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }
    package mutating func object(_ key: String, _ body: (inout JSONWriter) -> Void) {
        self.key(key)
        object(body)
    }
    package mutating func array(_ key: String, _ body: (inout JSONWriter) -> Void) {
        self.key(key)
        array(body)
    }
    /// An array of strings.
    package mutating func field(_ key: String, _ values: [String]) {
        array(key) { for value in values { $0.value(value) } }
    }

    package mutating func key(_ key: String) {
        precondition(scopes.last == .object && !hasKey, "the key \(key) stands outside of an object")
        separate()
        JSONScalar.append(key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        if layout == .pretty { bytes.append(UInt8(ascii: " ")) }
        hasKey = true
    }

    // MARK: Values

    package mutating func value(_ value: String) {
        begin()
        JSONScalar.append(value, to: &bytes)
    }
    /// JavaScript rounds beyond 2^53: write ids as strings.
    package mutating func value(_ value: some BinaryInteger) {
        begin()
        bytes.append(contentsOf: String(value).utf8)
    }
    /// Null for what is not finite.
    package mutating func value(_ value: Double) {
        begin()
        JSONScalar.append(value, to: &bytes)
    }
    package mutating func value(_ value: Bool) {
        begin()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }
    package mutating func null() {
        begin()
        bytes.append(contentsOf: "null".utf8)
    }
    /// A value that is JSON already.
    package mutating func raw(_ json: String) {
        begin()
        bytes.append(contentsOf: json.utf8)
    }

    // MARK: Fields; nil is written as null

    package mutating func field(_ key: String, _ value: String?) {
        self.key(key)
        if let value { self.value(value) } else { null() }
    }
    package mutating func field(_ key: String, _ value: (some BinaryInteger)?) {
        self.key(key)
        if let value { self.value(value) } else { null() }
    }
    package mutating func field(_ key: String, _ value: Double?) {
        self.key(key)
        if let value { self.value(value) } else { null() }
    }
    package mutating func field(_ key: String, _ value: Bool?) {
        self.key(key)
        if let value { self.value(value) } else { null() }
    }
    /// A 64-bit id or digest, as 16 hexadecimal digits in a string.
    package mutating func field(_ key: String, hex value: UInt64) {
        field(key, HexText.text(value))
    }
    package mutating func field(_ key: String, raw json: String) {
        self.key(key)
        raw(json)
    }

    // MARK: Layout

    private mutating func scoped(
        _ scope: Scope, _ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void
    ) {
        begin()
        bytes.append(open)
        scopes.append(scope)
        isFirst = true
        body(&self)
        precondition(!hasKey, "a key without its value")
        let isEmpty = isFirst
        scopes.removeLast()
        isFirst = false
        if !isEmpty { breakLine() }
        bytes.append(close)
    }

    /// Before any value.
    private mutating func begin() {
        if hasKey {
            hasKey = false
            return
        }
        precondition(scopes.last != .object, "a value without a key inside of an object")
        precondition(!scopes.isEmpty || bytes.isEmpty, "a second document")
        if !scopes.isEmpty { separate() }
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        breakLine()
    }

    private mutating func breakLine() {
        guard layout == .pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: scopes.count * 2))
    }
}
