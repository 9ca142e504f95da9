import Checkers
import Wire

/// What a mesh says in the headers of an answer.
enum AnswerNotes {
    /// `X-Shard: 2/3`: how many of the customer's cells serve.
    struct ShardState: Hashable, Sendable {
        var serving: Int
        var size: Int
        var isFull: Bool { serving >= size }
    }

    /// Nil for anything but two numbers below 1000 with a slash between them, the second above 0.
    static func shard(_ bytes: UnsafeRawBufferPointer) -> ShardState? {
        guard bytes.count >= 3, bytes.count <= 7 else { return nil }
        var numbers = (0, 0)
        var slash = -1
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "/"), slash < 0, index > 0 {
                slash = index
            } else if byte >= 48, byte <= 57 {
                if slash < 0 {
                    numbers.0 = numbers.0 * 10 + Int(byte - 48)
                } else {
                    numbers.1 = numbers.1 * 10 + Int(byte - 48)
                }
            } else {
                return nil
            }
        }
        guard slash > 0, slash < bytes.count - 1, numbers.1 > 0 else { return nil }
        return ShardState(serving: numbers.0, size: numbers.1)
    }

    /// `"COUNTER-WRITER"`, in hexadecimal; nil for anything else.
    static func version(_ bytes: UnsafeRawBufferPointer) -> VersionWitness? {
        let count = bytes.count
        guard count >= 5, bytes[0] == UInt8(ascii: "\""), bytes[count - 1] == UInt8(ascii: "\"") else { return nil }
        var dash = 1
        while dash < count, bytes[dash] != UInt8(ascii: "-") { dash += 1 }
        guard let counter = Hexadecimal.parse(bytes, 1, dash),
            let writer = Hexadecimal.parse(bytes, dash + 1, count - 1)
        else { return nil }
        return VersionWitness(counter: counter, writer: writer)
    }

    /// The last part of a problem's `type` (RFC 9457), at most 40 characters: `no-quorum`. Nil when the body has none.
    static func problem(_ body: UnsafeRawBufferPointer) -> String? {
        let key: StaticString = "\"type\":\""
        let length = key.utf8CodeUnitCount
        guard body.count > length else { return nil }
        // Problems begin with their type; a few bytes of room for a space or a brace.
        for start in 0..<min(16, body.count - length) {
            var matched = 0
            while matched < length, body[start + matched] == key.utf8Start[matched] { matched += 1 }
            guard matched == length else { continue }
            return name(body, from: start + length)
        }
        return nil
    }

    /// Why an answer is not what the mesh means to give: its status, and the policy that made it, or else its problem: `504 by quorum`.
    static func failure(_ status: Int, _ problem: String?, _ body: UnsafeRawBufferPointer) -> String {
        if let policy = policy(body) { return "\(status) by \(policy)" }
        return problem.map { "\(status) \($0)" } ?? "\(status)"
    }

    /// The policy that a problem names, at most 40 characters; nil where it names none within its first kilobyte.
    private static func policy(_ body: UnsafeRawBufferPointer) -> String? {
        let key = Array("\"policy\":\"".utf8)
        guard body.count > key.count else { return nil }
        for start in 0..<min(1_024, body.count - key.count) where body[start] == key[0] {
            if body[start..<start + key.count].elementsEqual(key) { return name(body, from: start + key.count) }
        }
        return nil
    }

    private static func name(_ body: UnsafeRawBufferPointer, from start: Int) -> String? {
        var first = start
        var end = start
        while end < body.count, end < start + 200, body[end] != UInt8(ascii: "\"") {
            let byte = body[end]
            if byte == UInt8(ascii: "/") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "#") { first = end + 1 }
            end += 1
        }
        guard end < body.count, body[end] == UInt8(ascii: "\""), end > first, end - first <= 40 else { return nil }
        let bytes = body[first..<end]
        let isName = bytes.allSatisfy { $0 >= 97 && $0 <= 122 || $0 >= 48 && $0 <= 57 || $0 == 45 || $0 == 95 }
        let text = String(decoding: bytes, as: UTF8.self)
        return isName && text != "blank" ? text : nil
    }
}
