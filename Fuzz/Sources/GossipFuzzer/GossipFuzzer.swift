import Membership
import MeshBase
import Wire

/// libFuzzer's own loop.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ argc: UnsafeMutablePointer<CInt>,
    _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ takeOneInput: @convention(c) (UnsafeRawPointer?, Int) -> CInt
) -> CInt

/// The name that the package manager gives the entry point of this program.
@_cdecl("GossipFuzzer_main")
public func fuzzerMain(_ argc: CInt, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    var (argc, argv) = (argc, argv)
    return runFuzzer(&argc, &argv) { start, count in
        target.take(UnsafeRawBufferPointer(start: start, count: count))
        return 0
    }
}

/// The decoder of gossip packets, and a member that is given what it accepts.
nonisolated(unsafe) private let target = FuzzTarget()

private final class FuzzTarget {
    private struct Sink: SWIMSink {
        mutating func send(_ packet: borrowing GossipPacket, to endpoint: Endpoint) {
            precondition(packet.encodedSize <= GossipSize.largestDatagram, "a packet of \(packet.encodedSize) bytes")
        }
        mutating func changed(_ change: MemberChange) {}
        mutating func persist(incarnation: UInt32) {}
    }

    private var packet = GossipPacket(sender: "", senderIncarnation: 0, body: .gossip)
    private var again = ByteBuffer(capacity: 2048)
    private var swim = FuzzTarget.member()
    private var rng = Generator(seed: 1)
    private var now = Instant.zero
    private var taken = 0

    private static func member() -> SWIM {
        var configuration = SWIMConfiguration.local
        configuration.mostMembers = 64
        let profile = try! MemberProfile(name: "self", role: .cell, gossip: .loopback(7000))
        var swim = try! SWIM(
            profile: profile, configuration: configuration, directory: MemberDirectory(limit: 256))
        var (rng, sink) = (Generator(seed: 1), Sink())
        swim.handle(.start, now: .zero, rng: &rng, into: &sink)
        return swim
    }

    func take(_ bytes: UnsafeRawBufferPointer) {
        guard (try? GossipCodec.decode(bytes, into: &packet)) != nil else { return }
        // What was accepted encodes again to the same bytes.
        again.removeAll()
        GossipCodec.encode(packet, into: &again)
        precondition(again.bytes.elementsEqual(bytes), "an encoding that is not the only one")
        // A member neither traps on it nor sends too much.
        var sink = Sink()
        taken += 1
        if taken % 1_000 == 0 {
            swim = Self.member()
            now = .zero
        }
        now += .milliseconds(37)
        swim.handle(.packet(from: .loopback(9), packet), now: now, rng: &rng, into: &sink)
        if let deadline = swim.nextDeadline(), deadline <= now { swim.handle(.wake, now: now, rng: &rng, into: &sink) }
    }
}
