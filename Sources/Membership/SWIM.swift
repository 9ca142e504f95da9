import MeshBase

/// One member of a mesh: SWIM with Lifeguard as a value that takes events and the time, and writes orders to a sink.
///
/// A driver feeds it packets, wakes it at `nextDeadline()` (late is fine), carries out what the sink is told, and
/// draws no conclusion of its own. The value belongs to one thread.
public struct SWIM {
    /// Where the member stands in its own life.
    enum Phase {
        case idle
        case running
        case leaving
        case left
    }

    /// Names of the timers.
    enum Timer: Hashable, Sendable {
        case round
        case probeTimeout
        case gossip
        case sync
        case join
        case reconnect
        case tombstones
        case metadata
        case standing
        case suspicion(MemberID)
        case relay(UInt32)
    }

    /// What it was made with; fixed for its life.
    public var configuration: SWIMConfiguration {
        @inline(__always) get { constants.value }
    }
    /// One for all members of a simulator that have equal ones.
    private let constants: SharedConfiguration

    // What nearly every turn needs stands together.
    let selfID: MemberID
    var phase = Phase.idle
    var incarnation: UInt32
    var sequence: UInt32 = 0
    var timers = TimerTable<Timer>()
    /// Members to probe, in shuffled order; those that died since the last shuffle are skipped.
    var order: [MemberID] = []
    var cursor = 0
    /// The probe of the round and those beside it, at most the awareness.
    var probes: [Probe] = []
    var health: LocalHealth
    /// Reused for every packet sent.
    var outgoing: GossipPacket
    var queue = GossipQueue()
    var table: MemberTable
    /// Totals since the start.
    public internal(set) var counters = SWIMCounters()

    /// What the store was last told: a restart begins above it.
    var persisted: UInt32
    var history: MemberHistory

    /// Members that were silent when they should have spoken.
    var doubted: [MemberID] = []
    var relays: [UInt32: Relay] = [:]

    var suspicions = SuspicionTable()
    var standings: StandingTable
    /// The dead and the departed that are still remembered.
    var tombstones: [MemberID] = []

    var lastGossip: Instant?
    /// Gossip ticks that are still to come a gossip delay apart, because a death is to be told.
    var hurries = 0
    var nextHurry = Instant.zero
    var picks: [MemberID] = []

    var userEvents = UserEventLog()

    var seeds: [Seed] = []
    /// Another member has been heard.
    public internal(set) var hasMetOthers = false
    var joinDelay = TimeAmount.zero
    /// Until then, what a peer lists is taken for common knowledge and not gossiped on.
    var freshUntil = Instant.zero
    /// The next time to the digest exchange while it is still short after a join or a heal; nil when it is regular.
    var syncDelay: TimeAmount?
    /// How often it was put off since the last one.
    var syncsPutOff = 0
    var nextUnaskedSync = Instant.zero
    /// Packets of answers that may still leave in the probe interval that began then.
    var syncBudget = 0
    var syncBudgetSince: Instant?
    var stated: [MemberID: MemberState] = [:]

    /// Not before then does the node outbid another use of its name.
    var nextRise = Instant.zero
    /// How often it has outbid another use of its name, where that was told to be last, and until when that counts.
    var rises = 0
    var rival: Endpoint?
    var rivalUntil = Instant.zero
    var nextMetadata = Instant.zero
    var pendingMetadata: MemberMetadata?

    /// - Parameters:
    ///   - initialIncarnation: what `persist` stored last in an earlier life of this name; 0 without one.
    ///   - directory: shared by the nodes of a simulator; a real node leaves it out.
    public init(
        profile: MemberProfile, metadata: MemberMetadata = MemberMetadata(), initialIncarnation: UInt32 = 0,
        configuration: SWIMConfiguration, directory: MemberDirectory = MemberDirectory()
    ) throws(SWIMConfiguration.Invalid) {
        try self.init(
            profile, metadata, initialIncarnation, directory.share(configuration), directory, census: nil)
    }

