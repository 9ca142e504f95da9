/// What may be done to the traffic between two sets of nodes.
package enum FaultKind: String, Sendable, Codable, CaseIterable {
    /// Everything arrives later.
    case latency
    /// A share of the datagrams is lost; a share of a stream's segments arrives after a retransmission.
    case loss
    /// A share of the datagrams arrives twice. Streams hide duplicates.
    case duplicate
    /// No more than so many bytes a second.
    case bandwidth
    /// Streams are broken when something is written to them.
    case reset
    /// What is sent vanishes and connections hang.
    case blackhole
    /// The same, between named sides: a network that has come apart.
    case partition

    /// Whether nothing passes.
    package var cuts: Bool { self == .blackhole || self == .partition }

    /// Kinds that strike a service, a cell or a clock and not the wire: they are known, and not in this release.
    package static let notOnTheWire: Set<String> = [
        "errors", "hang", "zombie", "slow", "flap", "lie", "amnesia", "poison", "skew",
    ]
}
