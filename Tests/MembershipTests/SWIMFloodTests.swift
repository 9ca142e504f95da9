import MeshBase
import Testing

@testable import Membership

/// Many members that begin at once.
@Suite struct SWIMFloodTests {
    /// Each telling costs a thousand others something: what is told of newcomers in a flood is a fraction of what it would be.
    @Test func aFloodOfNewcomersIsToldLessOften() throws {
        var network = TestNetwork(seed: 3, configuration: .lan)
        network.start(TestNetwork.name(0))
        for index in 1..<300 {
            network.start(TestNetwork.name(index), seeds: [network.endpoints[0]])
            network.run(for: .milliseconds(15))
        }
        let took = try #require(network.run(atMost: .seconds(20)) { $0.agrees })
        #expect(took <= .seconds(10), "\(took.milliseconds) ms")
        #expect(network.count(.suspect) == 0)
        network.run(for: .seconds(20))
        let packets = network.packets
        #expect(packets / 300 < 500, "\(packets / 300) packets each")
        #expect(network.living.allSatisfy { $0.swim.queue.isEmpty })
    }

    @Test func deathsAreToldAsOftenAsEver() {
        var queue = GossipQueue()
        for id in UInt32(0)..<100 { queue.push(MemberID(id), accuser: MemberID(0)) }
        #expect(queue.isFlooded)
        let first = queue.take()!
        queue.sent(first, tellings: 4)
        let second = queue.take()!
        queue.sent(second)
        queue.finish(limit: 4)
        #expect(!queue.contains(first.id) && queue.contains(second.id))
        #expect(queue.count == 99)
    }
}