    /// A member whose view a census is to become: as the other initializer and `adopt`, without a view of its own in
    /// between. The census's directory is the member's.
    public init(
        profile: MemberProfile, metadata: MemberMetadata = MemberMetadata(state: .serving),
        configuration: SWIMConfiguration, census: MemberCensus
    ) throws(SWIMConfiguration.Invalid) {
        let directory = census.table.directory
        try self.init(profile, metadata, 0, directory.share(configuration), directory, census: census)
    }

    private init(
        _ profile: MemberProfile, _ metadata: MemberMetadata, _ initialIncarnation: UInt32,
        _ constants: SharedConfiguration, _ directory: MemberDirectory, census: MemberCensus?
    ) throws(SWIMConfiguration.Invalid) {
        guard let id = directory.intern(profile.name) else { throw .outOfRange("directory.limit") }
        self.constants = constants
        let configuration = constants.value
        selfID = id
        // No life comes that far by itself: a store that was damaged must not put the node beyond the range where
        // refutation works. What the mesh remembers of it is outbid.
        persisted = initialIncarnation <= MemberUpdate.highestIncarnation / 2 ? initialIncarnation : 0
        incarnation = persisted + 1
        let shared = directory.intern(profile, of: id)
        if let census, census.introduces(id, shared, metadata), incarnation == 1 {
            table = census.table
        } else {
            table = MemberTable(directory: directory)
            table.update(id, .alive, incarnation: incarnation, profile: shared, metadata: metadata, now: .zero)
        }
        standings = StandingTable(rules: StandingRules(interval: configuration.probeInterval))
        history = MemberHistory(depth: configuration.historyDepth)
        health = LocalHealth(limit: configuration.localHealthProbe ? configuration.awareness : 1)
        outgoing = GossipPacket(sender: profile.name, senderIncarnation: incarnation, body: .gossip)
    }

    /// Takes one event. Orders are complete when this returns.
    public mutating func handle(
        _ event: SWIMEvent, now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable
    ) {
        switch event {
        case .start: start(now: now, rng: &rng, into: &sink)
        case .join(let endpoints, let former):
            join(endpoints, insteadOf: former, now: now, rng: &rng, into: &sink)
        case .rejoin(let endpoints): rejoin(endpoints, now: now, into: &sink)
        case .packet(let source, let packet): receive(packet, from: source, now: now, rng: &rng, into: &sink)
        case .wake: wake(now: now, rng: &rng, into: &sink)
        case .updateMetadata(let metadata): update(metadata, now: now, into: &sink)
        case .userEvent(let name, let payload): raise(name, payload, now: now)
        case .leave: leave(now: now, rng: &rng, into: &sink)
        }
    }

    /// When the driver must send `.wake`; nil while there is nothing to wait for.
    public mutating func nextDeadline() -> Instant? { timers.next() }

    private mutating func start(now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable) {
        guard phase == .idle else { return }
        phase = .running
        sequence = UInt32(truncatingIfNeeded: rng.next())
        table.restart(selfID, now: now)
        reserveIncarnations(into: &sink)
        timers.arm(.tombstones, at: now + tombstoneSweep)
    }

    private mutating func wake(now: Instant, rng: inout Generator, into sink: inout some SWIMSink & ~Copyable) {
        noticeStall(now: now)
        // Every timer is armed again, if at all, for later than `now`: the loop ends.
        while let timer = timers.popDue(now: now) {
            switch timer {
            case .round: beginRound(now: now, rng: &rng, into: &sink)
            case .probeTimeout: askRelays(now: now, rng: &rng, into: &sink)
            case .gossip: gossip(now: now, rng: &rng, into: &sink)
            case .sync: syncTick(now: now, rng: &rng, into: &sink)
            case .join: seek(now: now, rng: &rng, into: &sink)
            case .reconnect: reconnect(now: now, rng: &rng, into: &sink)
            case .tombstones: sweepTombstones(now: now)
            case .standing: standingsElapsed(now: now, into: &sink)
            case .metadata: applyPendingMetadata(now: now, into: &sink)
            case .suspicion(let id): suspicionExpired(id, now: now, into: &sink)
            case .relay(let sequence): relayExpired(sequence, now: now, into: &sink)
            }
        }
    }
}
