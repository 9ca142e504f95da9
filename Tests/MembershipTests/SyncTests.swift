import MeshBase
import Testing

@testable import Membership

@Suite struct SyncTests {
    /// Two views of hundreds of members that differ a little become one, by packets of bounded size.
    @Test func viewsConverge() throws {
        var a = Bench(configuration: .lan)
        var b = Bench(configuration: .lan)
        b.swim = try SWIM(profile: Bench.profile("other", 9001), configuration: .lan)
        b.handle(.start)
        for index in 0..<400 {
            let update = Bench.alive("member-\(index)", 3)
            if index % 7 != 0 { a.gossip([update], from: "x") }
            if index % 11 != 0 { b.gossip([update], from: "x") }
            if index % 50 == 1 { a.gossip([.dead("member-\(index)", incarnation: 3, accuser: "x")], from: "x") }
            if index % 60 == 1 { b.gossip([Bench.alive("member-\(index)", 4)], from: "x") }
        }
        #expect(a.swim.digest != b.swim.digest)
        let parts = exchange(&a, &b)
        #expect(parts > 10)
        for index in 0..<400 where index % 50 != 1 || index % 60 == 1 {
            let name = "member-\(index)"
            #expect(a.swim.member(named: name)?.incarnation == b.swim.member(named: name)?.incarnation, "\(name)")
            #expect(a.status(name) == b.status(name), "\(name)")
        }
        // A death told by a view is only a suspicion: the member may refute.
        #expect(a.status("member-51") == .dead)
        #expect(b.status("member-51") == .suspect)
    }

    @Test func equalViewsExchangeTwoSmallPackets() throws {
        var a = Bench(configuration: .lan)
        var b = Bench(configuration: .lan)
        b.swim = try SWIM(profile: Bench.profile("other", 9001), configuration: .lan)
        b.handle(.start)
        for index in 0..<100 {
            a.gossip([Bench.alive("member-\(index)", 3)], from: "x")
            b.gossip([Bench.alive("member-\(index)", 3)], from: "x")
        }
        _ = exchange(&a, &b)
        #expect(a.swim.digest == b.swim.digest)
        #expect(exchange(&a, &b) == 0)
        #expect(b.swim.counters.syncsEqual == 1)
    }

    /// Carries packets between the two until none is left; returns the number of parts of lists.
    private func exchange(_ a: inout Bench, _ b: inout Bench) -> Int {
        a.sink = TestNetwork.Sink()
        b.sink = TestNetwork.Sink()
        a.swim.requestSync(from: .loopback(9001), into: &a.sink)
        var parts = 0
        for _ in 0..<10 {
            let (fromA, fromB) = (a.sink.sent, b.sink.sent)
            a.sink = TestNetwork.Sink()
            b.sink = TestNetwork.Sink()
            for (target, packet) in fromA where target == .loopback(9001) {
                #expect(packet.encodedSize <= SWIMConfiguration.lan.largestPacket)
                b.handle(.packet(from: .loopback(9000), packet))
            }
            for (target, packet) in fromB where target == .loopback(9000) {
                #expect(packet.encodedSize <= SWIMConfiguration.lan.largestPacket)
                if packet.kind == .syncList { parts += 1 }
                a.handle(.packet(from: .loopback(9001), packet))
            }
        }
        return parts
    }

    @Test func rangesCoverTheirBuckets() {
        let range = SyncRange(buckets: 1 << 3 | 1 << 31, first: 0x1800_0001, last: 0xF800_0000)
        #expect(!range.contains(0x1800_0000))
        #expect(range.contains(0x1800_0001))
        #expect(!range.contains(0x2000_0000))
        #expect(range.contains(0xF800_0000))
        #expect(!range.contains(0xF800_0001))
    }
}
