/// A JSON document (RFC 8259) taken apart once, its values in the order in which they stand. Types read themselves from it by way of
/// `TokenDecoder`, without a node or a dictionary for each object.
///
/// It is one of two readers and need not be the more lenient one: what it does not take, or takes with a doubt, `ReportJSON` has read
/// by Foundation's, which also says what is wrong.
final class JSONTokens {
    /// What stands at one place.
    struct Token {
        enum Kind: UInt8 {
            case null, yes, no
            /// A number of digits alone, and any other.
            case integer, number
            /// A text of ASCII, of other characters too, and one with escapes.
            case ascii, unicode, escaped
            case list, object
        }

        var kind: Kind
        /// The first byte of a number or of a text's content.
        var start: UInt32
        /// The place behind its last byte; of a list its elements, of an object its members.
        var end: UInt32
        /// The first token that is no part of it.
        var next: UInt32
    }

    /// It says no more, as nobody is told: see `ReportJSON.read`.
    struct Mismatch: Error {}

    let bytes: [UInt8]
    /// The document's value first; behind an object's token a key and its value for each member.
    let tokens: [Token]
    /// Something was refused that another reader may take.
    private(set) var isDoubtful = false

    /// Nil for what is no document for sure.
    init?(_ bytes: [UInt8]) {
        guard let tokens = bytes.withUnsafeBufferPointer({ JSONTokenizer.tokens($0) }) else { return nil }
        self.bytes = bytes
        self.tokens = tokens
    }

    /// The whole document; nil where it is no such value for sure.
    func whole<Value: Decodable>(_ type: Value.Type) -> Value? {
        guard let value = try? value(type, at: 0), !isDoubtful else { return nil }
        return value
    }

    func doubt() -> Mismatch {
        isDoubtful = true
        return Mismatch()
    }

    // MARK: Objects

    /// The value of a member; the first of several that have its name.
    func member(_ name: String, of object: Int) -> Int? {
        var name = name
        return name.withUTF8 { name in
            var place = object + 1
            for _ in 0..<tokens[object].end {
                if isKey(place, name) { return place + 1 }
                place = Int(tokens[place + 1].next)
            }
            return nil
        }
    }

    /// Places of the keys of an object.
    func keys(of object: Int) -> [Int] {
        var place = object + 1
        return (0..<tokens[object].end).map { _ in
            defer { place = Int(tokens[place + 1].next) }
            return place
        }
    }

    private func isKey(_ place: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let token = tokens[place]
        guard token.kind == .ascii else {
            return (try? text(at: place)) == String(decoding: name, as: UTF8.self)
        }
        let count = Int(token.end - token.start)
        guard count == name.count else { return false }
        for offset in 0..<count where bytes[Int(token.start) + offset] != name[offset] { return false }
        return true
    }
}
