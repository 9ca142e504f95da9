import Membership
import MeshBase

/// A mesh in memory and in virtual time: one heap of events, a network with latency and loss, and faults.
struct TestNetwork {
    struct Observation: Hashable {
        var at: Instant
        var observer: String
        var name: String
        var old: MemberStatus?
        var status: MemberStatus
        var incarnation: UInt32
        var endpoint: Endpoint
    }

    final class Node {
        var swim: SWIM
        var rng: Generator
        let endpoint: Endpoint
        var isAlive = true
        var isPaused = false
        /// What a stopped process finds in its socket afterwards.
        var backlog: [(Endpoint, GossipPacket)] = []
        var persisted: UInt32 = 0
        /// The wake that stands in the heap.
        var wakeAt: Instant?
        var group = 0
        /// Reads each packet 0.5 to 2.5 s late, in order; its timers are on time.
        var isStarved = false
        var readsUntil = Instant.zero
        var events: [UserEvent] = []
        /// Its clock is ahead of the network's by this much.
        var clockAhead = TimeAmount.zero

        init(swim: SWIM, rng: Generator, endpoint: Endpoint) {
            self.swim = swim
            self.rng = rng
            self.endpoint = endpoint
        }
    }

    struct Sink: SWIMSink {
        var sent: [(Endpoint, GossipPacket)] = []
        var changes: [MemberChange] = []
        var persisted: [UInt32] = []
        var streamed: [(Endpoint, GossipPacket)] = []
        var events: [UserEvent] = []
        var judged: [Member] = []
        mutating func pingByStream(_ packet: borrowing GossipPacket, to endpoint: Endpoint) {
            streamed.append((endpoint, copy packet))
        }
        mutating func heard(_ event: UserEvent) { events.append(event) }
        mutating func send(_ packet: borrowing GossipPacket, to endpoint: Endpoint) {
            sent.append((endpoint, copy packet))
        }
        mutating func changed(_ change: MemberChange) { changes.append(change) }
        mutating func judged(_ change: MemberChange) { judged.append(change.member) }
        mutating func persist(incarnation: UInt32) { persisted.append(incarnation) }
    }

    enum Event {
        case deliver(GossipPacket, from: Endpoint, to: Endpoint)
        /// A starved node gets to a packet.
        case read(GossipPacket, from: Endpoint, by: Endpoint)
        case wake(Endpoint)
    }
    private struct Scheduled: Comparable {
        var at: Instant
        var sequence: Int
        static func < (a: Scheduled, b: Scheduled) -> Bool { (a.at, a.sequence) < (b.at, b.sequence) }
    }

    let seed: UInt64
    var configuration: SWIMConfiguration
    var latency: ClosedRange<Int64> = 100_000...500_000
    var loss = 0.0
    /// The largest packet that was sent, by `encodedSize`.
    var largestPacket = 0
    var packets = 0
    /// Packets on their way are counted by kind after `trace` when it is on.
    var transcript: [String]?

    private(set) var now = Instant.zero
    private(set) var nodes: [Endpoint: Node] = [:]
    /// In order of their addition.
    private(set) var endpoints: [Endpoint] = []
    private(set) var observations: [Observation] = []
    private(set) var traceHash: UInt64 = 0
    private var timers = TimerTable<Int>()
    private var events: [Int: Event] = [:]
    private var sequence = 0
    private var rng: Generator
    private var nextPort: UInt16 = 7000
    let directory = MemberDirectory()

    init(seed: UInt64, configuration: SWIMConfiguration = .local) {
        self.seed = seed
        self.configuration = configuration
        rng = Generator(seed: seed, concern: "network")
    }

    // MARK: Nodes

