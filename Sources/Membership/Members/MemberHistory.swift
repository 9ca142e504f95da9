import MeshBase

/// Something that happened to a member as this observer saw it: the material of `why NODE`.
public struct MemberEvent: Hashable, Sendable {
    public enum Kind: UInt8, Sendable {
        case joined, probeFailed, accused, confirmed, refuted, declaredDead, left, returned
    }
    public var at: Instant
    public var kind: Kind
    public var incarnation: UInt32
    /// Who did it: the prober, the accuser, the confirmer, or the member itself.
    public var actor: String
}

/// The last few events of each member that had any.
struct MemberHistory {
    private struct Ring {
        var events: [MemberEvent] = []
        var next = 0
    }
    /// Events kept per member; 0 keeps none.
    let depth: Int
    private var rings: [MemberID: Ring] = [:]

    init(depth: Int) { self.depth = depth }

    mutating func record(
        _ kind: MemberEvent.Kind, of id: MemberID, incarnation: UInt32, actor: String, at now: Instant
    ) {
        guard depth > 0 else { return }
        let event = MemberEvent(at: now, kind: kind, incarnation: incarnation, actor: actor)
        var ring = rings[id] ?? Ring()
        rings[id] = nil
        if ring.events.count < depth {
            ring.events.append(event)
        } else {
            ring.events[ring.next] = event
            ring.next = (ring.next + 1) % depth
        }
        rings[id] = ring
    }

    mutating func forget(_ id: MemberID) { rings[id] = nil }

    /// Oldest first.
    func events(of id: MemberID) -> [MemberEvent] {
        guard let ring = rings[id] else { return [] }
        return Array(ring.events[ring.next...] + ring.events[..<ring.next])
    }
}
