/// Why datagrams were turned away. None of these is answered, and none changes any state but the count.
package struct GossipRejections: Equatable, Sendable {
    package enum Reason: Int, CaseIterable, Sendable {
        /// Longer than the largest datagram of the mesh.
        case oversized
        /// Too short to be sealed at all.
        case short
        /// Not sealed in this format.
        case format
        /// Sealed with none of the mesh's keys, for another mesh, or changed on the way.
        case unauthentic
        /// Taken before.
        case replayed
        /// So far behind what its sender sent since that nobody can tell whether it was taken before.
        case old
        /// Authentic, and of a version of the protocol that this program does not read.
        case version
        /// Authentic, but no packet.
        case malformed

        /// As it stands in metrics.
        package var name: String {
            switch self {
            case .oversized: "oversized"
            case .short: "short"
            case .format: "format"
            case .unauthentic: "unauthentic"
            case .replayed: "replayed"
            case .old: "old"
            case .version: "version"
            case .malformed: "malformed"
            }
        }
    }

    private var counts = SIMD8<UInt64>(repeating: 0)

    package init() {}

    package internal(set) subscript(reason: Reason) -> UInt64 {
        get { counts[reason.rawValue] }
        set { counts[reason.rawValue] = newValue }
    }

    package var total: UInt64 { counts.wrappedSum() }
}
