import Chaos
import MeshBase
import Topology

/// The faults on what this process sends, and the cuts on what it receives: datagrams and the streams of mesh links.
/// Listeners of clients and probes are never touched.
///
/// While no rule concerns this process, `isActive` is false and each send costs one branch.
package final class WireLayer {
    package struct Counters: Sendable, Equatable {
        /// Messages that had to wait.
        package var delayedDatagrams: UInt64 = 0
        package var delayedSegments: UInt64 = 0
        package var lostDatagrams: UInt64 = 0
        package var duplicatedDatagrams: UInt64 = 0
        /// Datagrams that a cut stopped, by the side that stopped them.
        package var cutSent: UInt64 = 0
        package var cutReceived: UInt64 = 0
        /// Datagrams dropped because too many waited.
        package var overflow: UInt64 = 0
        package var resets: UInt64 = 0
        /// Connections that were begun into a cut.
        package var hung: UInt64 = 0
    }

    package private(set) var nodes: WireNodes
    package internal(set) var counters = Counters()
    /// By the ids of `rules`: packets, writes and connections that each fault has struck.
    private var hits: [UInt64] = []
    private var tally = FaultHitTally()
    /// Whether any rule concerns this process.
    package private(set) var isActive = false
    package private(set) var rules: WireRules?

    /// What is due within this time goes out at once: a turn of the loop for less would cost more than it is exact.
    static let slack = TimeAmount.microseconds(20)

    package var waitingDatagrams: Int { queue.count }

    let loop: EventLoop
    /// Sends a datagram that has waited.
    var transmit: (Endpoint, UnsafeRawBufferPointer) -> Void = { _, _ in }
    var paths: [LinkPath] = []
    var random: Generator
    var queue = DatagramQueue()
    private let own: Int?
    /// This process; nil where it is no node of the topology.
    var ownNode: WireNodes.Node? { own.map { nodes.all[$0] } }
    private let links: Links
    private var pools: [StreamPool] = []
    private var timers = TimerTable<Token>()
    private var alarm: WakeTimer?
    private var numbers: [Endpoint: Int] = [:]
    private var addresses: [Addresses?]
    /// What waits to be begun over a stream.
    var calls: [UInt32: () -> Void] = [:]
    var lastCall: UInt32 = 0

    private struct Addresses: Equatable {
        var gossip: Endpoint
        var admin: Endpoint
    }

    enum Token: Hashable {
        case datagram(UInt32)
        case call(UInt32)
        case stream(pool: Int, key: SlabKey)
    }

    /// - Parameters:
    ///   - name: this process's name; one that is no node of the topology is struck by nothing.
    ///   - boot: distinguishes the random stream of this life from others.
    package init(loop: EventLoop, topology: MeshTopology, name: String, boot: UInt32) {
        self.loop = loop
        nodes = WireNodes(topology)
        own = nodes.number(of: name)
        links = topology.links
        addresses = Array(repeating: nil, count: nodes.all.count)
        random = Generator(
            seed: topology.seed, concern: "wire", node: StableHash.hash(name), counter: UInt64(boot))
        apply([])
    }

    /// The mesh has further cells, whose numbers come after all others. The rules are made anew with the next `apply`.
    func grow(_ topology: MeshTopology) {
        nodes = WireNodes(topology)
        addresses += Array(repeating: nil, count: nodes.all.count - addresses.count)
        tally.take([], hits: hitsByFault, keeping: [])
        rules = nil
    }

    // MARK: Rules

    /// Replaces the faults in force. Bytes that wait in streams are let go where their path is sound again.
    /// - Returns: the ids of those that concern this process.
    @discardableResult
    package func apply(_ faults: [Fault]) -> [String] {
        guard let own else { return [] }
        let rules = WireRules(nodes: nodes, own: own, links: links, faults: faults)
        guard rules != self.rules else { return rules.ids }
        let known = hitsByFault
        tally.take(faults, hits: known, keeping: rules.ids)
        hits = rules.ids.map { known[$0] ?? 0 }
        let old = paths
        paths = rules.sending.enumerated().map { number, effect in
            // A path that stays as it was keeps its queue.
            old.indices.contains(number) && old[number].effect == effect ? old[number] : LinkPath(effect)
        }
        self.rules = rules
        isActive = !rules.isEmpty
        if isActive, alarm == nil {
            alarm = try? WakeTimer(loop: loop) { [unowned self] in wake($0) }
        }
        for pool in pools { pool.forEach { attach($0) } }
        return rules.ids
    }

    /// Neither a connection to this node nor its answer gets through.
    package func preventsConnection(with number: Int) -> Bool {
        isActive && (rules?.preventsConnection(with: number) ?? false)
    }

    /// Whether an exchange with a node comes about; anything that is no node is reached.
    package func reaches(_ name: String) -> Bool {
        guard isActive, let number = nodes.number(of: name) else { return true }
        return !preventsConnection(with: number)
    }

    package func reaches(_ endpoint: Endpoint) -> Bool {
        guard isActive, let number = number(at: endpoint) else { return true }
        return !preventsConnection(with: number)
    }

    /// A connection was begun that cannot come to anything.
    func connectionHangs(with peer: Int) {
        counters.hung += 1
        struck(.cut, with: peer)
        struck(.cut, with: peer, isArrival: true)
    }

    // MARK: Hits

    /// By the id of each fault that concerns this process: packets, writes and connections that it has struck.
    package var hitsByFault: [String: UInt64] {
        guard let rules else { return [:] }
        return Dictionary(zip(rules.ids, hits)) { first, _ in first }
    }

    /// All that was struck in this life, in the order of `FaultKind.followed`.
    package var hitsByKind: [UInt64] { tally.byKind(hitsByFault) }

    /// Something has happened to what was sent to a node, or has come from there.
    func struck(_ effect: WireRules.Effect, with peer: Int, isArrival: Bool = false) {
        rules?.count(effect, with: peer, isArrival: isArrival, in: &hits)
    }

    // MARK: Addresses

    /// Where a node takes gossip, and pings by stream where that is known.
    package func learn(_ name: String, gossip: Endpoint, admin: Endpoint? = nil) {
        guard let number = nodes.number(of: name) else { return }
        let learned = Addresses(gossip: gossip, admin: admin ?? addresses[number]?.admin ?? .unspecified)
        guard addresses[number] != learned else { return }
        if let old = addresses[number] {
            for endpoint in [old.gossip, old.admin] where numbers[endpoint] == number { numbers[endpoint] = nil }
        }
        addresses[number] = learned
        for endpoint in [learned.gossip, learned.admin] where endpoint.port != 0 { numbers[endpoint] = number }
    }

    package func number(at endpoint: Endpoint) -> Int? { numbers[endpoint] }

    // MARK: Streams

    /// The streams of this pool that have a peer are struck from now on.
    package func adopt(_ pool: StreamPool) {
        pool.wire = self
        pool.wireNumber = pools.count
        pools.append(pool)
    }

    /// Brings a stream under the rules of its peer.
    func attach(_ stream: StreamPointer) {
        let peer = Int(stream.pointee.peer)
        guard peer >= 0, let rules, peer < rules.sending.count else { return }
        let effect = rules.sending[peer]
        let wasHeld = stream.pointee.isHeld
        stream.pointee.isHeld = rules.isDeaf[peer]
        if stream.pointee.isHeld {
            stream.pointee.pool.pauseReading(stream)
        } else if wasHeld {
            stream.pointee.pool.resumeReading(stream)
        }
        if effect.isNone {
            guard stream.pointee.isShaped else { return }
            stream.pointee.isShaped = false
            stream.pointee.shape = StreamShape()
        } else {
            stream.pointee.isShaped = true
            stream.pointee.shape.isCut = effect.isCut
        }
        stream.pointee.pool.wrote(stream)
    }

    /// What becomes of bytes that were written to a node at once.
    func judge(_ peer: Int32, _ bytes: Int, now: Instant) -> LinkPath.SegmentFate {
        guard paths.indices.contains(Int(peer)) else { return .arrives(now) }
        let fate = paths[Int(peer)].segment(bytes: bytes, now: now, &random)
        switch fate {
        case .reset:
            counters.resets += 1
            struck(.reset, with: Int(peer))
        case .arrives(let at):
            guard at > now else { break }
            counters.delayedSegments += 1
            struck(.delayed, with: Int(peer))
        }
        return fate
    }

    func wakeStream(_ stream: StreamPointer, at instant: Instant) {
        guard stream.pointee.shape.armed != instant else { return }
        stream.pointee.shape.armed = instant
        arm(.stream(pool: stream.pointee.pool.wireNumber, key: stream.pointee.id), at: instant)
    }

    // MARK: Time

    func arm(_ token: Token, at instant: Instant) {
        timers.arm(token, at: instant)
        if let next = timers.next() { alarm?.arm(at: next) }
    }

    private func wake(_ now: Instant) {
        while let token = timers.popDue(now: now) {
            switch token {
            case .datagram(let slot): sendWaiting(slot)
            case .call(let number): calls.removeValue(forKey: number)?()
            case .stream(let number, let key):
                guard pools.indices.contains(number), let stream = pools[number].stream(key) else { continue }
                stream.pointee.shape.armed = nil
                // Flushed at the end of this turn.
                pools[number].wrote(stream)
            }
        }
        if let next = timers.next() { alarm?.arm(at: next) }
    }

    package func close() {
        alarm?.close()
        alarm = nil
        calls.removeAll()
    }
}
