import MeshBase
import Testing

@testable import Membership

/// What an observer can say of why it believes what it believes.
@Suite struct SWIMHistoryTests {
    @Test func aDeathNamesProbesAccusersAndTimes() throws {
        var network = TestNetwork(seed: 9)
        network.startMesh(8)
        network.pause("n004")
        let died = network.run(atMost: .seconds(30)) { $0.nodes.values.contains { $0.swim.counters.deaths > 0 } }
        #expect(died != nil)
        network.run(for: .seconds(1))
        var probers = 0
        for node in network.living where node.swim.name != "n004" {
            let events = node.swim.history(of: "n004")
            let accused = try #require(events.first { $0.kind == .accused })
            #expect((accused.timeout ?? .zero) > .zero)
            #expect(events.last?.kind == .declaredDead)
            if let failed = events.first(where: { $0.kind == .probeFailed }) {
                probers += 1
                #expect(failed.actor == node.swim.name)
                #expect(failed.relays == 3)
                #expect(failed.nacks == 3)
                #expect(failed.health == 0)
            }
        }
        #expect(probers > 0)
        // The resumed one can tell who accused it, and that it refuted.
        network.resume("n004")
        network.run(for: .seconds(3))
        let own = network.node("n004").swim.history(of: "n004")
        #expect(own.contains { $0.kind == .stalled })
        #expect(own.contains { $0.kind == .accused && $0.actor != "n004" })
        #expect(own.contains { $0.kind == .refuted })
        #expect(network.node("n000").swim.history(of: "n004").last?.kind == .returned)
    }

    @Test func aSuspicionUnderWayIsReported() throws {
        var bench = Bench(peers: 10)
        bench.gossip([.suspect("p3", incarnation: 1, accuser: "p4")], from: "p4")
        let first = try #require(bench.swim.suspicion(of: "p3"))
        #expect(first.accusers == ["p4"])
        #expect(first.expected == 1)
        bench.gossip([.suspect("p3", incarnation: 1, accuser: "p5")], from: "p5")
        let second = try #require(bench.swim.suspicion(of: "p3"))
        #expect(second.accusers == ["p4", "p5"])
        #expect(second.ends < first.ends)
        #expect(bench.swim.history(of: "p3").last?.kind == .confirmed)
        bench.gossip([Bench.alive("p3", 2)], from: "p3")
        #expect(bench.swim.suspicion(of: "p3") == nil)
        #expect(bench.swim.history(of: "p3").last?.kind == .refuted)
    }

    @Test func theRingIsBounded() {
        var configuration = SWIMConfiguration.local
        configuration.historyDepth = 4
        var bench = Bench(configuration: configuration, peers: 3)
        for incarnation in UInt32(1)...20 {
            bench.gossip([.suspect("p1", incarnation: incarnation, accuser: "p2")], from: "p2")
            bench.gossip([Bench.alive("p1", incarnation + 1)], from: "p1")
        }
        let events = bench.swim.history(of: "p1")
        #expect(events.count == 4)
        #expect(events.last?.incarnation == 21)
    }
}
