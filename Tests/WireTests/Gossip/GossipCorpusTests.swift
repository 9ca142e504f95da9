import Foundation
import Membership
import MeshBase
import Testing

@testable import Wire

/// What libFuzzer found worth keeping (`make fuzz`), once more without it: each packet, and each with one byte changed.
@Suite struct GossipCorpusTests {
    private static let corpus: [[UInt8]] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = (try? String(contentsOf: root.appendingPathComponent("Fuzz/Corpus.hex"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { HexText.bytes($0) }
    }()

    private struct Sink: SWIMSink {
        var largest = 0
        mutating func send(_ packet: borrowing GossipPacket, to endpoint: Endpoint) {
            largest = max(largest, packet.encodedSize)
        }
        mutating func changed(_ change: MemberChange) {}
        mutating func persist(incarnation: UInt32) {}
    }

    /// A member that has been started, and what it sends.
    private struct Target {
        var swim: SWIM
        var rng = Generator(seed: 1)
        var sink = Sink()
        var now = Instant.zero
        var packet = GossipPacket(sender: "", senderIncarnation: 0, body: .gossip)
        var accepted = 0

        init() throws {
            var configuration = SWIMConfiguration.local
            configuration.mostMembers = 64
            swim = try SWIM(
                profile: MemberProfile(name: "self", role: .cell, gossip: .loopback(7000)),
                configuration: configuration, directory: MemberDirectory(limit: 256))
            swim.handle(.start, now: .zero, rng: &rng, into: &sink)
        }

        mutating func take(_ bytes: [UInt8]) {
            let decodes = bytes.withUnsafeBytes { (try? GossipCodec.decode($0, into: &packet)) != nil }
            guard decodes else { return }
            accepted += 1
            var again = ByteBuffer(capacity: 2_048)
            GossipCodec.encode(packet, into: &again)
            #expect(Array(again.bytes) == bytes, "an encoding that is not the only one")
            now += .milliseconds(37)
            swim.handle(.packet(from: .loopback(9), packet), now: now, rng: &rng, into: &sink)
            if let deadline = swim.nextDeadline(), deadline <= now {
                swim.handle(.wake, now: now, rng: &rng, into: &sink)
            }
        }
    }

    @Test func theCorpusIsTakenWithoutATrap() throws {
        var target = try Target()
        #expect(Self.corpus.count >= 100)
        for packet in Self.corpus { target.take(packet) }
        #expect(target.accepted > 20, "a corpus whose packets are all refused tests the first check alone")
        for packet in Self.corpus {
            for place in packet.indices {
                var changed = packet
                changed[place] = changed[place] &+ 1
                target.take(changed)
            }
        }
        #expect(target.sink.largest <= GossipSize.largestDatagram)
    }
}
