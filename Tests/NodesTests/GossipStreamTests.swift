import Membership
import MeshBase
import Testing
import Wire

@testable import Nodes

/// Pings that travel over streams, sealed as datagrams are.
@Suite struct GossipStreamTests {
    private let keys = GossipKeyFile(secret: [UInt8](repeating: 3, count: 32))

    /// Nothing but streams reaches one member, and nobody suspects it: its acks come back by stream.
    @Test func aMemberBehindLostDatagramsLives() {
        for carriesStreams in [true, false] {
            var mesh = PortMesh(5, keys: keys)
            mesh.run(for: .seconds(3))
            mesh.deaf = 4
            mesh.carriesStreams = carriesStreams
            mesh.run(for: .seconds(5))
            let seen = mesh.nodes[0].gossip.swim.member(named: "n4")?.status
            if carriesStreams {
                #expect(seen == .alive)
                #expect(mesh.nodes[4].gossip.counters.streamsAnswered > 0)
                #expect(mesh.nodes[..<4].reduce(0) { $0 + $1.gossip.counters.streamAcks } > 0)
            } else {
                #expect(seen == .dead)
            }
        }
    }

    @Test func strangersAndCopiesGetNoAnswer() throws {
        var mesh = PortMesh(2, keys: keys)
        mesh.run(for: .seconds(1))
        mesh.deaf = 1
        mesh.run(for: .milliseconds(500))
        var target = mesh.nodes[1]
        let ping = try #require(mesh.streamed.first { $0.to == .loopback(8_301) })
        let before = target.gossip.swim.counters
        // It was carried once already.
        let copy = ping.bytes.withUnsafeBytes { target.gossip.answer(ping: $0, now: mesh.now, into: &target) }
        #expect(copy == nil)
        let junk = [UInt8](repeating: 0xC1, count: 90).withUnsafeBytes {
            target.gossip.answer(ping: $0, now: mesh.now, into: &target)
        }
        #expect(junk == nil)
        let nothing = [UInt8]().withUnsafeBytes { target.gossip.answer(ping: $0, now: mesh.now, into: &target) }
        #expect(nothing == nil)
        #expect(target.gossip.swim.counters == before)
        #expect(target.gossip.counters.rejected[.replayed] == 1)
    }
}
