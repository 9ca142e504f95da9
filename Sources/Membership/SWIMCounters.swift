/// Totals since the start, for metrics.
public struct SWIMCounters: Hashable, Sendable {
    /// Packets by kind.
    public struct Packets: Hashable, Sendable {
        private var counts = InlineArray<11, UInt64>(repeating: 0)
        /// All zero.
        public init() {}
        /// How many of this kind.
        public internal(set) subscript(kind: GossipPacket.Kind) -> UInt64 {
            get { counts[Int(kind.rawValue)] }
            set { counts[Int(kind.rawValue)] = newValue }
        }
        /// Of all kinds.
        public var total: UInt64 { GossipPacket.Kind.allCases.reduce(0) { $0 &+ self[$1] } }

        public static func == (a: Packets, b: Packets) -> Bool {
            GossipPacket.Kind.allCases.allSatisfy { a[$0] == b[$0] }
        }
        public func hash(into hasher: inout Hasher) {
            for kind in GossipPacket.Kind.allCases { hasher.combine(self[kind]) }
        }
    }

    /// Packets handed to the driver.
    public internal(set) var sent = Packets()
    /// Packets that could be opened and decoded.
    public internal(set) var received = Packets()
    /// Encoded bytes of packets sent, without the seal.
    public internal(set) var bytesSent: UInt64 = 0

    /// Rounds in which a member was probed.
    public internal(set) var probes: UInt64 = 0
    /// Probes of members in doubt, beside those of the rounds.
    public internal(set) var extraProbes: UInt64 = 0
    /// Pings by stream beside the relays.
    public internal(set) var streamPings: UInt64 = 0
    /// Probes without an answer, direct or through relays.
    public internal(set) var failedProbes: UInt64 = 0
    /// Probes answered only after relays, and a stream, were asked.
    public internal(set) var indirectProbes: UInt64 = 0
    /// Relays that answered that they live and the target is silent.
    public internal(set) var nacks: UInt64 = 0
    /// Members that became suspect for this observer.
    public internal(set) var suspicions: UInt64 = 0
    /// Failed probes of members that are unsteady and had just refuted: they began no suspicion.
    public internal(set) var accusationsHeld: UInt64 = 0
    /// Deaths that were declared by members which are dead or in doubt here: taken for accusations.
    public internal(set) var deathsDoubted: UInt64 = 0
    /// Further accusers that shortened a suspicion.
    public internal(set) var confirmations: UInt64 = 0
    /// Suspicions that ended with the member alive.
    public internal(set) var falseSuspicions: UInt64 = 0
    /// Members that this observer saw die.
    public internal(set) var deaths: UInt64 = 0
    /// Dead members that came back in a higher incarnation: a restart, a heal, or a false death.
    public internal(set) var returns: UInt64 = 0
    /// Accusations of this very node that it refuted.
    public internal(set) var refutations: UInt64 = 0
    /// Wakes so late that the process must have stood still.
    public internal(set) var stalls: UInt64 = 0
    /// Exchanges of digests that agreed.
    public internal(set) var syncsEqual: UInt64 = 0
    /// Exchanges of digests that differed, so that views were sent.
    public internal(set) var syncsDifferent: UInt64 = 0
    /// Answers to digests that were cut short by the limit.
    public internal(set) var syncsLimited: UInt64 = 0

    /// Turned away: packets before the start or after the end.
    public internal(set) var ignoredPackets: UInt64 = 0
    /// Pings meant for another name at this address.
    public internal(set) var misdirected: UInt64 = 0
    /// Acks and nacks that belong to no probe under way.
    public internal(set) var strayReplies: UInt64 = 0
    /// Packets from, and news of, another life or process under this node's name.
    public internal(set) var nameConflicts: UInt64 = 0
    /// Turned away: requests to relay beyond the bound.
    public internal(set) var relaysRefused: UInt64 = 0
    /// Turned away: members beyond the bound on members.
    public internal(set) var membersRefused: UInt64 = 0
    /// Updates with an incarnation beyond `MemberUpdate.highestIncarnation`.
    public internal(set) var invalidUpdates: UInt64 = 0

    /// User events heard for the first time, and raised here.
    public internal(set) var userEvents: UInt64 = 0
    /// User events heard again, or too old to tell.
    public internal(set) var userEventsRepeated: UInt64 = 0
    /// User events turned away: too long, or pushed out by newer ones before all had heard.
    public internal(set) var userEventsRefused: UInt64 = 0
}
