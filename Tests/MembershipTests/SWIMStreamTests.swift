import MeshBase
import Testing

@testable import Membership

@Suite struct SWIMStreamTests {
    private func bench(_ configuration: SWIMConfiguration = .local) -> Bench {
        var bench = Bench(configuration: configuration)
        for peer in 0..<4 {
            let profile = try! MemberProfile(
                name: "p\(peer)", role: .cell, gossip: .loopback(Bench.port("p\(peer)")),
                admin: .loopback(20_000 + UInt16(peer)))
            bench.gossip([.alive(profile, MemberMetadata(), incarnation: 1)], from: "p\(peer)")
        }
        return bench
    }

    @Test func aStreamIsTriedBesideTheRelays() throws {
        var bench = bench()
        let (sequence, target, _) = bench.nextPing()
        #expect(bench.sink.streamed.isEmpty)
        bench.advance(.milliseconds(70))
        let ping = try #require(bench.sink.streamed.first)
        #expect(bench.sink.streamed.count == 1)
        #expect(ping.0 == bench.swim.member(named: target)?.profile.admin)
        #expect(ping.1.body == .ping(sequence: sequence, target: target))
        #expect(bench.sink.sent.contains { $0.1.kind == .pingRequest })
        // The ack comes back as a packet.
        bench.gossip([], from: target, .ack(sequence: sequence))
        bench.advance(.milliseconds(140))
        #expect(bench.status(target) == .alive)
        #expect(bench.swim.counters.suspicions == 0)
        #expect(bench.swim.history(of: target).last?.kind == .answeredLate)
    }

    @Test func itCanBeSwitchedOffAndNeedsAnAddress() {
        var configuration = SWIMConfiguration.local
        configuration.streamPing = false
        var off = bench(configuration)
        _ = off.nextPing()
        off.advance(.milliseconds(70))
        #expect(off.sink.streamed.isEmpty)
        var without = Bench(peers: 4)
        _ = without.nextPing()
        without.advance(.milliseconds(70))
        #expect(without.sink.streamed.isEmpty)
    }
}