    /// Starts a node, under a new port where none is given, and lets it seek the given seeds.
    @discardableResult
    mutating func start(
        _ name: String, incarnation: UInt32 = 0, seeds: [Endpoint] = [], at former: Endpoint? = nil,
        metadata: MemberMetadata = MemberMetadata(state: .serving)
    ) -> Node {
        let endpoint = former ?? Endpoint.loopback(nextPort)
        if former == nil { nextPort += 1 }
        let profile = try! MemberProfile(
            name: name, role: .cell, region: "us-east", zone: "a", gossip: endpoint,
            data: .loopback(endpoint.port + 10_000), admin: .loopback(endpoint.port + 20_000))
        let swim = try! SWIM(
            profile: profile, metadata: metadata, initialIncarnation: incarnation, configuration: configuration,
            directory: directory)
        let node = Node(
            swim: swim, rng: Generator(seed: seed, concern: "swim", node: UInt64(endpoint.port)), endpoint: endpoint)
        if nodes.updateValue(node, forKey: endpoint) == nil { endpoints.append(endpoint) }
        handle(.start, node)
        if !seeds.isEmpty { handle(.join(seeds: seeds), node) }
        return node
    }

    /// `count` nodes named n000, n001, ...; all join the first, and the mesh settles.
    mutating func startMesh(_ count: Int, settle: TimeAmount = .seconds(5)) {
        for index in 0..<count {
            start(Self.name(index), seeds: index == 0 ? [] : [endpoints[0]])
        }
        run(for: settle)
    }

    /// `count` nodes named n000, n001, ... that have known one another for long, and the seeds they once joined through.
    mutating func startKnown(_ count: Int, seeds: Int = 3) {
        for index in 0..<count { start(Self.name(index)) }
        let profiles = living.compactMap { $0.swim.member(named: $0.swim.name)?.profile }
        let census = MemberCensus(profiles, directory: directory, now: now)
        for node in living {
            node.swim.adopt(census, now: now, rng: &node.rng)
            handle(.join(seeds: Array(endpoints.prefix(seeds))), node)
        }
    }

