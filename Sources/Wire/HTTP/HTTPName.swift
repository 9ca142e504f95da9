import MeshBase

/// One validated segment of a target: a customer, a key or a service.
package struct HTTPName: Equatable, Sendable {
    /// Where the segment stands, as it was sent.
    package let range: HTTPRange
    /// Whether it holds percent-encodings. Two spellings of one name differ in bytes: compare, hash and store only
    /// what `append` or `text` give.
    package let isEncoded: Bool

    /// The bytes as sent; they are the name itself unless `isEncoded`.
    @inlinable package func bytes(in buffer: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        range.bytes(in: buffer)
    }

    /// Appends the name, decoded.
    package func append(to output: inout ByteBuffer, in buffer: UnsafeRawBufferPointer) {
        guard isEncoded else { return output.append(bytes(in: buffer)) }
        output.append(HTTPName.decode(bytes(in: buffer)) ?? [])
    }

    /// The name, decoded. Allocates if it is encoded or long: not for the hot path.
    package func text(in buffer: UnsafeRawBufferPointer) -> String {
        guard isEncoded else { return range.text(in: buffer) }
        return String(decoding: HTTPName.decode(bytes(in: buffer)) ?? [], as: UTF8.self)
    }

    /// A name as it stands in a target: what is no letter, digit, `-`, `.`, `_`, `~` is percent-encoded.
    package static func encoded(_ text: String) -> String { PercentText.encoded(text) }

    /// Replaces each `%XX` by its byte; nil if one is malformed. One pass: `%2541` is `%41`.
    package static func decode(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            guard bytes[position] == 0x25 else {
                decoded.append(bytes[position])
                position += 1
                continue
            }
            guard position + 2 < bytes.count else { return nil }
            let high = HTTPCharacters.hexadecimal(bytes[position + 1])
            let low = HTTPCharacters.hexadecimal(bytes[position + 2])
            guard high != 255, low != 255 else { return nil }
            decoded.append(high << 4 | low)
            position += 3
        }
        return decoded
    }
}
