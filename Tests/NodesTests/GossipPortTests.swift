import Membership
import MeshBase
import Testing
import Wire

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

    /// The ways a datagram can be wrong: each is counted under its reason, answered with nothing, and changes nothing.
    @Test func nothingIsAnsweredAndNothingChanges() throws {
        var stranger = try ControlNode(gossip("r-2", .cell, port: 7200))
        var outbox = CellRecorder()
        stranger.start(seeds: [.loopback(7100)], now: .zero, into: &outbox)
        let genuine = outbox.datagrams[0].1
        let cell = CellHarness(topology())
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        func give(_ bytes: [UInt8]) {
            bytes.withUnsafeBytes {
                cell.node.handle(datagram: $0, from: .loopback(7200), now: .zero, into: &cell.sink)
            }
        }
        var changed = genuine
        changed[changed.count - 1] ^= 1
        give(changed)
        give(genuine + [UInt8](repeating: 0, count: 2_000))
        give([0xC1])
        give([0x16] + genuine.dropFirst())
        #expect(cell.sink.datagrams.isEmpty)
        #expect(cell.swim.memberCount == 1)
        give(genuine)
        #expect(cell.swim.memberCount == 2)
        let (answers, state) = (cell.sink.datagrams.count, cell.swim.counters)
        #expect(answers > 0)
        for _ in 0..<50 { give(genuine) }
        #expect(cell.sink.datagrams.count == answers)
        #expect(cell.swim.counters == state)
        let rejected = cell.gossipCounters.rejected
        #expect(rejected[.replayed] == 50)
        #expect(rejected[.unauthentic] == 1)
        #expect(rejected[.oversized] == 1)
        #expect(rejected[.short] == 1)
        #expect(rejected[.format] == 1)
        #expect(rejected.total == 54)
    }

    /// A whole mesh changes its key under gossip and probes; every node takes each step at a time of its own.
    @Test func aKeyRotationCausesNoSuspicion() throws {
        let steps: [GossipKeyFile] = [
            GossipKeyFile(keys: [(1, 0x5A), (2, 0x77)].map(Self.key), primary: 1),
            GossipKeyFile(keys: [(1, 0x5A), (2, 0x77)].map(Self.key), primary: 2),
            GossipKeyFile(keys: [(2, 0x77)].map(Self.key), primary: 2),
        ]
        let first = GossipKeyFile(keys: [Self.key((1, 0x5A))], primary: 1)
        var mesh = PortMesh(8, keys: first)
        mesh.run(for: .seconds(3))
        #expect(mesh.nodes.allSatisfy { $0.gossip.swim.liveCount == 8 })
        for step in steps {
            for index in mesh.nodes.indices {
                try mesh.nodes[index].gossip.rekey(step)
                mesh.run(for: .milliseconds(130))
            }
        }
        mesh.run(for: .seconds(5))
        for node in mesh.nodes {
            #expect(node.gossip.keys.ids == [2])
            #expect(node.gossip.keys.primary == 2)
            #expect(node.gossip.swim.counters.suspicions == 0)
            #expect(node.gossip.swim.counters.failedProbes == 0)
            #expect(node.gossip.counters.rejected.total == 0)
        }
        // Shown wrong: one that skips the middle step is not heard by the others.
        try mesh.nodes[0].gossip.rekey(first)
        mesh.run(for: .seconds(3))
        #expect(mesh.nodes[1].gossip.counters.unauthentic > 0)
        #expect(mesh.nodes[1].gossip.swim.member(named: "n0")?.status != .alive)
    }

    private static func key(_ pair: (UInt32, UInt8)) -> GossipKeyFile.Key {
        GossipKeyFile.Key(id: pair.0, bytes: [UInt8](repeating: pair.1, count: 32))
    }

    @Test func aBadRingLeavesTheFormerOne() throws {
        let mesh = PortMesh(1, keys: GossipKeyFile(secret: [UInt8](repeating: 1, count: 32)))
        #expect(throws: GossipKeyRing.Invalid.self) { try mesh.nodes[0].gossip.rekey(GossipKeyFile(secret: [1])) }
        #expect(mesh.nodes[0].gossip.keys.ids == [1])
    }
}
