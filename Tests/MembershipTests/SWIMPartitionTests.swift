import MeshBase
import Testing

@testable import Membership

@Suite struct SWIMPartitionTests {
    @Test(arguments: [TimeAmount.seconds(3), .seconds(60)]) func halvesMergeAgain(cut: TimeAmount) throws {
        for seed in UInt64(1)...4 {
            var network = TestNetwork(seed: seed)
            network.startMesh(12)
            for index in 6..<12 { network.node(TestNetwork.name(index)).group = 1 }
            network.run(for: cut)
            if cut > .seconds(10) {
                #expect(network.living.allSatisfy { $0.swim.liveCount == 6 }, "seed \(seed)")
            }
            let deaths = network.count(.dead)
            for index in 6..<12 { network.node(TestNetwork.name(index)).group = 0 }
            let took = try #require(network.run(atMost: .seconds(15)) { $0.agrees }, "seed \(seed)")
            #expect(took <= .seconds(10), "seed \(seed): \(took.milliseconds) ms")
            // Nobody dies of the heal itself.
            if cut > .seconds(10) { #expect(network.count(.dead) == deaths, "seed \(seed)") }
            network.run(for: .seconds(20))
            #expect(network.agrees, "seed \(seed)")
        }
    }

    @Test func anIsolatedMemberFindsItsWayBack() throws {
        for seed in UInt64(1)...4 {
            var network = TestNetwork(seed: seed)
            network.startMesh(12)
            network.node("n009").group = 1
            network.run(for: .minutes(2))
            network.node("n009").group = 0
            let took = try #require(network.run(atMost: .seconds(15)) { $0.agrees }, "seed \(seed)")
            #expect(took <= .seconds(10), "seed \(seed): \(took.milliseconds) ms")
        }
    }

    /// The search for the lost costs the mesh about one packet per interval and lost member.
    @Test func searchingForTheDeadIsBounded() {
        var network = TestNetwork(seed: 9)
        network.startMesh(12)
        network.kill("n010")
        network.kill("n011")
        network.run(for: .seconds(60))
        let before = network.living.reduce(0) { $0 + $1.swim.counters.sent[.syncRequest] }
        network.run(for: .seconds(100))
        let requests = network.living.reduce(0) { $0 + $1.swim.counters.sent[.syncRequest] } - before
        // 10 members x 20 regular exchanges and 100 intervals x 2 dead.
        #expect(requests < 500, "\(requests)")
    }

    /// Six and six for ten minutes, and then a heal: within a minute there is one view, and nobody has died of it. No
    /// member was given an address to join through: the halves look for those they have lost.
    @Test func tenMinutesApart() throws {
        for seed in UInt64(1)...3 {
            var network = TestNetwork(seed: seed, configuration: .lan)
            network.startKnown(12, seeds: 0)
            for index in 6..<12 { network.node(TestNetwork.name(index)).group = 1 }
            network.run(for: .minutes(10))
            #expect(network.living.allSatisfy { $0.swim.liveCount == 6 }, "seed \(seed)")
            #expect(network.count(.dead) == 72, "seed \(seed)")
            for index in 6..<12 { network.node(TestNetwork.name(index)).group = 0 }
            let took = try #require(network.run(atMost: .seconds(60)) { $0.agrees }, "seed \(seed)")
            network.run(for: .seconds(60) - took)
            #expect(network.agrees, "seed \(seed)")
            #expect(network.count(.dead) == 72, "seed \(seed): a death after the heal")
        }
    }

    /// Each half has forgotten the other: its tombstones were swept. The addresses that members were told to join
    /// through lead back, and looking for them costs about one packet per interval for each that is lost.
    @Test func halvesThatForgotEachOther() throws {
        var configuration = SWIMConfiguration.local
        configuration.tombstone = .seconds(8)
        for seed in UInt64(1)...3 {
            var network = TestNetwork(seed: seed, configuration: configuration)
            // Joined through n000, n001 and n002, which are all in the first half.
            network.startKnown(12, seeds: 3)
            // Every seed has answered everybody once.
            network.run(for: .seconds(5))
            for index in 6..<12 { network.node(TestNetwork.name(index)).group = 1 }
            network.run(for: .seconds(40))
            #expect(network.living.allSatisfy { $0.swim.memberCount == 6 }, "seed \(seed): somebody is remembered")
            func requests(_ network: TestNetwork, _ indices: Range<Int>) -> UInt64 {
                indices.reduce(0) { $0 + network.node(TestNetwork.name($1)).swim.counters.sent[.syncRequest] }
            }
            let before = (requests(network, 0..<6), requests(network, 6..<12))
            network.run(for: .seconds(60))
            let regular = requests(network, 0..<6) - before.0
            let seeking = requests(network, 6..<12) - before.1
            // 6 members x 12 exchanges; and 60 intervals x 3 lost seeds.
            #expect(regular <= 6 * 24, "seed \(seed): \(regular)")
            #expect(seeking >= regular + 90 && seeking <= regular + 270, "seed \(seed): \(seeking), \(regular)")
            let deaths = network.count(.dead)
            for index in 6..<12 { network.node(TestNetwork.name(index)).group = 0 }
            let took = try #require(network.run(atMost: .seconds(15)) { $0.agrees }, "seed \(seed)")
            #expect(took <= .seconds(5), "seed \(seed): \(took.milliseconds) ms")
            network.run(for: .seconds(20))
            #expect(network.agrees, "seed \(seed)")
            #expect(network.count(.dead) == deaths, "seed \(seed)")
        }
    }
}
