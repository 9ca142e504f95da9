import MeshBase

@testable import Membership

/// One member by itself, fed by hand.
struct Bench {
    var swim: SWIM
    var rng = Generator(seed: 1)
    var now = Instant.zero
    var sink = TestNetwork.Sink()

    static let own = Endpoint.loopback(9000)

    init(configuration: SWIMConfiguration = .local, incarnation: UInt32 = 0, peers: Int = 0) {
        swim = try! SWIM(
            profile: Self.profile("self", 9000), initialIncarnation: incarnation, configuration: configuration)
        handle(.start)
        for peer in 0..<peers { gossip([Self.alive("p\(peer)", 1)], from: "p\(peer)") }
        sink = TestNetwork.Sink()
    }

    static func profile(_ name: String, _ port: UInt16) -> MemberProfile {
        try! MemberProfile(name: name, role: .cell, region: "r", zone: "z", gossip: .loopback(port))
    }

    static func port(_ name: String) -> UInt16 { 10_000 + UInt16(truncatingIfNeeded: StableHash.hash(name) % 10_000) }

    static func alive(_ name: String, _ incarnation: UInt32, port: UInt16? = nil) -> MemberUpdate {
        .alive(profile(name, port ?? Self.port(name)), MemberMetadata(), incarnation: incarnation)
    }

    mutating func handle(_ event: SWIMEvent) { swim.handle(event, now: now, rng: &rng, into: &sink) }

    mutating func gossip(_ updates: [MemberUpdate], from sender: String, _ body: GossipPacket.Body = .gossip) {
        let incarnation = swim.member(named: sender)?.incarnation ?? 1
        handle(
            .packet(
                from: .loopback(Self.port(sender)),
                GossipPacket(sender: sender, senderIncarnation: incarnation, body: body, updates: updates)))
    }

    /// Wakes it at every deadline until the time has passed.
    mutating func advance(_ amount: TimeAmount) {
        let end = now + amount
        while let deadline = swim.nextDeadline(), deadline <= end {
            now = max(now, deadline)
            handle(.wake)
        }
        now = end
    }

    /// Wakes it deadline by deadline until it pings somebody; returns that ping.
    mutating func nextPing() -> (sequence: UInt32, target: String, at: Endpoint) {
        let before = swim.counters.probes
        while swim.counters.probes == before, let deadline = swim.nextDeadline() {
            now = max(now, deadline)
            handle(.wake)
        }
        for (endpoint, packet) in sink.sent.reversed() {
            if case .ping(let sequence, let target) = packet.body { return (sequence, target, endpoint) }
        }
        fatalError("no ping")
    }

    func status(_ name: String) -> MemberStatus? { swim.member(named: name)?.status }

    /// Everything said about a member so far.
    func said(about name: String) -> [MemberUpdate] {
        sink.sent.flatMap { $0.1.updates }.filter { $0.name == name }
    }
}
