import MeshBase

/// What a driver tells a member.
public enum SWIMEvent: Sendable {
    /// Begins to take part. Once.
    case start
    /// Seeks a mesh through each of these until it has answered once; repeated, it adds seeds and tries again.
    /// `insteadOf`: seeds to forget, because their names lead elsewhere now.
    case join(seeds: [Endpoint], insteadOf: [Endpoint] = [])
    /// Asks these once whether they know a mesh; unlike seeds they are not asked again.
    case rejoin(through: [Endpoint])
    /// A packet, opened and decoded, and where it came from.
    case packet(from: Endpoint, GossipPacket)
    /// The time that `nextDeadline` named has come (or passed).
    case wake
    /// What the node says about itself has changed.
    case updateMetadata(MemberMetadata)
    /// Tells something to all members: a name of up to 63 bytes and up to 512 bytes of anything.
    case userEvent(name: String, payload: [UInt8])
    /// Says goodbye; done when `hasLeft` is true.
    case leave
}

/// Where a member's orders go. A sink only carries out or appends: it never calls back into the member.
public protocol SWIMSink: ~Copyable {
    /// Sends one datagram. The packet is only lent: it is reused after the call.
    mutating func send(_ packet: borrowing GossipPacket, to endpoint: Endpoint)
    /// Another member changed in this observer's view.
    mutating func changed(_ change: MemberChange)
    /// The standing of another member that takes part changed in this observer's view; its status may be the same.
    mutating func judged(_ change: MemberChange)
    /// Store this number before any later packet leaves; after a restart it is the `initialIncarnation`.
    mutating func persist(incarnation: UInt32)
    /// Carries a ping over a stream to a member's admin endpoint, and its ack back as a packet; at once or never.
    mutating func pingByStream(_ packet: borrowing GossipPacket, to endpoint: Endpoint)
    /// A user event was heard for the first time.
    mutating func heard(_ event: UserEvent)
}

extension SWIMSink where Self: ~Copyable {
    /// Where there are no streams.
    public mutating func pingByStream(_ packet: borrowing GossipPacket, to endpoint: Endpoint) {}
    /// Sinks that look at the status alone.
    public mutating func judged(_ change: MemberChange) {}
    /// Sinks that have no use for user events drop them.
    public mutating func heard(_ event: UserEvent) {}
}
