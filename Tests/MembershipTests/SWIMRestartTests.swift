import MeshBase
import Testing

@testable import Membership

/// Members that come back: all of them at once, and with less of a past than the mesh remembers.
@Suite struct SWIMRestartTests {
    /// 1 000 members where the tests are optimised: such a run takes a minute without.
    private static let members = _isDebugAssertConfiguration() ? 150 : 1_000

    /// Everybody is restarted within one probe interval, at the same address and with its stored incarnation.
    @Test func aMassRestartKillsNobody() throws {
        var network = TestNetwork(seed: 11, configuration: .lan)
        network.startKnown(Self.members)
        network.run(for: .seconds(3))
        var rng = Generator(seed: 11, concern: "restart")
        for index in (0..<Self.members).shuffled(using: &rng) {
            let former = network.node(TestNetwork.name(index))
            network.kill(former.swim.name)
            network.start(
                former.swim.name, incarnation: former.persisted, seeds: Array(network.endpoints.prefix(3)),
                at: former.endpoint)
            network.run(for: .milliseconds(1))
        }
        let took = try #require(network.run(atMost: .seconds(60)) { $0.agrees })
        #expect(took <= .seconds(5), "\(took.milliseconds) ms")
        network.run(for: .seconds(60) - took)
        #expect(network.count(.dead) == 0)
        #expect(network.agrees)
    }

    /// Its store was put back to an older state: it rises above what the mesh knows of it, and comes back.
    @Test(arguments: [TimeAmount.milliseconds(50), .seconds(30)])
    func anOlderIncarnationIsRaisedAboveTheFormerLife(wait: TimeAmount) throws {
        for seed in UInt64(1)...3 {
            var network = TestNetwork(seed: seed)
            network.startMesh(8)
            let old = network.node("n005").persisted
            for state in 0..<60 {
                let metadata = MemberMetadata(state: MemberMetadata.State(rawValue: UInt8(state)))
                network.handle(.updateMetadata(metadata), network.node("n005"))
                network.run(for: .milliseconds(50))
            }
            let former = network.node("n005")
            #expect(former.swim.ownIncarnation > old + 20, "seed \(seed)")
            network.kill("n005")
            network.run(for: wait)
            let returned = network.start(
                "n005", incarnation: old, seeds: [network.endpoints[0]], at: former.endpoint)
            let took = try #require(network.run(atMost: .seconds(10)) { $0.agrees }, "seed \(seed)")
            #expect(took <= .seconds(3), "seed \(seed): \(took.milliseconds) ms")
            #expect(returned.swim.ownIncarnation > former.swim.ownIncarnation, "seed \(seed)")
            network.run(for: .seconds(10))
            #expect(network.agrees, "seed \(seed)")
        }
    }

    /// Keeps what was stored, and counts packets that tell of an incarnation which was not.
    private struct StoringSink: SWIMSink {
        var stored: UInt32 = 0
        var packets = 0
        var early = 0
        mutating func send(_ packet: borrowing GossipPacket, to endpoint: Endpoint) {
            packets += 1
            if packet.senderIncarnation > stored { early += 1 }
            for update in packet.updates where update.name == "self" && update.incarnation > stored { early += 1 }
        }
        mutating func changed(_ change: MemberChange) {}
        mutating func persist(incarnation: UInt32) { stored = incarnation }
    }

    @Test func noIncarnationLeavesBeforeItIsStored() throws {
        var swim = try SWIM(profile: Bench.profile("self", 9000), initialIncarnation: 7, configuration: .local)
        var rng = Generator(seed: 3)
        var sink = StoringSink()
        var now = Instant.zero
        swim.handle(.start, now: now, rng: &rng, into: &sink)
        swim.handle(.join(seeds: [.loopback(Bench.port("p1"))]), now: now, rng: &rng, into: &sink)
        for turn in UInt32(0)..<200 {
            // Each accusation makes it rise; the ping is answered in the same turn.
            let packet = GossipPacket(
                sender: "p1", senderIncarnation: 1, body: .ping(sequence: turn, target: "self"),
                updates: [
                    Bench.alive("p1", 1), .suspect("self", incarnation: swim.ownIncarnation, accuser: "p1"),
                ])
            swim.receive(packet, from: .loopback(Bench.port("p1")), now: now, rng: &rng, into: &sink)
            now += .milliseconds(50)
            swim.handle(.wake, now: now, rng: &rng, into: &sink)
        }
        #expect(swim.ownIncarnation == 208)
        #expect(sink.packets > 400)
        #expect(sink.early == 0)
    }
}
