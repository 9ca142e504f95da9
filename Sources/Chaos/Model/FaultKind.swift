/// What may be done to the traffic between two sets of nodes, or to the work of a service.
package enum FaultKind: String, Sendable, Codable, CaseIterable {
    /// On the wire: everything arrives later. On a service: its work begins later.
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
    /// A share of a service's calls fails once its work is done.
    case errors
    /// A service's work does not go on until the fault ends.
    case hang

    /// Whether nothing passes.
    package var cuts: Bool { self == .blackhole || self == .partition }
    /// Whether it lies on the links between nodes.
    package var strikesWire: Bool { self != .errors && self != .hang }
    /// Whether it lies on the work of a service.
    package var strikesServices: Bool { self == .latency || !strikesWire }

    /// Kinds that strike a cell or a clock: they are known, and not in this release.
    package static let later: Set<String> = ["zombie", "slow", "flap", "lie", "amnesia", "poison", "skew"]

    static func words(where isMeant: (FaultKind) -> Bool) -> String {
        allCases.filter(isMeant).map(\.rawValue).joined(separator: ", ")
    }
}
