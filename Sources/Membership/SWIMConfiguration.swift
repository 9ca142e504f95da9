import MeshBase

/// The constants of the protocol. `SWIM.init` validates them once.
///
/// Sources: Das, Gupta, Motivala 2002 (SWIM); Dadgar, Phillips, Currey 2018 (Lifeguard); the profiles of memberlist.
public struct SWIMConfiguration: Hashable, Sendable {
    /// One member is probed per interval; also the unit of the suspicion timeout.
    public var probeInterval: TimeAmount
    /// How long a direct ping may take before relays are asked.
    public var probeTimeout: TimeAmount
    /// k: the relays asked to ping a silent member.
    public var indirectProbes = 3
    /// The suspicion timeout's factor of the minimum; the minimum grows with log10(n).
    public var suspicionAlpha = 4
    /// Maximum over minimum of the suspicion timeout.
    public var suspicionBeta = 6
    /// An update is sent `retransmit` x ceil(log10(n + 1)) times by each member that learns it.
    public var retransmit = 4
    /// Distance of gossip ticks; more than zero.
    public var gossipInterval: TimeAmount
    /// How many members each gossip tick goes to.
    public var gossipFanout = 3
    /// News that finds the node idle waits this long for company before the first gossip; at most `gossipInterval`.
    public var gossipDelay: TimeAmount
    /// The dead are still gossiped to for this long, so that one that lives can refute.
    public var gossipToTheDead: TimeAmount
    /// Between two exchanges of digests, up to 32 members; longer beyond.
    public var pushPullInterval: TimeAmount
    /// Between two attempts to reach a dead member or a silent seed; scaled so that the mesh as a whole makes about
    /// as many attempts per interval as there are dead members.
    public var reconnectInterval: TimeAmount
    /// How long a dead member is remembered.
    public var tombstone: TimeAmount
    /// How long a departed member is remembered.
    public var leftTombstone: TimeAmount
    /// Changes of load alone are told at most this often.
    public var metadataInterval = TimeAmount.seconds(1)

    /// The local health score stays below this.
    public var awareness = 8
    /// Lifeguard's local health aware probe: nacks and the stretch of interval and timeout.
    public var localHealthProbe = true
    /// Lifeguard's local health aware suspicion: the timeout shrinks with confirmations. Off: always the minimum.
    public var dynamicSuspicion = true
    /// Lifeguard's buddy system: a suspect is told so in the next ping and ack to it.
    public var buddy = true
    /// A wake later than the probe timeout is taken as a stall of this very process: no probe fails by it and every
    /// suspicion is extended by its length.
    public var stallDetection = true

    /// Members in doubt are probed beside the one of the round while the local health score stretches the rounds.
    /// cellmesh's own; the score and the suspicion timeout follow Lifeguard's formulas with and without it.
    public var parallelProbes = true
    /// Suspicions under way stand in the pings of the rounds, and are corrected in the acks. cellmesh's own.
    public var secondOpinions = true
    /// A member that is unsteady (see `Standing`) is not accused within 10 probe intervals of its last refutation.
    /// cellmesh's own.
    public var patience = true
    /// A death is told in a few gossip ticks close together instead of an interval apart. cellmesh's own.
    public var hurriedGossip = true
    /// A member that does not answer a datagram in time is pinged by stream too, where it serves one.
    public var streamPing = true

    /// The largest datagram in bytes, sealed.
    public var largestDatagram = GossipSize.largestDatagram
    /// What the seal takes of it.
    public var sealOverhead = GossipSize.sealOverhead
    /// Members known, the dead among them; newcomers beyond are turned away and counted.
    public var mostMembers = 16_384
    /// Pings made for others at one time.
    public var mostRelays = 256
    /// Packets sent in answer to digests and lists per probe interval. One packet asked for them all: this bounds by
    /// how much a member can be made to amplify.
    public var mostSyncPackets = 1024
    /// Seeds remembered.
    public var mostSeeds = 32
    /// The longest time between two questions to a seed that has never answered.
    public var seedInterval = TimeAmount.seconds(2)
    /// On leaving, so many members are told directly; the others hear it by gossip.
    public var leaveBurst = 128
    /// Events kept for each member that has any.
    public var historyDepth = 32

    /// The times of a profile; the other values have those of memberlist.
    public init(
        probeInterval: TimeAmount, probeTimeout: TimeAmount, gossipInterval: TimeAmount, gossipDelay: TimeAmount,
        gossipToTheDead: TimeAmount, pushPullInterval: TimeAmount, reconnectInterval: TimeAmount,
        tombstone: TimeAmount, leftTombstone: TimeAmount
    ) {
        self.probeInterval = probeInterval
        self.probeTimeout = probeTimeout
        self.gossipInterval = gossipInterval
        self.gossipDelay = gossipDelay
        self.gossipToTheDead = gossipToTheDead
        self.pushPullInterval = pushPullInterval
        self.reconnectInterval = reconnectInterval
        self.tombstone = tombstone
        self.leftTombstone = leftTombstone
    }
}
