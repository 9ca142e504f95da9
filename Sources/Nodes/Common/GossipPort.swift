import DequeModule
import MeshBase
import Membership
import Topology
import Wire

/// Where a node's membership writes its orders.
package protocol GossipSink {
    /// A sealed datagram.
    mutating func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint)
    /// Keep this number for the next life of the process, before anything later is sent.
    mutating func persist(incarnation: UInt32)
    mutating func emit(_ event: NodeEvent)
}

/// What a node's membership is made of.
package struct GossipConfiguration {
    package var profile: MemberProfile
    package var metadata: MemberMetadata
    /// What was persisted in an earlier life of this name; 0 without one.
    package var initialIncarnation: UInt32
    package var swim: SWIMConfiguration
    /// 32 bytes that every process of the mesh holds.
    package var secret: [UInt8]
    package var mesh: String
    /// Unique to this life of the process: the nonces of its packets begin with it.
    package var boot: UInt32
    package var seed: UInt64
    /// Shared by the nodes of a simulator.
    package var directory: MemberDirectory?

    package init(
        profile: MemberProfile, metadata: MemberMetadata = MemberMetadata(state: .serving),
        initialIncarnation: UInt32 = 0, swim: SWIMConfiguration, secret: [UInt8], mesh: String, boot: UInt32,
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
package struct GossipPort {
    package private(set) var swim: SWIM
    package private(set) var counters = Counters()
    private let seal: GossipSeal
    private var random: Generator
    private var outbox: Outbox

    package struct Counters: Sendable {
        package var received: UInt64 = 0
        package var sent: UInt64 = 0
        package var bytesReceived: UInt64 = 0
        package var bytesSent: UInt64 = 0
        /// Datagrams that nobody with the mesh's secret has made.
        package var unauthenticated: UInt64 = 0
        /// Authentic datagrams that could not be read.
        package var malformed: UInt64 = 0
        /// Packets that could not be sealed or were too large; never expected.
        package var unsent: UInt64 = 0
    }

    /// What SWIM has ordered in one call, between SWIM and the node's sink.
    private struct Outbox {
        var changes = Deque<MemberChange>()
        let boot: UInt32
        var number: UInt64 = 0
    }

    /// - Precondition: the configuration was validated; a member's own constants are, when a topology is read.
    package init(_ configuration: GossipConfiguration) throws(SWIMConfiguration.Invalid) {
        swim = try SWIM(
            profile: configuration.profile, metadata: configuration.metadata,
            initialIncarnation: configuration.initialIncarnation, configuration: configuration.swim,
            directory: configuration.directory ?? MemberDirectory())
        seal = GossipSeal(secret: configuration.secret, label: configuration.mesh)
        random = Generator(
            seed: configuration.seed, concern: "gossip", node: StableHash.hash(configuration.profile.name),
            counter: UInt64(configuration.boot))
        outbox = Outbox(boot: configuration.boot)
    }

    package mutating func nextDeadline() -> Instant? { swim.nextDeadline() }

    package mutating func start(seeds: [Endpoint], now: Instant, into sink: inout some GossipSink) {
        run(.start, now, &sink)
        if !seeds.isEmpty { run(.join(seeds: seeds), now, &sink) }
    }

    package mutating func join(seeds: [Endpoint], now: Instant, into sink: inout some GossipSink) {
        run(.join(seeds: seeds), now, &sink)
    }

    package mutating func handle(
        datagram: UnsafeRawBufferPointer, from: Endpoint, now: Instant, into sink: inout some GossipSink
    ) {
        counters.received += 1
        counters.bytesReceived += UInt64(datagram.count)
        let plain: [UInt8]
        do {
            plain = try seal.open(datagram)
        } catch {
            counters.unauthenticated += 1
            return
        }
        do {
            let packet = try plain.withUnsafeBytes { bytes throws(GossipDecodeError) in try GossipCodec.decode(bytes) }
            run(.packet(from: from, packet), now, &sink)
        } catch {
            counters.malformed += 1
        }
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
            var adapter = Adapter(sink: sink, seal: seal, outbox: outbox, counters: counters)
            // One owner at a time, so that appending to the list of changes copies nothing.
            outbox.changes = []
            swim.handle(event, now: now, rng: &random, into: &adapter)
            outbox = adapter.outbox
            counters = adapter.counters
        }
    }

    private struct Adapter<Sink: GossipSink>: SWIMSink {
        let sink: UnsafeMutablePointer<Sink>
        let seal: GossipSeal
        var outbox: Outbox
        var counters: Counters

        mutating func send(_ packet: borrowing GossipPacket, to endpoint: Endpoint) {
            outbox.number += 1
            var plain = ByteBuffer(capacity: 1536)
            GossipCodec.encode(packet, into: &plain)
            guard let sealed = try? seal.seal(plain.bytes, boot: outbox.boot, counter: outbox.number) else {
                counters.unsent += 1
                return
            }
            counters.sent += 1
            counters.bytesSent += UInt64(sealed.count)
            sealed.withUnsafeBytes { sink.pointee.send(datagram: $0, to: endpoint) }
        }

        mutating func changed(_ change: MemberChange) {
            outbox.changes.append(change)
            sink.pointee.emit(.member(change))
        }

        mutating func persist(incarnation: UInt32) { sink.pointee.persist(incarnation: incarnation) }
    }
}
