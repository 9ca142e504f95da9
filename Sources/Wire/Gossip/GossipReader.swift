import Membership
import MeshBase

/// Reads fields off the front of a datagram; every read is checked against its end.
struct GossipReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    private mutating func take(_ count: Int) throws(GossipDecodingError) -> Int {
        guard bytes.count - position >= count else { throw .truncated }
        defer { position += count }
        return position
    }

    mutating func byte() throws(GossipDecodingError) -> UInt8 { bytes[try take(1)] }

    mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>() throws(GossipDecodingError) -> Integer {
        let offset = try take(MemoryLayout<Integer>.size)
        return Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Integer.self))
    }

    mutating func endpoint(isIPv6: Bool) throws(GossipDecodingError) -> Endpoint {
        guard isIPv6 else { return Endpoint(v4: try integer(), port: try integer()) }
        let (high, low): (UInt64, UInt64) = (try integer(), try integer())
        let address = IPAddress(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
        let port: UInt16 = try integer()
        // IPv4 has a form of its own, and of a link nobody knows which one is meant.
        guard !address.isIPv4, !address.isLinkLocal else { throw .address }
        return Endpoint(address: address, port: port)
    }

    /// Bytes behind their count, two bytes of it.
    mutating func bytes(most: Int) throws(GossipDecodingError) -> [UInt8] {
        let count = Int(try integer() as UInt16)
        guard count <= most else { throw .payload }
        let offset = try take(count)
        return Array(bytes[offset..<offset + count])
    }

    /// A name of a member: not empty.
    mutating func name() throws(GossipDecodingError) -> String {
        let name = try text()
        guard !name.isEmpty else { throw .name }
        return name
    }

    /// Up to `MemberProfile.longestName` bytes of UTF-8. Short texts live inside the `String` itself.
    mutating func text() throws(GossipDecodingError) -> String {
        let count = Int(try byte())
        guard count <= MemberProfile.longestName else { throw .name }
        let offset = try take(count)
        let text = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
        // Names are ASCII nearly always, and need no validation then.
        if text.allSatisfy({ $0 < 0x80 }) {
            return String(unsafeUninitializedCapacity: count) { room in
                _ = room.initialize(fromContentsOf: text)
                return count
            }
        }
        guard let decoded = String(validating: text, as: UTF8.self) else { throw .name }
        return decoded
    }
}
