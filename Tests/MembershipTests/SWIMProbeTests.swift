import MeshBase
import Testing

@testable import Membership

@Suite struct SWIMProbeTests {
    /// The ping, the requests and the suspicion of one failed probe.
    @Test func directThenIndirectThenSuspect() {
        var bench = Bench(peers: 6)
        let (sequence, target, endpoint) = bench.nextPing()
        bench.sink = TestNetwork.Sink()
        bench.advance(.milliseconds(70))
        let requests = bench.sink.sent.filter { $0.1.kind == .pingRequest }
        #expect(requests.count == 3)
        #expect(Set(requests.map(\.0)).count == 3)
        #expect(!requests.contains { $0.0 == endpoint })
        for request in requests {
            #expect(request.1.body == .pingRequest(sequence: sequence, target: target, at: endpoint))
        }
        // Two of three relays say that they live: one missing nack.
        bench.gossip([], from: "p0", .nack(sequence: sequence))
        bench.gossip([], from: "p1", .nack(sequence: sequence))
        bench.advance(.milliseconds(200))
        #expect(bench.status(target) == .suspect)
        #expect(bench.swim.counters.failedProbes == 1)
        #expect(bench.swim.localHealthScore == 1)
        #expect(bench.swim.history(of: target).map(\.kind).suffix(2) == [.probeFailed, .accused])
    }

    @Test func allNacksLeaveTheLocalHealthAlone() {
        var bench = Bench(peers: 6)
        let sequence = bench.nextPing().sequence
        bench.advance(.milliseconds(70))
        for peer in 0..<3 { bench.gossip([], from: "p\(peer)", .nack(sequence: sequence)) }
        bench.advance(.milliseconds(200))
        #expect(bench.swim.counters.failedProbes == 1)
        #expect(bench.swim.localHealthScore == 0)
    }

    @Test func aRelayedAckSavesTheMember() {
        var bench = Bench(peers: 6)
        let sequence = bench.nextPing().sequence
        bench.advance(.milliseconds(70))
        bench.gossip([], from: "p0", .ack(sequence: sequence))
        #expect(bench.swim.counters.indirectProbes == 1)
        bench.advance(.milliseconds(140))
        #expect(bench.swim.counters.suspicions == 0)
    }

    @Test func aRelayPingsAndSendsItsNackInTime() throws {
        var bench = Bench(peers: 2)
        let target = Endpoint.loopback(Bench.port("p1"))
        let asked = bench.now
        bench.gossip([], from: "p0", .pingRequest(sequence: 77, target: "p1", at: target))
        let ping = try #require(bench.sink.sent.last { $0.1.kind == .ping && $0.0 == target })
        guard case .ping(let sequence, "p1") = ping.1.body else {
            Issue.record("not a ping of p1")
            return
        }
        bench.advance(.milliseconds(47))
        #expect(!bench.sink.sent.contains { $0.1.kind == .nack })
        bench.advance(.milliseconds(1))
        let nack = try #require(bench.sink.sent.last { $0.1.kind == .nack })
        #expect(nack.0 == .loopback(Bench.port("p0")))
        #expect(nack.1.body == .nack(sequence: 77))
        #expect(bench.now - asked == .milliseconds(48))
        // A late ack is still passed on, once.
        bench.gossip([], from: "p1", .ack(sequence: sequence))
        bench.gossip([], from: "p1", .ack(sequence: sequence))
        #expect(bench.sink.sent.count { $0.1.body == .ack(sequence: 77) } == 1)
        #expect(bench.swim.counters.strayReplies == 1)
    }

    @Test func relaysAreBounded() {
        var configuration = SWIMConfiguration.local
        configuration.mostRelays = 3
        var bench = Bench(configuration: configuration, peers: 2)
        for sequence in UInt32(0)..<10 {
            bench.gossip([], from: "p0", .pingRequest(sequence: sequence, target: "p1", at: .loopback(5)))
        }
        #expect(bench.swim.relays.count == 3)
        #expect(bench.swim.counters.relaysRefused == 7)
        bench.advance(.milliseconds(500))
        #expect(bench.swim.relays.isEmpty)
    }

    @Test func aPingForAnotherNameIsNotAnswered() {
        var bench = Bench(peers: 1)
        bench.gossip([], from: "p0", .ping(sequence: 5, target: "someone-else"))
        #expect(!bench.sink.sent.contains { $0.1.kind == .ack })
        #expect(bench.swim.counters.misdirected == 1)
        bench.gossip([], from: "p0", .ping(sequence: 5, target: "self"))
        #expect(bench.sink.sent.last?.1.body == .ack(sequence: 5))
    }

    /// Within one turn of the list everyone is probed exactly once.
    @Test func roundRobin() {
        var bench = Bench(peers: 20)
        func turn() -> [String] {
            (0..<20).map { _ in
                let ping = bench.nextPing()
                bench.gossip([], from: ping.target, .ack(sequence: ping.sequence))
                return ping.target
            }
        }
        // The list was filled at random places; from the first shuffle on the turns are complete.
        while bench.swim.cursor < 20 {
            let ping = bench.nextPing()
            bench.gossip([], from: ping.target, .ack(sequence: ping.sequence))
        }
        let turns = (turn(), turn())
        #expect(Set(turns.0).count == 20)
        #expect(Set(turns.1).count == 20)
        #expect(turns.0 != turns.1)
    }

    @Test func aLateWakeBlamesNobody() throws {
        var bench = Bench(configuration: .lan, peers: 10)
        bench.gossip([.suspect("p3", incarnation: 1, accuser: "p4")], from: "p4")
        bench.advance(.seconds(1))
        let id = try #require(bench.swim.table.find("p3"))
        let end = try #require(bench.swim.suspicions[id]).end
        bench.now += .seconds(60)
        bench.handle(.wake)
        #expect(bench.swim.counters.stalls == 1)
        #expect(bench.swim.counters.failedProbes == 0)
        #expect(bench.swim.counters.deaths == 0)
        let moved = try #require(bench.swim.suspicions[id]).end - end
        #expect(moved > .seconds(59) && moved <= .seconds(60))

        var plain = Bench(configuration: SWIMConfiguration.lan.withoutLifeguard, peers: 10)
        plain.gossip([.suspect("p3", incarnation: 1, accuser: "p4")], from: "p4")
        plain.advance(.seconds(1))
        plain.now += .seconds(60)
        plain.handle(.wake)
        #expect(plain.status("p3") == .dead)
    }
}