    static func name(_ index: Int) -> String {
        let digits = String(index)
        return "n" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    /// The living node of a name.
    func node(_ name: String) -> Node {
        for endpoint in endpoints.reversed() {
            if let node = nodes[endpoint], node.isAlive, node.swim.name == name { return node }
        }
        fatalError("no living node \(name)")
    }

    var living: [Node] { endpoints.compactMap { nodes[$0] }.filter(\.isAlive) }

    mutating func kill(_ name: String) { node(name).isAlive = false }

    func starve(_ name: String) { node(name).isStarved = true }

    func pause(_ name: String) { node(name).isPaused = true }

    /// The loop of a resumed process runs its timers first, then reads its socket.
    mutating func resume(_ name: String) {
        let node = node(name)
        node.isPaused = false
        node.wakeAt = nil
        handle(.wake, node)
        let backlog = node.backlog
        node.backlog = []
        for (source, packet) in backlog { handle(.packet(from: source, packet), node) }
    }

    /// Its clock jumps ahead: what it had waited for is overdue.
    mutating func jump(_ name: String, by amount: TimeAmount) {
        let node = node(name)
        node.clockAhead = node.clockAhead + amount
        node.wakeAt = nil
        handle(.wake, node)
    }

    mutating func handle(_ event: SWIMEvent, _ node: Node) {
        var sink = Sink()
        node.swim.handle(event, now: now + node.clockAhead, rng: &node.rng, into: &sink)
        for incarnation in sink.persisted { node.persisted = incarnation }
        node.events += sink.events
        for change in sink.changes { observe(change, by: node) }
        for (target, packet) in sink.sent { send(packet, from: node, to: target) }
        if let local = node.swim.nextDeadline() {
            let deadline = local - node.clockAhead
            guard node.wakeAt == nil || deadline < node.wakeAt! else { return }
            node.wakeAt = max(deadline, now)
            schedule(.wake(node.endpoint), at: node.wakeAt!)
        }
    }

    private mutating func observe(_ change: MemberChange, by node: Node) {
        let observation = Observation(
            at: now, observer: node.swim.name, name: change.member.name, old: change.oldStatus,
            status: change.status, incarnation: change.member.incarnation, endpoint: change.member.profile.gossip)
        observations.append(observation)
        trace(
            "\(node.swim.name) sees \(change.member.name) \(change.status.name) "
                + "\(change.member.incarnation) by \(change.source)")
    }

    // MARK: Network

    private mutating func send(_ packet: GossipPacket, from node: Node, to target: Endpoint) {
        packets += 1
        largestPacket = max(largestPacket, packet.encodedSize)
        trace("\(node.swim.name) -> \(nodes[target]?.swim.name ?? "?") \(packet.summary)")
        guard !rng.chance(loss) else { return }
        let spread = UInt64(latency.upperBound - latency.lowerBound + 1)
        let delay = TimeAmount.nanoseconds(latency.lowerBound + Int64(rng.below(spread)))
        schedule(.deliver(packet, from: node.endpoint, to: target), at: now + delay)
    }

    private mutating func schedule(_ event: Event, at: Instant) {
        sequence += 1
        events[sequence] = event
        timers.arm(sequence, at: at)
    }

    private mutating func trace(_ line: String) {
        traceHash = StableHash.combine(
            StableHash.combine(traceHash, UInt64(bitPattern: now.nanoseconds)), StableHash.hash(line))
        transcript?.append("\(now.milliseconds) \(line)")
    }

    mutating func run(for amount: TimeAmount) { run(until: now + amount) }

    mutating func run(until end: Instant) {
        while let next = timers.next(), next <= end, let id = timers.popDue(now: next) {
            now = max(now, next)
            perform(events.removeValue(forKey: id)!)
        }
        now = end
    }

    /// Runs until the condition holds, looking every 10 ms; nil when it did not within the limit.
    mutating func run(atMost limit: TimeAmount, until condition: (TestNetwork) -> Bool) -> TimeAmount? {
        let began = now
        while now - began < limit {
            if condition(self) { return now - began }
            run(for: .milliseconds(10))
        }
        return condition(self) ? now - began : nil
    }

    private mutating func perform(_ event: Event) {
        switch event {
        case .wake(let endpoint):
            // A wake that an earlier one replaced is ignored.
            guard let node = nodes[endpoint], node.wakeAt == now else { return }
            node.wakeAt = nil
            guard node.isAlive, !node.isPaused else { return }
            handle(.wake, node)
        case .deliver(let packet, let source, let target):
            guard let node = nodes[target], node.isAlive, nodes[source]?.group == node.group else { return }
            guard !node.isPaused else {
                if node.backlog.count < 256 { node.backlog.append((source, packet)) }
                return
            }
            guard !node.isStarved else {
                let late = TimeAmount.milliseconds(500 + Int64(rng.below(2001)))
                node.readsUntil = max(node.readsUntil, now + late)
                schedule(.read(packet, from: source, by: target), at: node.readsUntil)
                return
            }
            handle(.packet(from: source, packet), node)
        case .read(let packet, let source, let reader):
            guard let node = nodes[reader], node.isAlive else { return }
            handle(.packet(from: source, packet), node)
        }
    }

    // MARK: Questions

    /// Every living node sees exactly the living nodes alive, each at its present endpoint.
    var agrees: Bool {
        let living = living
        let names = Set(living.map(\.swim.name))
        let places = Set(living.map(\.endpoint))
        return living.allSatisfy { node in
            guard node.swim.liveCount == living.count else { return false }
            return node.swim.members.allSatisfy { member in
                if member.status == .alive {
                    names.contains(member.name) && places.contains(member.profile.gossip)
                } else {
                    !names.contains(member.name)
                }
            }
        }
    }

    func everyoneSees(_ name: String, as status: MemberStatus) -> Bool {
        living.allSatisfy { $0.swim.name == name || $0.swim.member(named: name)?.status == status }
    }

    func count(_ status: MemberStatus) -> Int { observations.count { $0.status == status } }
}

extension Instant {
    var milliseconds: Int64 { nanoseconds / 1_000_000 }
}

extension GossipPacket {
    /// One line for transcripts.
    var summary: String {
        let head =
            switch body {
            case .ping(_, let target): "ping \(target)"
            case .pingRequest(_, let target, _): "ping-request \(target)"
            case .ack: "ack"
            case .nack: "nack"
            case .gossip: "gossip"
            case .syncRequest: "sync-request"
            case .syncEqual: "sync-equal"
            case .syncList: "sync-list"
            case .syncDifference: "sync-difference"
            case .userEvent(let event): "event \(event.name)"
            }
        let news = updates.map { "\($0.status.name) \($0.name) \($0.incarnation)" }
        return news.isEmpty ? head : head + " [" + news.joined(separator: ", ") + "]"
    }
}
