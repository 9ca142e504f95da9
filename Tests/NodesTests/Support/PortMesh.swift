import Membership
import MeshBase
import Wire

@testable import Nodes

/// Gossip ports that exchange sealed datagrams in virtual time, a fifth of a millisecond each.
struct PortMesh {
    final class Node: GossipSink {
        var gossip: GossipPort
        let endpoint: Endpoint
        var outbox: [(Endpoint, [UInt8])] = []
        var events: [NodeEvent] = []
        var streams: [(Endpoint, [UInt8])] = []
        var isUp = true

        init(_ gossip: consuming GossipPort, _ endpoint: Endpoint) {
            self.gossip = gossip
            self.endpoint = endpoint
        }
        func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
            outbox.append((endpoint, Array(datagram)))
        }
        func ping(byStream datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
            streams.append((endpoint, Array(datagram)))
        }
        func persist(incarnation: UInt32) {}
        func emit(_ event: NodeEvent) { events.append(event) }
    }

    var nodes: [Node] = []
    private(set) var now = Instant.zero
    /// The node that no datagram reaches or leaves.
    var deaf: Int?
    var carriesStreams = true
    /// Every ping by stream so far.
    private(set) var streamed: [(to: Endpoint, bytes: [UInt8])] = []
    private var underWay: [(at: Instant, from: Endpoint, to: Endpoint, bytes: [UInt8])] = []

    init(_ count: Int, keys: GossipKeyFile) {
        for index in 0..<count {
            let endpoint = Endpoint.loopback(7_300 + UInt16(index))
            let profile = try! MemberProfile(
                name: "n\(index)", role: .cell, gossip: endpoint, admin: .loopback(8_300 + UInt16(index)))
            var configuration = GossipConfiguration(
                profile: profile, swim: .local, secret: [], mesh: "mesh", boot: 1, seed: 7)
            configuration.keys = keys
            let node = Node(try! GossipPort(configuration), endpoint)
            nodes.append(node)
            var sink = node
            node.gossip.start(seeds: index == 0 ? [] : [nodes[0].endpoint], now: now, into: &sink)
        }
    }

    mutating func run(for amount: TimeAmount) {
        let end = now + amount
        while now < end {
            collect()
            let wake = nodes.compactMap { $0.isUp ? $0.gossip.nextDeadline() : nil }.min() ?? end
            now = max(now, min(wake, underWay.first?.at ?? end, end))
            while let packet = underWay.first, packet.at <= now {
                underWay.removeFirst()
                guard var node = nodes.first(where: { $0.endpoint == packet.to && $0.isUp }) else { continue }
                packet.bytes.withUnsafeBytes {
                    node.gossip.handle(datagram: $0, from: packet.from, now: now, into: &node)
                }
                node.gossip.drainChanges()
            }
            for var node in nodes where node.isUp { node.gossip.wake(now: now, into: &node) }
        }
    }

    private mutating func collect() {
        for index in nodes.indices {
            let node = nodes[index]
            carry(node.streams, from: node)
            node.streams.removeAll()
            for (endpoint, bytes) in node.outbox {
                if let deaf, index == deaf || endpoint == nodes[deaf].endpoint { continue }
                underWay.append((now + .microseconds(200), node.endpoint, endpoint, bytes))
            }
            node.outbox.removeAll()
        }
    }

    /// Admin addresses are 1000 above those of gossip.
    private mutating func carry(_ pings: [(Endpoint, [UInt8])], from node: Node) {
        for (endpoint, bytes) in pings {
            streamed.append((endpoint, bytes))
            guard carriesStreams, var target = nodes.first(where: { $0.endpoint.port + 1_000 == endpoint.port }) else {
                continue
            }
            let answer = bytes.withUnsafeBytes { target.gossip.answer(ping: $0, now: now, into: &target) }
            var node = node
            answer?.withUnsafeBytes { node.gossip.handle(streamed: $0, now: now, into: &node) }
        }
    }
}
