/// Lets a type read itself from the tokens of a document. Paths of errors are empty: nobody is told of them.
struct TokenDecoder: Decoder {
    let tokens: JSONTokens
    let place: Int
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try MemberReader<Key>(tokens, place))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try ElementReader(tokens, place) }
    func singleValueContainer() -> any SingleValueDecodingContainer { ValueReader(tokens: tokens, place: place) }
}

private struct MemberReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    /// Names of more members are looked up in a table.
    private static var few: Int { 64 }

    private let tokens: JSONTokens
    private let place: Int
    private let table: [String: Int]?
    var codingPath: [any CodingKey] { [] }

    init(_ tokens: JSONTokens, _ place: Int) throws {
        guard tokens.tokens[place].kind == .object else { throw JSONTokens.Mismatch() }
        self.tokens = tokens
        self.place = place
        guard tokens.tokens[place].end > Self.few else {
            table = nil
            return
        }
        var table: [String: Int] = [:]
        for key in tokens.keys(of: place) {
            let name = try tokens.text(at: key)
            if table[name] == nil { table[name] = key + 1 }
        }
        self.table = table
    }

    private func find(_ key: Key) -> Int? {
        if let table { return table[key.stringValue] }
        return tokens.member(key.stringValue, of: place)
    }

    private func member(_ key: Key) throws -> Int {
        guard let place = find(key) else { throw JSONTokens.Mismatch() }
        return place
    }

    /// What is null is absent.
    private func present(_ key: Key) -> Int? { find(key).flatMap { tokens.isNull($0) ? nil : $0 } }

    var allKeys: [Key] {
        if let table { return table.keys.compactMap { Key(stringValue: $0) } }
        return tokens.keys(of: place).compactMap { (try? tokens.text(at: $0)).flatMap { Key(stringValue: $0) } }
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { tokens.isNull(try member(key)) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try tokens.value(type, at: try member(key))
    }

    // One look for each, where the defaults take three.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try present(key).map { try tokens.value(type, at: $0) }
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try present(key).map { try tokens.value(type, at: $0) }
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try present(key).map { try tokens.value(type, at: $0) }
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try present(key).map { try tokens.value(type, at: $0) }
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        try present(key).map { try tokens.value(type, at: $0) }
    }
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try present(key).map { try tokens.value(type, at: $0) }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try superDecoder(forKey: key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try superDecoder(forKey: key).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder {
        // Nobody's documents have one.
        throw tokens.doubt()
    }
    func superDecoder(forKey key: Key) throws -> any Decoder { TokenDecoder(tokens: tokens, place: try member(key)) }
}

private struct ElementReader: UnkeyedDecodingContainer {
    private let tokens: JSONTokens
    private var place: Int
    private let number: UInt32
    private var left: UInt32
    var codingPath: [any CodingKey] { [] }
    var count: Int? { Int(number) }
    var isAtEnd: Bool { left == 0 }
    var currentIndex: Int { Int(number - left) }

    init(_ tokens: JSONTokens, _ place: Int) throws {
        guard tokens.tokens[place].kind == .list else { throw JSONTokens.Mismatch() }
        self.tokens = tokens
        self.place = place + 1
        number = tokens.tokens[place].end
        left = number
    }

    private func current() throws -> Int {
        guard left > 0 else { throw JSONTokens.Mismatch() }
        return place
    }

    private mutating func step() {
        place = Int(tokens.tokens[place].next)
        left -= 1
    }

    mutating func decodeNil() throws -> Bool {
        guard tokens.isNull(try current()) else { return false }
        step()
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try tokens.value(type, at: try current())
        step()
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
        -> KeyedDecodingContainer<Nested>
    { try superDecoder().container(keyedBy: type) }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try superDecoder().unkeyedContainer()
    }
    mutating func superDecoder() throws -> any Decoder {
        let decoder = TokenDecoder(tokens: tokens, place: try current())
        step()
        return decoder
    }
}

private struct ValueReader: SingleValueDecodingContainer {
    let tokens: JSONTokens
    let place: Int
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { tokens.isNull(place) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try tokens.value(type, at: place) }
}
