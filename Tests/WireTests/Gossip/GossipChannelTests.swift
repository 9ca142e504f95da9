import Membership
import MeshBase
import Testing

@testable import Wire

@Suite struct GossipChannelTests {
    private func channel(_ label: String = "mesh") -> GossipChannel {
        GossipChannel(keys: try! GossipKeyRing(key: [UInt8](repeating: 7, count: 32), label: label), bootID: 1)
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
            var packet = GossipSamples.packet(&rng)
            while packet.encodedSize + GossipSeal.overhead > GossipSize.largestDatagram { packet.updates.removeLast() }
            let datagram = sender.encode(packet)!
            #expect(datagram.count == packet.encodedSize + GossipSeal.overhead)
            let problem = failure(of: datagram, &receiver, &received)
            #expect(problem == nil)
            #expect(received == packet)
        }
        let rejected = receiver.rejected
        #expect(rejected == GossipRejections())
    }

    /// The longest that a member can say of itself, in the packet with the longest head, is one datagram; and it arrives.
    @Test func theLargestMemberFitsIntoADatagram() throws {
        let long = String(repeating: "n", count: MemberProfile.longestName)
        let far = Endpoint(address: IPAddress(high: .max >> 3, low: .max), port: .max)
        let profile = try MemberProfile(
            name: long, role: .cell, region: long, zone: long, gossip: far, data: far, admin: far)
        let news = MemberUpdate.alive(
            profile, MemberMetadata(state: .init(rawValue: .max), load: .max),
            incarnation: MemberUpdate.highestIncarnation)
        for body in [
            GossipPacket.Body.ping(sequence: .max, target: long),
            .pingRequest(sequence: .max, target: long, at: far),
        ] {
            let packet = GossipPacket(
                sender: long, senderIncarnation: MemberUpdate.highestIncarnation, body: body, updates: [news])
            var sender = channel()
            var receiver = channel()
            var received = GossipPacket(sender: "", senderIncarnation: 0, body: .gossip)
            let datagram = sender.encode(packet)!
            #expect(datagram.count <= GossipSize.largestDatagram)
            let problem = failure(of: datagram, &receiver, &received)
            #expect(problem == nil)
            #expect(received == packet)
        }
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
        #expect(rejected[.unauthentic] == 1)
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
        #expect(rejected.total == 1_000)
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
        #expect(rejected[.version] == 1)
    }
}

@Suite struct GossipReplayTests {
    private let key = [UInt8](repeating: 7, count: 32)

    private func channel(_ boot: UInt64, label: String = "mesh") -> GossipChannel {
        GossipChannel(keys: try! GossipKeyRing(key: key, label: label), bootID: boot)
    }

    private func failure(_ bytes: [UInt8], _ receiver: inout GossipChannel) -> GossipChannel.Failure? {
        var packet = GossipPacket(sender: "", senderIncarnation: 0, body: .gossip)
        return bytes.withUnsafeBytes { raw -> GossipChannel.Failure? in
            do throws(GossipChannel.Failure) {
                try receiver.decode(raw, into: &packet)
                return nil
            } catch {
                return error
            }
        }
    }

    private func datagrams(_ count: Int, _ sender: inout GossipChannel) -> [[UInt8]] {
        (0..<count).map {
            Array(sender.encode(GossipPacket(sender: "ann", senderIncarnation: UInt32($0), body: .gossip))!)
        }
    }

    @Test func copiesAreDropped() {
        var sender = channel(1)
        var receiver = channel(2)
        let sent = datagrams(2_000, &sender)
        for datagram in sent[..<100].reversed() {
            let first = failure(datagram, &receiver)
            #expect(first == nil)
        }
        for datagram in sent[..<100] {
            let second = failure(datagram, &receiver)
            #expect(second == .replay(.replayed))
        }
        _ = failure(sent[1_999], &receiver)
        let old = failure(sent[500], &receiver)
        #expect(old == .replay(.old))
        let rejected = receiver.rejected
        #expect(rejected[.replayed] == 100)
        #expect(rejected[.old] == 1)
        #expect(rejected.total == 101)
    }

    /// A forged datagram with a counter far ahead must not push the window away from the true sender.
    @Test func strangersDoNotMoveTheWindow() {
        var sender = channel(1)
        var receiver = channel(2)
        let sent = datagrams(3, &sender)
        var forged = sent[0]
        for index in 7..<13 { forged[index] = 0xFF }
        let refused = failure(forged, &receiver)
        #expect(refused == .seal(.notAuthentic))
        for datagram in sent {
            let taken = failure(datagram, &receiver)
            #expect(taken == nil)
        }
    }

    @Test func longDatagramsAreNeitherSentNorTaken() {
        var sender = GossipChannel(keys: try! GossipKeyRing(key: key, label: "mesh"), bootID: 1, largestDatagram: 9_000)
        var receiver = channel(2)
        let updates = (0..<200).map { MemberUpdate.left("member-\($0)", incarnation: 1) }
        let packet = GossipPacket(sender: "ann", senderIncarnation: 1, body: .gossip, updates: updates)
        let long = Array(sender.encode(packet)!)
        #expect(long.count > GossipSize.largestDatagram)
        let refused = failure(long, &receiver)
        #expect(refused == .oversized(long.count))
        let rejected = receiver.rejected
        #expect(rejected[.oversized] == 1)
        let isSent = receiver.encode(packet) != nil
        #expect(!isSent)
    }

    /// The rule for versions: one that is not read is counted, whatever follows it.
    @Test func newerVersionsAreCounted() throws {
        var receiver = channel(2)
        let seal = try GossipSeal(key: key, label: "mesh")
        var plain = ByteBuffer()
        GossipCodec.encode(GossipPacket(sender: "ann", senderIncarnation: 1, body: .gossip), into: &plain)
        var bytes = Array(plain.bytes)
        bytes[0] = GossipCodec.version + 1
        var datagram = ByteBuffer()
        bytes.withUnsafeBytes { seal.seal($0, nonce: GossipNonce(bootID: 9), into: &datagram) }
        let refused = failure(Array(datagram.bytes), &receiver)
        #expect(refused == .packet(.version))
        let rejected = receiver.rejected
        #expect(rejected[.version] == 1)
        #expect(rejected[.malformed] == 0)
    }
}
