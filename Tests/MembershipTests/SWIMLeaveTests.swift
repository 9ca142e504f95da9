import MeshBase
import Testing

@testable import Membership

@Suite struct SWIMLeaveTests {
    @Test func aGoodbyeIsNotADeath() throws {
        var network = TestNetwork(seed: 1)
        network.startMesh(12)
        let node = network.node("n003")
        network.handle(.leave, node)
        let took = try #require(network.run(atMost: .seconds(5)) { _ in node.swim.hasLeft })
        #expect(took <= .seconds(2), "\(took.milliseconds) ms")
        node.isAlive = false
        network.run(for: .seconds(20))
        #expect(network.everyoneSees("n003", as: .left))
        #expect(network.count(.dead) == 0)
        #expect(node.swim.nextDeadline() == nil)
    }

    /// Conformance 25: also when members leave one after another, and under loss.
    @Test func allLeaveOneAfterAnother() {
        for seed in UInt64(1)...4 {
            var network = TestNetwork(seed: seed)
            network.startMesh(12)
            network.loss = 0.02
            for index in 0..<11 {
                let node = network.node(TestNetwork.name(index))
                network.handle(.leave, node)
                _ = network.run(atMost: .seconds(5)) { _ in node.swim.hasLeft }
                node.isAlive = false
            }
            network.run(for: .seconds(10))
            #expect(network.count(.dead) == 0, "seed \(seed)")
            #expect(network.node("n011").swim.liveCount == 1, "seed \(seed)")
        }
    }

    @Test func onesWhoLeftMayReturn() {
        var network = TestNetwork(seed: 3)
        network.startMesh(5)
        let node = network.node("n003")
        network.handle(.leave, node)
        network.run(for: .seconds(2))
        node.isAlive = false
        network.start("n003", incarnation: node.persisted, seeds: [network.endpoints[0]])
        network.run(for: .seconds(2))
        #expect(network.agrees)
    }

    @Test func aloneItLeavesAtOnce() {
        var network = TestNetwork(seed: 4)
        let node = network.start("n000")
        network.handle(.leave, node)
        #expect(node.swim.hasLeft)
    }
}
