/// A piece of a message: offsets into the buffer the message was parsed from, valid until those bytes are consumed.
package struct HTTPRange: Equatable, Sendable {
    package var start: Int32
    package var end: Int32

    @inlinable package init() {
        start = 0
        end = 0
    }
    @inlinable package init(_ start: Int, _ end: Int) {
        self.start = Int32(truncatingIfNeeded: start)
        self.end = Int32(truncatingIfNeeded: end)
    }

    /// Whether the piece was in the message at all; a header field with an empty value is present.
    @inlinable package var isPresent: Bool { end != 0 }
    @inlinable package var isEmpty: Bool { start == end }
    @inlinable package var count: Int { Int(end) - Int(start) }

    /// The bytes of the piece in its buffer.
    @inlinable package func bytes(in buffer: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard !isEmpty else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(rebasing: buffer[Int(start)..<Int(end)])
    }

    /// The piece as text; ill-formed UTF-8 is repaired. Allocates: not for the hot path.
    package func text(in buffer: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes(in: buffer), as: UTF8.self)
    }

    /// Whether the piece equals a lower-case ASCII text, in any case of its letters.
    package func equals(_ text: StaticString, in buffer: UnsafeRawBufferPointer) -> Bool {
        let bytes = bytes(in: buffer)
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return text.utf8CodeUnitCount == 0
        }
        return HTTPCharacters.equals(base, bytes.count, text)
    }

    /// Whether the piece is these bytes, case and all: words that a header's value names.
    package func isExactly(_ text: StaticString, in buffer: UnsafeRawBufferPointer) -> Bool {
        let bytes = bytes(in: buffer)
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        for position in bytes.indices where bytes[position] != text.utf8Start[position] { return false }
        return true
    }

    /// The piece as a decimal number of digits only, or nil: no sign, no space, at most 18 digits.
    package func decimal(in buffer: UnsafeRawBufferPointer) -> UInt64? {
        guard count > 0, count <= 18 else { return nil }
        var value: UInt64 = 0
        for byte in bytes(in: buffer) {
            guard HTTPCharacters.isDigit(byte) else { return nil }
            value = value &* 10 &+ UInt64(byte &- 48)
        }
        return value
    }
}
