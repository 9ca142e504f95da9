import MeshBase

/// The number used once of a sealed packet: 48 bits of the sender's boot, drawn at random by the driver at each start,
/// and a 48-bit counter. A key is shared by the whole mesh, so both halves matter.
package struct GossipNonce: Equatable, Sendable {
    package static let size = 12
    /// The low 48 bits count.
    package let bootID: UInt64
    /// The low 48 bits count; the holder must not use one twice.
    package private(set) var counter: UInt64

    package init(bootID: UInt64, counter: UInt64 = 0) {
        self.bootID = bootID & 0xFFFF_FFFF_FFFF
        self.counter = counter & 0xFFFF_FFFF_FFFF
    }

    /// The bytes as they stand in a datagram: both numbers in 6 bytes each, the lowest first.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let words = ((bootID | counter << 48).littleEndian, (counter >> 16).littleEndian)
        return withUnsafeBytes(of: words) { body(UnsafeRawBufferPointer(rebasing: $0[..<Self.size])) }
    }

    package func append(to buffer: inout ByteBuffer) { withBytes { buffer.append($0) } }

    /// Nil once all 2^48 are used up: the node needs a new boot id.
    package mutating func next() -> GossipNonce? {
        guard counter < 0xFFFF_FFFF_FFFF else { return nil }
        defer { counter += 1 }
        return self
    }
}
