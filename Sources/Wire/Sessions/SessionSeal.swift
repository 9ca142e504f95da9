import Ciphers
import MeshBase
import Replication

/// Sessions as clients carry them: opaque, in `X-Session`, sealed with the mesh's secret so that no client can push the
/// counters of records into the future.
///
/// One byte of format, the customer's hash, the floor, the keys with their versions (24 bytes each; the highest bit of a
/// counter marks a deletion, since no counter has it) and 16 bytes of HMAC-SHA256, as base64 without padding in the
/// alphabet for URLs (RFC 4648, 5): 44 to 556 characters.
package struct SessionSeal: Sendable {
    /// What begins a session.
    package static let new: StaticString = "new"
    package static let longest = 556
    private static let format: UInt8 = 1
    private static let head = 17
    private static let entry = 24
    private static let proof = MeshSeal.size
    /// `RecordVersion.highestCounter` is below it.
    private static let deletion: UInt64 = 1 << 63
    private let seal: MeshSeal

    package init(secret: [UInt8], mesh: String) {
        seal = MeshSeal(secret: secret, mesh: mesh, label: "cellmesh session")
    }

    /// The token of a session.
    package func text(_ session: SessionRecord) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.head + session.seen.count * Self.entry + Self.proof)
        bytes.append(Self.format)
        Self.append(session.customer.rawValue, to: &bytes)
        Self.append(session.floor, to: &bytes)
        for seen in session.seen {
            Self.append(seen.key, to: &bytes)
            Self.append(seen.version.counter & ~Self.deletion | (seen.isDeletion ? Self.deletion : 0), to: &bytes)
            Self.append(seen.version.writer, to: &bytes)
        }
        bytes += seal.proof(of: bytes)
        return Base64URL.encode(bytes)
    }

    /// Nil for what this mesh has not given out.
    package func read(_ text: UnsafeRawBufferPointer) -> SessionRecord? {
        guard text.count <= Self.longest, let bytes = Base64URL.decode(text),
            bytes.count >= Self.head + Self.proof, bytes[0] == Self.format,
            (bytes.count - Self.head - Self.proof) % Self.entry == 0
        else { return nil }
        let end = bytes.count - Self.proof
        guard ConstantTime.areEqual(bytes[end...], seal.proof(of: bytes[..<end])) else { return nil }
        func word(_ position: Int) -> UInt64 { bytes[position..<position + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        let seen = stride(from: Self.head, to: end, by: Self.entry).map {
            let counter = word($0 + 8)
            return SessionRecord.Seen(
                key: word($0), version: RecordVersion(counter: counter & ~Self.deletion, writer: word($0 + 16)),
                isDeletion: counter & Self.deletion != 0)
        }
        return SessionRecord(customer: CustomerHash(rawValue: word(1)), floor: word(9), seen: seen)
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
    }
}

/// Base64 in the alphabet for URLs, without padding (RFC 4648, 5).
enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(digit(UInt8(truncatingIfNeeded: bits >> count) & 63))
            }
        }
        if count > 0 { text.append(digit(UInt8(truncatingIfNeeded: bits << (6 - count)) & 63)) }
        return text
    }

    /// Strict: nil for other characters, for a length that cannot be, and for bits that are left over and not 0.
    static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for character in text {
            guard let value = value(character) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        return bits & (1 << count - 1) == 0 ? bytes : nil
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: 65 + value
        case 26..<52: 71 + value
        case 52..<62: value - 4
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case 65...90: character - 65
        case 97...122: character - 71
        case 48...57: character + 4
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
