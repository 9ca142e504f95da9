import MeshBase

/// Something that happened to a member as this observer saw it: the material of `why NODE`.
public struct MemberEvent: Hashable, Sendable {
    /// What happened.
    public enum Kind: UInt8, Sendable, CaseIterable {
        case joined
        /// Neither directly nor through relays was there an answer within the round.
        case probeFailed
        /// The direct ping was not answered in time, a later way brought the ack.
        case answeredLate
        case accused
        /// Another accuser shortened the suspicion.
        case confirmed
        case refuted
        case declaredDead
        case left, returned
        /// This very process stood still.
        case stalled

        /// The word in `why` and its JSON.
        public var name: String {
            switch self {
            case .joined: "joined"
            case .probeFailed: "probe-failed"
            case .answeredLate: "answered-late"
            case .accused: "accused"
            case .confirmed: "confirmed"
            case .refuted: "refuted"
            case .declaredDead: "dead"
            case .left: "left"
            case .returned: "returned"
            case .stalled: "stalled"
            }
        }
    }
    /// When this observer saw it.
    public var at: Instant
    /// What happened.
    public var kind: Kind
    /// The incarnation of the member that it concerns.
    public var incarnation: UInt32
    /// Who did it: the prober, the accuser, the confirmer, or the member itself.
    public var actor: String
    /// Of a probe: the relays asked, and those that answered that they live but got no answer either.
    public var relays: Int?
    /// Of a probe: how many relays answered that they live and the target is silent.
    public var nacks: Int?
    /// Of a failed probe: the observer's own health score after it.
    public var health: Int?
    /// Of an accusation or confirmation: how long until the suspicion becomes a death.
    public var timeout: TimeAmount?

    /// An event without the figures that only some kinds have.
    public init(at: Instant, kind: Kind, incarnation: UInt32, actor: String) {
        self.at = at
        self.kind = kind
        self.incarnation = incarnation
        self.actor = actor
    }
}

/// A suspicion under way.
public struct SuspicionReport: Hashable, Sendable {
    /// When the first accusation arrived.
    public var began: Instant
    /// When it becomes a death, unless it is refuted or confirmed before.
    public var ends: Instant
    /// The first accuser and those who confirmed.
    public var accusers: [String]
    /// How many confirmations shorten it to the minimum.
    public var expected: Int
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
        record(MemberEvent(at: now, kind: kind, incarnation: incarnation, actor: actor), of: id)
    }

    mutating func record(_ event: MemberEvent, of id: MemberID) {
        guard depth > 0 else { return }
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
