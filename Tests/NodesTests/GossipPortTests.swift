import Membership
import MeshBase
import Testing

@testable import Nodes

@Suite struct GossipPortTests {
    @Test func whatIsNotOfThisMeshIsCountedAndDropped() throws {
        let cell = CellHarness(topology())
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        let junk = Array(repeating: UInt8(0xC1), count: 200)
        for size in [0, 1, 28, 29, 200] {
            junk[..<size].withUnsafeBytes {
                cell.node.handle(datagram: $0, from: .loopback(9), now: .zero, into: &cell.sink)
            }
        }
        #expect(cell.gossipCounters.received == 5)
        #expect(cell.gossipCounters.unauthentic == 5)
        #expect(cell.sink.datagrams.isEmpty)
        #expect(cell.swim.memberCount == 1)
    }

    @Test func membersOfAnotherMeshAreStrangers() throws {
        var configuration = gossip("r-2", .cell, port: 7200)
        configuration.mesh = "another"
        var stranger = try ControlNode(configuration)
        var outbox = CellRecorder()
        stranger.start(seeds: [.loopback(7100)], now: .zero, into: &outbox)
        let cell = CellHarness(topology())
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        for (_, bytes) in outbox.datagrams {
            bytes.withUnsafeBytes {
                cell.node.handle(datagram: $0, from: .loopback(7200), now: .zero, into: &cell.sink)
            }
        }
        #expect(!outbox.datagrams.isEmpty)
        #expect(Int(cell.gossipCounters.unauthentic) == outbox.datagrams.count)
        #expect(cell.swim.memberCount == 1)
    }

    @Test func aSecretOfTheWrongLengthIsRefused() {
        var configuration = gossip("r-2", .cell, port: 7200)
        configuration.secret = [1, 2, 3]
        #expect(throws: GossipPort.Invalid.self) { _ = try ControlNode(configuration) }
    }
}
