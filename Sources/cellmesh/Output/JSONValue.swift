/// A JSON document with its keys in order: what every command reports, and what the API answers.
enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The number as it is written, so that nothing is rounded on the way through.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    struct Member: Sendable, Equatable {
        var key: String
        var value: JSONValue
    }

    /// An object that names its schema first.
    static func document(_ members: [(String, JSONValue)]) -> JSONValue {
        object([("schema", "cellmesh/1")] + members)
    }
    static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(members.map { Member(key: $0.0, value: $0.1) })
    }
    static let empty = JSONValue.object([Member]())
    static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }
    static func integer(_ value: (some BinaryInteger)?) -> JSONValue { value.map { .integer($0) } ?? .null }
    /// Null for what is not finite.
    static func decimal(_ value: Double) -> JSONValue { value.isFinite ? .number("\(value)") : .null }
    static func string(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    static func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
}

// Reading: a member that is missing, or of another type, reads as nil or empty.
extension JSONValue {
    subscript(key: String) -> JSONValue {
        guard case .object(let members) = self else { return .null }
        return members.first { $0.key == key }?.value ?? .null
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
    var members: [Member] { if case .object(let members) = self { members } else { [] } }
    var isNull: Bool { self == .null }

    var int: Int? {
        guard case .number(let digits) = self else { return nil }
        if let value = Int(digits) { return value }
        guard let value = Double(digits), value.magnitude < 9e15 else { return nil }
        return Int(value)
    }
    var double: Double? { if case .number(let digits) = self { Double(digits) } else { nil } }

    /// The document with these members first, in this order, and the others after them.
    func ordered(_ keys: [String]) -> JSONValue {
        guard case .object(let members) = self else { return self }
        let first = keys.compactMap { key in members.first { $0.key == key } }
        return .object(first + members.filter { !keys.contains($0.key) })
    }

    /// The document with each element of the array `key` ordered so.
    func ordering(_ key: String, _ keys: [String]) -> JSONValue {
        guard case .array(let elements) = self[key] else { return self }
        return with(key, .array(elements.map { $0.ordered(keys) }))
    }

    /// The document with the member at its end, or in the place of one of the same name.
    func with(_ key: String, _ value: JSONValue) -> JSONValue {
        var members = members
        if let position = members.firstIndex(where: { $0.key == key }) {
            members[position].value = value
        } else {
            members.append(Member(key: key, value: value))
        }
        return .object(members)
    }
}

// Not by nil: `condition ? value : nil` would be a JSON null where no value is meant.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}
