import MeshBase

/// What members say to one another in one datagram, before it is sealed.
public struct GossipPacket: Hashable, Sendable {
    /// What the packet is for.
    public enum Body: Hashable, Sendable {
        /// Asks the named target for an `ack` of this sequence.
        case ping(sequence: UInt32, target: String)
        /// Asks the receiver to ping a target and to pass its ack on, or to send a `nack` in time.
        case pingRequest(sequence: UInt32, target: String, at: Endpoint)
        case ack(sequence: UInt32)
        /// The relay lives, the target has not answered it.
        case nack(sequence: UInt32)
        /// Carries updates and nothing else.
        case gossip
        /// Opens an exchange of views: the receiver answers with what differs.
        indirect case syncRequest(SyncDigest)
        /// The digests agree.
        case syncEqual
        /// All that the sender knows of a part of the hash space; answered with what it lacks there.
        case syncList(SyncRange)
        /// What the receiver lacked; not answered.
        case syncDifference
        indirect case userEvent(UserEvent)
    }

    /// The name of the member that sent this.
    public var sender: String
    /// The incarnation of the sender: news of a former life is told apart by it.
    public var senderIncarnation: UInt32
    /// What the packet is for.
    public var body: Body
    /// News carried along; as many as fit into `largestPacket` bytes, at most 255.
    public var updates: [MemberUpdate]

    /// A packet ready to be encoded.
    public init(sender: String, senderIncarnation: UInt32, body: Body, updates: [MemberUpdate] = []) {
        self.sender = sender
        self.senderIncarnation = senderIncarnation
        self.body = body
        self.updates = updates
    }

    /// Kinds by which packets are counted.
    public enum Kind: UInt8, Sendable, CaseIterable {
        case ping = 1
        case pingRequest, ack, nack, gossip, syncRequest, syncEqual, syncList, syncDifference, userEvent

        /// As it stands in metrics.
        public var name: String {
            switch self {
            case .ping: "ping"
            case .pingRequest: "ping_request"
            case .ack: "ack"
            case .nack: "nack"
            case .gossip: "gossip"
            case .syncRequest: "sync_request"
            case .syncEqual: "sync_equal"
            case .syncList: "sync_list"
            case .syncDifference: "sync_difference"
            case .userEvent: "user_event"
            }
        }
    }

    /// The kind by which it is counted.
    public var kind: Kind {
        switch body {
        case .ping: .ping
        case .pingRequest: .pingRequest
        case .ack: .ack
        case .nack: .nack
        case .gossip: .gossip
        case .syncRequest: .syncRequest
        case .syncEqual: .syncEqual
        case .syncList: .syncList
        case .syncDifference: .syncDifference
        case .userEvent: .userEvent
        }
    }
}
