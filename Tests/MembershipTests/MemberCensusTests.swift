import MeshBase
import Testing

@testable import Membership

@Suite struct MemberCensusTests {
    private func member(_ name: String, _ directory: MemberDirectory, incarnation: UInt32 = 0) -> SWIM {
        try! SWIM(
            profile: Bench.profile(name, Bench.port(name)), metadata: MemberMetadata(state: .serving),
            initialIncarnation: incarnation, configuration: .lan, directory: directory)
    }

    private func adopt(_ swim: inout SWIM, _ census: MemberCensus, shares: Bool = false, starts: Bool = true) {
        var sink = TestNetwork.Sink()
        var rng = Generator(seed: 4)
        if starts { swim.handle(.start, now: .zero, rng: &rng, into: &sink) }
        swim.adopt(census, sharesOrder: shares, now: .zero, rng: &rng)
    }

    @Test(arguments: [false, true]) func everybodyIsKnownAndProbedInTurn(_ shares: Bool) {
        let directory = MemberDirectory()
        let names = (0..<20).map { "m\($0)" }
        let census = MemberCensus(
            names.map { Bench.profile($0, Bench.port($0)) }, directory: directory, now: .zero)
        var swim = member("m7", directory)
        adopt(&swim, census, shares: shares)
        #expect(swim.liveCount == 20)
        #expect(swim.members.map(\.name) == names.sorted())
        #expect(swim.member(named: "m7")?.isSelf == true)
        // Two turns of the list probe every other member, and never itself.
        var probed = Set<String>()
        var rng = Generator(seed: 5)
        for _ in 0..<200 {
            guard let next = swim.nextDeadline(), next < .zero + .seconds(60) else { break }
            var sink = TestNetwork.Sink()
            swim.handle(.wake, now: next, rng: &rng, into: &sink)
            for (endpoint, packet) in sink.sent {
                guard case .ping(let sequence, let target) = packet.body else { continue }
                probed.insert(target)
                let ack = GossipPacket(sender: target, senderIncarnation: 1, body: .ack(sequence: sequence))
                swim.receive(ack, from: endpoint, now: next, rng: &rng, into: &sink)
            }
        }
        #expect(probed == Set(names.filter { $0 != "m7" }))
    }

    @Test func viewsOfOneCensusAgreeAndAreTheirOwn() {
        let directory = MemberDirectory()
        let census = MemberCensus(
            ["a", "b", "c"].map { Bench.profile($0, Bench.port($0)) }, directory: directory, now: .zero)
        var a = member("a", directory)
        var b = member("b", directory)
        adopt(&a, census)
        adopt(&b, census)
        #expect(a.digest == b.digest)
        var sink = TestNetwork.Sink()
        var rng = Generator(seed: 6)
        let packet = GossipPacket(
            sender: "b", senderIncarnation: 1, body: .gossip, updates: [.left("c", incarnation: 1)])
        a.receive(packet, from: .loopback(Bench.port("b")), now: .zero, rng: &rng, into: &sink)
        #expect(a.member(named: "c")?.status == .left)
        #expect(b.member(named: "c")?.status == .alive)
    }

    @Test func aMemberWithAPastIsLeftAlone() {
        let directory = MemberDirectory()
        let census = MemberCensus(
            ["a", "b"].map { Bench.profile($0, Bench.port($0)) }, directory: directory, now: .zero)
        var restarted = member("a", directory, incarnation: 9)
        adopt(&restarted, census)
        #expect(restarted.liveCount == 1)
        var idle = member("a", directory)
        adopt(&idle, census, starts: false)
        #expect(idle.liveCount == 1)
        var stranger = member("z", directory)
        adopt(&stranger, census)
        #expect(stranger.liveCount == 1)
        var elsewhere = member("a", MemberDirectory())
        adopt(&elsewhere, census)
        #expect(elsewhere.liveCount == 1)
    }
}
