import Glibc
import MeshBase

/// Random bytes from the system, as hexadecimal text.
package enum SecretText {
    /// Nothing here goes on without randomness: the system's source does not fail once the machine has booted.
    package static func randomBytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // At most 256 bytes a call.
        for start in stride(from: 0, to: count, by: 256) {
            let status = bytes.withUnsafeMutableBytes { getentropy($0.baseAddress! + start, min(256, count - start)) }
            precondition(status == 0, "the system has no randomness")
        }
        return bytes
    }

    package static func random(bytes count: Int) -> String { hex(randomBytes(count)) }

    package static func randomInteger<Integer: FixedWidthInteger>() -> Integer {
        randomBytes(Integer.bitWidth / 8).reduce(0) { $0 << 8 | Integer($1) }
    }

    package static func hex(_ bytes: [UInt8]) -> String { HexText.text(bytes) }

    /// The bytes of hexadecimal text, white space around it ignored; nil if it is anything else.
    package static func bytes(hex text: String) -> [UInt8]? {
        HexText.bytes(String(decoding: text.utf8.filter { $0 > 0x20 }, as: UTF8.self))
    }
}
