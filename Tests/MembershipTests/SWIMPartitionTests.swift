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
}
