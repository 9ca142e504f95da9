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

    /// A packet that accuses the receiver, sealed by somebody who has what the strangers of each case have.
    private func accusation(
        _ counter: UInt64, key: UInt8 = 9, mesh: String = "test", _ change: (inout [UInt8]) -> Void = { _ in }
    ) throws -> [UInt8] {
        var plain = ByteBuffer()
        GossipCodec.encode(
            GossipPacket(
                sender: "r-2", senderIncarnation: 3, body: .ping(sequence: 1, target: "r-1"),
                updates: [.suspect("r-1", incarnation: 900, accuser: "r-2")]), into: &plain)
        var bytes = Array(plain.bytes)
        change(&bytes)
        let seal = try GossipSeal(key: [UInt8](repeating: key, count: 32), label: mesh)
        var datagram = ByteBuffer()
        bytes.withUnsafeBytes { seal.seal($0, nonce: GossipNonce(bootID: 77, counter: counter), into: &datagram) }
        return Array(datagram.bytes)
    }

    /// What would make the receiver rise and answer, were it sealed rightly and readable: another key, another mesh under
    /// the same key, a newer version, and an authentic packet that is cut short are each counted and change nothing; the
    /// loop goes on with what comes next.
    @Test func anAccusationOfNoMemberIsNotHeard() throws {
        let cell = CellHarness(topology())
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        func give(_ bytes: [UInt8]) {
            bytes.withUnsafeBytes {
                cell.node.handle(datagram: $0, from: .loopback(7200), now: .zero, into: &cell.sink)
            }
        }
        let (before, members) = (cell.swim.counters, cell.swim.members)
        let cases: [(GossipRejections.Reason, [UInt8])] = [
            (.unauthentic, try accusation(0, key: 8)),
            (.unauthentic, try accusation(1, mesh: "another")),
            (.version, try accusation(2) { $0[0] += 1 }),
            (.malformed, try accusation(3) { $0.removeLast(3) }),
            (.malformed, try accusation(4) { $0.append(0) }),
        ]
        for (index, (reason, bytes)) in cases.enumerated() {
            let counted = cell.gossipCounters.rejected[reason]
            give(bytes)
            #expect(cell.gossipCounters.rejected[reason] == counted + 1, "case \(index)")
            #expect(cell.gossipCounters.rejected.total == UInt64(index + 1), "case \(index)")
            #expect(cell.sink.datagrams.isEmpty, "case \(index)")
            #expect(cell.swim.counters == before && cell.swim.members == members, "case \(index)")
        }
        // Sealed rightly, it is heard: the receiver rises above it and answers.
        let incarnation = cell.swim.ownIncarnation
        give(try accusation(5))
        #expect(incarnation < 900 && cell.swim.ownIncarnation == 901)
        #expect(!cell.sink.datagrams.isEmpty)
        // And a copy of it is a replay.
        let (answers, after) = (cell.sink.datagrams.count, cell.swim.counters)
        give(try accusation(5))
        #expect(cell.gossipCounters.rejected[.replayed] == 1)
        #expect(cell.sink.datagrams.count == answers && cell.swim.counters == after)
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
