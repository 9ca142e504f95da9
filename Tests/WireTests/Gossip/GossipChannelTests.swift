import Membership
import MeshBase
import Testing

@testable import Wire

@Suite struct GossipChannelTests {
    private func channel(_ label: String = "mesh") -> GossipChannel {
        GossipChannel(seal: try! GossipSeal(key: [UInt8](repeating: 7, count: 32), label: label), bootID: 1)
    }

    /// What the receiver made of a datagram: nil when it took it.
    private func failure(
        of datagram: UnsafeRawBufferPointer, _ receiver: inout GossipChannel, _ received: inout GossipPacket
    ) -> GossipChannel.Failure? {
        do throws(GossipChannel.Failure) {
            try receiver.decode(datagram, into: &received)
            return nil
        } catch {
            return error
        }
    }

    @Test func packetsPass() {
        var sender = channel()
        var receiver = channel()
        var rng = Generator(seed: 5)
        var received = GossipPacket(sender: "", senderIncarnation: 0, body: .gossip)
        for _ in 0..<200 {
            let packet = GossipSamples.packet(&rng)
            let datagram = sender.encode(packet)!
            #expect(datagram.count == packet.encodedSize + GossipSeal.overhead)
            let problem = failure(of: datagram, &receiver, &received)
            #expect(problem == nil)
            #expect(received == packet)
        }
        let rejected = receiver.rejected
        #expect(rejected == GossipChannel.Rejected())
    }

    /// Conformance 27: what is not authentic is counted and dropped, and the next datagram is taken as ever.
    @Test func strangersAreCountedAndDropped() {
        var sender = channel()
        var stranger = channel("other")
        var receiver = channel()
        let packet = GossipPacket(sender: "ann", senderIncarnation: 1, body: .gossip)
        var received = packet
        let first = failure(of: stranger.encode(packet)!, &receiver, &received)
        #expect(first == .seal(.notAuthentic))
        let second = failure(of: sender.encode(packet)!, &receiver, &received)
        #expect(second == nil)
        let rejected = receiver.rejected
        #expect(rejected.unauthentic == 1)
        #expect(received == packet)
    }

    @Test func garbageIsNeverAPacket() {
        var receiver = channel()
        var rng = Generator(seed: 6)
        var received = GossipPacket(sender: "", senderIncarnation: 0, body: .gossip)
        for _ in 0..<1_000 {
            let bytes = (0..<rng.below(200)).map { _ in UInt8(truncatingIfNeeded: rng.next()) }
            let problem = bytes.withUnsafeBytes { failure(of: $0, &receiver, &received) }
            #expect(problem != nil)
        }
        let rejected = receiver.rejected
        #expect(rejected.unauthentic == 1_000)
    }

    /// Sealed by a member, but not a packet this version knows.
    @Test func authenticNonsenseIsCountedApart() throws {
        var receiver = channel()
        let seal = try GossipSeal(key: [UInt8](repeating: 7, count: 32), label: "mesh")
        var datagram = ByteBuffer()
        [UInt8]([9, 9, 9]).withUnsafeBytes { seal.seal($0, nonce: GossipNonce(bootID: 3), into: &datagram) }
        var received = GossipPacket(sender: "", senderIncarnation: 0, body: .gossip)
        let problem = failure(of: datagram.bytes, &receiver, &received)
        #expect(problem == .packet(.version))
        let rejected = receiver.rejected
        #expect(rejected.malformed == 1)
    }
}
