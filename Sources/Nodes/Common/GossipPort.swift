import DequeModule
import Membership
import MeshBase
import Reports
import Topology
import Wire

/// Where a node's membership writes its orders.
package protocol GossipSink {
    /// A sealed datagram.
    mutating func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint)
    /// Keep this number for the next life of the process, before anything later is sent.
    mutating func persist(incarnation: UInt32)
    mutating func emit(_ event: NodeEvent)
    /// Carries a sealed ping over a stream to a member's admin address. What `GossipPort.answer(ping:)` gave there comes
    /// back through `GossipPort.handle(streamed:)`, or nothing does.
    mutating func ping(byStream datagram: UnsafeRawBufferPointer, to endpoint: Endpoint)
    mutating func heard(_ event: UserEvent)
}

extension GossipSink {
    /// Where there are no streams.
    package mutating func ping(byStream datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {}
    package mutating func heard(_ event: UserEvent) {}
}

/// What a node's membership is made of.
package struct GossipConfiguration {
    package var profile: MemberProfile
    package var metadata: MemberMetadata
    /// What was persisted in an earlier life of this name; 0 without one.
    package var initialIncarnation: UInt32
    package var swim: SWIMConfiguration
    /// 32 bytes that every process of the mesh holds: the first key.
    package var secret: [UInt8]
    /// The keys in place of the secret, where there have been others.
    package var keys: GossipKeyFile?
    package var mesh: String
    /// Unique to this life of the process: the nonces of its packets begin with it.
    package var boot: UInt64
    package var seed: UInt64
    /// Shared by the nodes of a simulator.
    package var directory: MemberDirectory?
    /// False in simulations that need no ciphers: datagrams are as long then, and anybody can read and make them.
    package var seals = true

    package init(
        profile: MemberProfile, metadata: MemberMetadata = MemberMetadata(state: .serving),
        initialIncarnation: UInt32 = 0, swim: SWIMConfiguration, secret: [UInt8], mesh: String, boot: UInt64,
        seed: UInt64, directory: MemberDirectory? = nil
    ) {
        self.profile = profile
        self.metadata = metadata
        self.initialIncarnation = initialIncarnation
        self.swim = swim
        self.secret = secret
        self.mesh = mesh
        self.boot = boot
        self.seed = seed
        self.directory = directory
    }
}

/// A node's place in the membership: SWIM between the sealed packets of the wire and the node's own view.
package struct GossipPort: ~Copyable {
    package private(set) var swim: SWIM
    package var counters: Counters {
        var counters = outbox.counters
        counters.rejected = outbox.channel.rejected
        return counters
    }
    /// The numbers of the keys, ascending, and the one that seals.
    package var keys: (ids: [UInt32], primary: UInt32) { (outbox.channel.keys.ids, outbox.channel.keys.primary) }
    /// Where the last packet came from that is formed like the mesh's and that none of its keys has sealed.
    package private(set) var stranger: Endpoint?
    /// What this member believes of the mesh. Whoever watches it asks again and again, and mostly it is the same.
    package var view: Vitals.View {
        mutating get {
            let revision = swim.revision
            if let known, known.revision == revision { return known.view }
            let view = Vitals.View(swim.members)
            known = (revision, view)
            return view
        }
    }
    private var known: (revision: UInt64, view: Vitals.View)?
    private let mesh: String
    private let isOpen: Bool
    private var random: Generator
    private var outbox: Outbox
    private var incoming: GossipPacket

    package struct Counters: Sendable {
        package var received: UInt64 = 0
        package var sent: UInt64 = 0
        package var bytesReceived: UInt64 = 0
        package var bytesSent: UInt64 = 0
        /// Datagrams turned away, by reason.
        package var rejected = GossipRejections()
        /// Pings that came by stream and were answered, and acks that came back by stream.
        package var streamsAnswered: UInt64 = 0
        package var streamAcks: UInt64 = 0
        /// Packets for which no nonce was left, or that were too long.
        package var unsent: UInt64 = 0

        /// Datagrams that nobody with the mesh's keys has made.
        package var unauthentic: UInt64 { rejected[.short] + rejected[.format] + rejected[.unauthentic] }
    }

    /// What lies between SWIM and the node's sink.
    private struct Outbox: ~Copyable {
        var channel: GossipChannel
        var changes = Deque<MemberChange>()
        var counters = Counters()
        /// What goes back over the stream that is being answered.
        var answer: [UInt8]?
    }

    /// The source of what comes by stream: an answer to it goes back the same way.
    private static let stream = Endpoint.unspecified

    package enum Invalid: Error {
        case membership(SWIMConfiguration.Invalid)
        case keys(GossipKeyRing.Invalid)
    }

    package init(_ configuration: GossipConfiguration) throws(Invalid) {
        let swim: SWIM
        do {
            swim = try SWIM(
                profile: configuration.profile, metadata: configuration.metadata,
                initialIncarnation: configuration.initialIncarnation, configuration: configuration.swim,
                directory: configuration.directory ?? MemberDirectory())
        } catch {
            throw .membership(error)
        }
        let keys: GossipKeyRing
        do {
            keys = try GossipKeyRing(
                configuration.keys ?? GossipKeyFile(secret: configuration.secret), label: configuration.mesh,
                isOpen: !configuration.seals)
        } catch {
            throw .keys(error)
        }
        self.swim = swim
        mesh = configuration.mesh
        isOpen = !configuration.seals
        let bootID = StableHash.combine(StableHash.hash(configuration.profile.name), configuration.boot)
        outbox = Outbox(
            channel: GossipChannel(
                keys: keys, bootID: bootID, largestDatagram: configuration.swim.largestDatagram))
        random = Generator(
            seed: configuration.seed, concern: "gossip", node: StableHash.hash(configuration.profile.name),
            counter: configuration.boot)
        incoming = GossipPacket(sender: "", senderIncarnation: 0, body: .gossip)
    }

    package mutating func nextDeadline() -> Instant? { swim.nextDeadline() }

    package mutating func start(seeds: [Endpoint], now: Instant, into sink: inout some GossipSink) {
        run(.start, now, &sink)
        if !seeds.isEmpty { run(.join(seeds: seeds), now, &sink) }
    }

    /// - Parameter former: seeds to forget, because their names lead elsewhere now.
    package mutating func join(
        seeds: [Endpoint], insteadOf former: [Endpoint] = [], now: Instant, into sink: inout some GossipSink
    ) {
        run(.join(seeds: seeds, insteadOf: former), now, &sink)
    }

    /// Asks members of a former life once.
    package mutating func rejoin(through former: [Endpoint], now: Instant, into sink: inout some GossipSink) {
        run(.rejoin(through: former), now, &sink)
    }

    package mutating func handle(
        datagram: UnsafeRawBufferPointer, from: Endpoint, now: Instant, into sink: inout some GossipSink
    ) {
        outbox.counters.received += 1
        outbox.counters.bytesReceived += UInt64(datagram.count)
        // What fails is counted by the channel.
        do { try outbox.channel.decode(datagram, into: &incoming) } catch {
            if case .seal(.notAuthentic) = error { stranger = from }
            return
        }
        receive(from: from, now, &sink)
    }

    /// Answers a sealed ping that came by stream. Nil, and nothing changed but a count, for anything else.
    ///
    /// - Parameter isHeard: whether anything of a member gets through to this one.
    package mutating func answer(
        ping datagram: UnsafeRawBufferPointer, now: Instant, into sink: inout some GossipSink,
        isHeard: (_ sender: String) -> Bool = { _ in true }
    ) -> [UInt8]? {
        guard (try? outbox.channel.decode(datagram, into: &incoming)) != nil else { return nil }
        guard case .ping = incoming.body, isHeard(incoming.sender) else { return nil }
        outbox.answer = nil
        receive(from: Self.stream, now, &sink)
        if outbox.answer != nil { outbox.counters.streamsAnswered += 1 }
        return outbox.answer
    }

    /// The answer to a ping by stream.
    package mutating func handle(
        streamed datagram: UnsafeRawBufferPointer, now: Instant, into sink: inout some GossipSink
    ) {
        guard (try? outbox.channel.decode(datagram, into: &incoming)) != nil, case .ack = incoming.body else { return }
        outbox.counters.streamAcks += 1
        receive(from: Self.stream, now, &sink)
    }

    /// Tells all members something: up to 63 bytes of name and 512 of payload; what is longer is counted and dropped.
    package mutating func raise(event name: String, payload: [UInt8], now: Instant, into sink: inout some GossipSink) {
        run(.userEvent(name: name, payload: payload), now, &sink)
    }

    /// Seals and opens with these keys from now on. When it throws, the former ones stay.
    package mutating func rekey(_ keys: GossipKeyFile) throws(GossipKeyRing.Invalid) {
        outbox.channel.keys = try GossipKeyRing(keys, label: mesh, isOpen: isOpen)
    }

    package mutating func wake(now: Instant, into sink: inout some GossipSink) {
        guard let next = swim.nextDeadline(), next <= now else { return }
        run(.wake, now, &sink)
    }

    package mutating func update(_ metadata: MemberMetadata, now: Instant, into sink: inout some GossipSink) {
        run(.updateMetadata(metadata), now, &sink)
    }

    package mutating func leave(now: Instant, into sink: inout some GossipSink) { run(.leave, now, &sink) }

    /// The next change of another member that the node has not looked at yet.
    package mutating func nextChange() -> MemberChange? { outbox.changes.popFirst() }

    /// For nodes that only pass changes on to their log.
    package mutating func drainChanges() { outbox.changes.removeAll(keepingCapacity: true) }

    private mutating func run(_ event: SWIMEvent, _ now: Instant, _ sink: inout some GossipSink) {
        withUnsafeMutablePointer(to: &sink) { sink in
            withUnsafeMutablePointer(to: &outbox) { outbox in
                var adapter = Adapter(sink: sink, outbox: outbox)
                swim.handle(event, now: now, rng: &random, into: &adapter)
            }
        }
    }

    /// Hands `incoming` on, without a copy of it.
    private mutating func receive(from source: Endpoint, _ now: Instant, _ sink: inout some GossipSink) {
        withUnsafeMutablePointer(to: &sink) { sink in
            withUnsafeMutablePointer(to: &outbox) { outbox in
                var adapter = Adapter(sink: sink, outbox: outbox)
                swim.receive(incoming, from: source, now: now, rng: &random, into: &adapter)
            }
        }
    }

    private struct Adapter<Sink: GossipSink>: SWIMSink {
        let sink: UnsafeMutablePointer<Sink>
        let outbox: UnsafeMutablePointer<Outbox>

        mutating func send(_ packet: borrowing GossipPacket, to endpoint: Endpoint) {
            // Only an ack answers a stream: nothing else that a ping brings about has an address there.
            if endpoint == GossipPort.stream {
                guard packet.kind == .ack, let datagram = outbox.pointee.channel.encode(packet) else { return }
                outbox.pointee.answer = Array(datagram)
                return
            }
            guard let datagram = outbox.pointee.channel.encode(packet) else {
                outbox.pointee.counters.unsent += 1
                return
            }
            outbox.pointee.counters.sent += 1
            outbox.pointee.counters.bytesSent += UInt64(datagram.count)
            sink.pointee.send(datagram: datagram, to: endpoint)
        }

        mutating func pingByStream(_ packet: borrowing GossipPacket, to endpoint: Endpoint) {
            guard let datagram = outbox.pointee.channel.encode(packet) else { return }
            sink.pointee.ping(byStream: datagram, to: endpoint)
        }

        mutating func heard(_ event: UserEvent) { sink.pointee.heard(event) }

        mutating func changed(_ change: MemberChange) {
            outbox.pointee.changes.append(change)
            sink.pointee.emit(.member(change))
        }

        mutating func judged(_ change: MemberChange) {
            outbox.pointee.changes.append(change)
            sink.pointee.emit(.standing(change.member))
        }

        mutating func persist(incarnation: UInt32) { sink.pointee.persist(incarnation: incarnation) }
    }
}
