import Membership
import MeshBase
import Testing

@testable import Wire

@Suite struct GossipCodecTests {
    private func encoded(_ packet: GossipPacket) -> [UInt8] {
        var buffer = ByteBuffer()
        GossipCodec.encode(packet, into: &buffer)
        return Array(buffer.bytes)
    }

    private func decoded(_ bytes: [UInt8]) throws(GossipDecodingError) -> GossipPacket {
        var packet = GossipPacket(sender: "", senderIncarnation: 0, body: .gossip)
        let result: Result<Void, GossipDecodingError> = bytes.withUnsafeBytes { raw in
            do throws(GossipDecodingError) {
                return .success(try GossipCodec.decode(raw, into: &packet))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        return packet
    }

    @Test func roundTripAndSize() throws {
        var rng = Generator(seed: 1)
        for _ in 0..<5_000 {
            let packet = GossipSamples.packet(&rng)
            let bytes = encoded(packet)
            #expect(bytes.count == packet.encodedSize)
            #expect(try decoded(bytes) == packet)
        }
    }

    /// These bytes are the protocol: a change of them needs a new version.
    @Test func bytesOfAPing() throws {
        let packet = GossipPacket(
            sender: "ann", senderIncarnation: 7, body: .ping(sequence: 0x0102_0304, target: "bob"),
            updates: [
                .suspect("cleo", incarnation: 2, accuser: "ann"),
                .alive(
                    try MemberProfile(
                        name: "d", role: .router, region: "eu", zone: "", gossip: .loopback(7000), data: .loopback(1),
                        admin: .unspecified),
                    MemberMetadata(state: .serving, load: 9), incarnation: 3),
            ])
        let expected: [UInt8] =
            [1, 1, 3] + Array("ann".utf8) + [7, 0, 0, 0, 4, 3, 2, 1, 3] + Array("bob".utf8) + [2]
            + [1, 2, 0, 0, 0, 4] + Array("cleo".utf8) + [3] + Array("ann".utf8)
            + [0, 3, 0, 0, 0, 1] + Array("d".utf8) + [2] + Array("eu".utf8) + [0, 2]
            + [1, 0, 0, 127, 0x58, 0x1B] + [1, 0, 0, 127, 1, 0] + [0, 0, 0, 0, 0, 0] + [1, 9]
        #expect(encoded(packet) == expected)
    }

    /// Version 2: what names an IPv6 address. IPv4 endpoints have the bytes that they have in version 1.
    @Test func bytesOfIPv6() throws {
        let packet = GossipPacket(
            sender: "ann", senderIncarnation: 7,
            body: .pingRequest(sequence: 1, target: "bob", at: Endpoint("[2001:db8::1]:7000")!),
            updates: [
                .suspect("cleo", incarnation: 2, accuser: "ann"),
                .alive(
                    try MemberProfile(
                        name: "d", role: .router, region: "eu", zone: "", gossip: .loopback(7000),
                        data: Endpoint("[::1]:1")!, admin: .unspecified),
                    MemberMetadata(state: .serving, load: 9), incarnation: 3),
            ])
        let expected: [UInt8] =
            [2, 0x82, 3] + Array("ann".utf8) + [7, 0, 0, 0, 1, 0, 0, 0, 3] + Array("bob".utf8)
            + [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x58, 0x1B] + [2]
            + [1, 2, 0, 0, 0, 4] + Array("cleo".utf8) + [3] + Array("ann".utf8)
            + [0x20, 3, 0, 0, 0, 1] + Array("d".utf8) + [2] + Array("eu".utf8) + [0, 2]
            + [1, 0, 0, 127, 0x58, 0x1B] + [UInt8](repeating: 0, count: 15) + [1, 1, 0] + [0, 0, 0, 0, 0, 0] + [1, 9]
        #expect(encoded(packet) == expected)
        #expect(expected.count == packet.encodedSize)
        #expect(try decoded(expected) == packet)
    }

    @Test func aSecondVersionOfWhatTheFirstCanSayIsRefused() throws {
        let packet = GossipPacket(sender: "ann", senderIncarnation: 7, body: .ping(sequence: 1, target: "bob"))
        #expect(encoded(packet)[0] == 1)
        #expect(throws: GossipDecodingError.version) { try decoded([2] + encoded(packet).dropFirst()) }
        #expect(throws: GossipDecodingError.version) { try decoded([3] + encoded(packet).dropFirst()) }
        // The bits of version 2 are none of version 1, and belong to what has an endpoint alone.
        var bytes = encoded(packet)
        bytes[1] |= 0x80
        #expect(throws: GossipDecodingError.kind) { try decoded(bytes) }
        bytes[0] = 2
        #expect(throws: GossipDecodingError.kind) { try decoded(bytes) }
        bytes = encoded(
            GossipPacket(
                sender: "ann", senderIncarnation: 7, body: .gossip,
                updates: [.suspect("cleo", incarnation: 2, accuser: "ann")]))
        bytes[11] |= 0x10
        #expect(throws: GossipDecodingError.status) { try decoded(bytes) }
        bytes[0] = 2
        #expect(throws: GossipDecodingError.status) { try decoded(bytes) }
    }

    @Test(arguments: ["10.0.0.1", "fe80::1"])
    func anAddressThatHasNoPlaceInVersion2IsRefused(_ address: String) throws {
        let asked = Endpoint("[2001:db8::1]:7000")!
        var bytes = encoded(
            GossipPacket(
                sender: "ann", senderIncarnation: 7, body: .pingRequest(sequence: 1, target: "bob", at: asked)))
        let mapped = IPAddress(address) ?? IPAddress(high: 0xFE80 << 48, low: 1)
        let start = bytes.count - 1 - 18
        withUnsafeBytes(of: mapped.high.bigEndian) { bytes.replaceSubrange(start..<(start + 8), with: $0) }
        withUnsafeBytes(of: mapped.low.bigEndian) { bytes.replaceSubrange((start + 8)..<(start + 16), with: $0) }
        #expect(throws: GossipDecodingError.address) { try decoded(bytes) }
    }

    @Test func everyPrefixIsTruncated() throws {
        var rng = Generator(seed: 2)
        for _ in 0..<50 {
            let bytes = encoded(GossipSamples.packet(&rng))
            for count in bytes.indices {
                #expect(throws: GossipDecodingError.truncated) { try decoded(Array(bytes[..<count])) }
            }
            #expect(throws: GossipDecodingError.trailing) { try decoded(bytes + [0]) }
        }
    }

    @Test func eachFieldIsChecked() throws {
        let profile = try MemberProfile(name: "d", role: .cell, gossip: .loopback(7000))
        let good = encoded(
            GossipPacket(
                sender: "ann", senderIncarnation: 7, body: .gossip,
                updates: [.alive(profile, MemberMetadata(), incarnation: 3)]))
        func changed(_ offset: Int, _ value: UInt8) -> [UInt8] {
            var bytes = good
            bytes[offset] = value
            return bytes
        }
        #expect(throws: GossipDecodingError.version) { try decoded(changed(0, 2)) }
        #expect(throws: GossipDecodingError.kind) { try decoded(changed(1, 0)) }
        #expect(throws: GossipDecodingError.kind) { try decoded(changed(1, 11)) }
        #expect(throws: GossipDecodingError.name) { try decoded(changed(2, 0)) }
        #expect(throws: GossipDecodingError.name) { try decoded(changed(2, 64)) }
        #expect(throws: GossipDecodingError.name) { try decoded(changed(3, 0xFF)) }
        #expect(throws: GossipDecodingError.status) { try decoded(changed(11, 4)) }
        #expect(throws: GossipDecodingError.role) { try decoded(changed(20, 9)) }
        // No gossip port.
        var bytes = good
        bytes[25] = 0
        bytes[26] = 0
        #expect(throws: GossipDecodingError.profile) { try decoded(bytes) }
    }

    /// Mutated packets either decode into something that encodes again to the same size, or fail with an error.
    @Test func mutations() {
        let seed: UInt64 = 3
        var rng = Generator(seed: seed)
        let originals = (0..<200).map { _ in encoded(GossipSamples.packet(&rng)) }
        var packet = GossipPacket(sender: "", senderIncarnation: 0, body: .gossip)
        var (accepted, rejected) = (0, 0)
        var bytes: [UInt8] = []
        for iteration in 0..<100_000 {
            bytes.removeAll(keepingCapacity: true)
            bytes.append(contentsOf: originals[Int(rng.below(UInt64(originals.count)))])
            for _ in 0...rng.below(3) {
                switch rng.below(4) {
                case 0 where !bytes.isEmpty: bytes.removeLast(Int(rng.below(UInt64(bytes.count))))
                case 1: bytes.append(UInt8(truncatingIfNeeded: rng.next()))
                default:
                    guard !bytes.isEmpty else { continue }
                    bytes[Int(rng.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: rng.next())
                }
            }
            let size = bytes.withUnsafeBytes { raw -> Int? in
                do throws(GossipDecodingError) {
                    try GossipCodec.decode(raw, into: &packet)
                    return packet.encodedSize
                } catch {
                    return nil
                }
            }
            if let size {
                accepted += 1
                if size != bytes.count { Issue.record("seed \(seed), iteration \(iteration): \(size) bytes") }
            } else {
                rejected += 1
            }
        }
        #expect(accepted > 1_000)
        #expect(rejected > 1_000)
    }
}
