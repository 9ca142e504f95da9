/// Any JSON document (RFC 8259), as a tree.
package indirect enum JSONValue: Sendable, Equatable {
    /// One of an object's members.
    package struct Member: Sendable, Equatable {
        package var name: String
        package var value: JSONValue

        package init(_ name: String, _ value: JSONValue) { (self.name, self.value) = (name, value) }
    }

    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case list([JSONValue])
    /// In the order in which they stand, each name once.
    case object([Member])

    /// Parses a document; nil for what is none, and for one that is deeper than 128.
    package init?(_ bytes: [UInt8]) {
        guard let tokens = JSONTokens(bytes), let value = try? tokens.tree(at: 0) else { return nil }
        self = value
    }

    /// The value of an object's member; nil without one.
    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// Of a number; nil for all else.
    package var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// Whole numbers and others are compared by value, members whatever their order.
    package static func == (a: JSONValue, b: JSONValue) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.integer, .number), (.number, .integer), (.number, .number): a.double == b.double
        case (.text(let a), .text(let b)): a.unicodeScalars.elementsEqual(b.unicodeScalars)
        case (.list(let a), .list(let b)): a == b
        case (.object(let a), .object(let other)):
            a.count == other.count && a.allSatisfy { b[$0.name] == $0.value }
        default: false
        }
    }

    /// The same with other texts.
    package func mapTexts(_ change: (String) -> String) -> JSONValue {
        switch self {
        case .text(let text): .text(change(text))
        case .list(let items): .list(items.map { $0.mapTexts(change) })
        case .object(let members): .object(members.map { Member($0.name, $0.value.mapTexts(change)) })
        default: self
        }
    }
}

extension JSONValue: Encodable {
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .list(let items):
            var list = encoder.unkeyedContainer()
            for item in items { try list.encode(item) }
        case .object(let members):
            var object = encoder.container(keyedBy: Key.self)
            for member in members { try object.encode(member.value, forKey: Key(stringValue: member.name)) }
        default:
            var single = encoder.singleValueContainer()
            switch self {
            case .bool(let value): try single.encode(value)
            case .integer(let value): try single.encode(value)
            case .number(let value): try single.encode(value)
            case .text(let value): try single.encode(value)
            default: try single.encodeNil()
            }
        }
    }
}

extension JSONTokens {
    fileprivate func tree(at place: Int) throws -> JSONValue {
        let token = tokens[place]
        switch token.kind {
        case .null: return .null
        case .yes: return .bool(true)
        case .no: return .bool(false)
        case .integer:
            if let whole = try? value(Int64.self, at: place) { return .integer(whole) }
            return .number(try value(Double.self, at: place))
        case .number: return .number(try value(Double.self, at: place))
        case .ascii, .unicode, .escaped: return .text(try text(at: place))
        case .list:
            var items: [JSONValue] = []
            var next = place + 1
            for _ in 0..<token.end {
                items.append(try tree(at: next))
                next = Int(tokens[next].next)
            }
            return .list(items)
        case .object:
            var members: [JSONValue.Member] = []
            var places: [String: Int] = [:]
            for key in keys(of: place) {
                let member = JSONValue.Member(try text(at: key), try tree(at: key + 1))
                // Of a name that stands twice the last is meant, as Python has it.
                if let known = places[member.name] {
                    members[known] = member
                } else {
                    places[member.name] = members.count
                    members.append(member)
                }
            }
            return .object(members)
        }
    }
}
