import MeshBase
import Testing

@testable import Membership

/// A refutation that went past one member must not end in a death there.
@Suite struct SWIMOpinionTests {
    /// What becomes of a suspicion at a member that missed the refutation, while it pings others that did not.
    private func fate(_ secondOpinions: Bool) throws -> MemberStatus? {
        var configuration = SWIMConfiguration.lan
        configuration.secondOpinions = secondOpinions
        var bench = Bench(configuration: configuration, peers: 10)
        for accuser in ["p2", "p3", "p4"] {
            bench.gossip([.suspect("p1", incarnation: 1, accuser: accuser)], from: accuser)
        }
        for _ in 0..<20 where bench.status("p1") == .suspect {
            let (sequence, target, endpoint) = bench.nextPing()
            // The accused itself is silent.
            if target == "p1" { continue }
            var peer = Bench(configuration: configuration)
            peer.swim = try SWIM(profile: Bench.profile(target, Bench.port(target)), configuration: configuration)
            peer.handle(.start)
            peer.gossip([Bench.alive("p1", 2)], from: "p1")
            peer.swim.queue = GossipQueue()
            peer.sink = TestNetwork.Sink()
            let ping = bench.sink.sent.last { $0.0 == endpoint && $0.1.kind == .ping }!.1
            peer.handle(.packet(from: Bench.own, ping))
            let ack = try #require(peer.sink.sent.last { $0.1.body == .ack(sequence: sequence) })
            bench.handle(.packet(from: endpoint, ack.1))
        }
        return bench.status("p1")
    }

    @Test func whoeverIsPingedCorrectsAnOldSuspicion() throws {
        #expect(try fate(true) == .alive)
        #expect(try fate(false) == .dead)
    }

    /// The question goes out in the first accuser's name: it is no confirmation.
    @Test func askingConfirmsNothing() {
        var bench = Bench(configuration: .lan, peers: 10)
        bench.gossip([.suspect("p1", incarnation: 1, accuser: "p2")], from: "p2")
        bench.swim.queue = GossipQueue()
        bench.sink = TestNetwork.Sink()
        for _ in 0..<4 {
            let ping = bench.nextPing()
            bench.gossip([], from: ping.target, .ack(sequence: ping.sequence))
        }
        let said = bench.sink.sent.filter { $0.1.kind == .ping && $0.0 != .loopback(Bench.port("p1")) }
        #expect(said.count >= 3)
        #expect(said.allSatisfy { $0.1.updates == [.suspect("p1", incarnation: 1, accuser: "p2")] })
    }

    /// Neither a question nor an answer makes a packet longer than it may be.
    @Test func bothAreBounded() {
        var bench = Bench(configuration: .lan, peers: 100)
        for peer in 0..<60 {
            bench.gossip([.suspect("p\(peer)", incarnation: 1, accuser: "p99")], from: "p99")
        }
        bench.swim.queue = GossipQueue()
        bench.sink = TestNetwork.Sink()
        _ = bench.nextPing()
        let questions = bench.sink.sent.last { $0.1.kind == .ping }?.1.updates.count ?? 0
        #expect(questions >= 16 && questions <= 17)
        for peer in 0..<60 { bench.gossip([Bench.alive("p\(peer)", 2)], from: "p\(peer)") }
        bench.swim.queue = GossipQueue()
        let old = (0..<40).map { MemberUpdate.suspect("p\($0)", incarnation: 1, accuser: "p99") }
        bench.gossip(old, from: "p98", .ping(sequence: 3, target: "self"))
        let answer = bench.sink.sent.last { $0.1.kind == .ack }?.1
        #expect((answer?.updates.count ?? 0) > 8 && (answer?.updates.count ?? 99) <= 16)
        #expect((answer?.encodedSize ?? .max) <= SWIMConfiguration.lan.largestPacket)
        // What it knows no better is not answered.
        bench.gossip(
            [.suspect("p70", incarnation: 1, accuser: "p99")], from: "p98", .ping(sequence: 4, target: "self"))
        bench.swim.queue = GossipQueue()
        bench.gossip(
            [.suspect("p70", incarnation: 1, accuser: "p99")], from: "p98", .ping(sequence: 5, target: "self"))
        #expect(bench.sink.sent.last { $0.1.kind == .ack }?.1.updates == [])
    }
}
