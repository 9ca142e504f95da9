import MeshBase
import Testing

@testable import Membership

@Suite struct MemberCensusTests {
    private func member(_ name: String, _ directory: MemberDirectory, incarnation: UInt32 = 0) -> SWIM {
        try! SWIM(
            profile: Bench.profile(name, Bench.port(name)), metadata: MemberMetadata(state: .serving),
            initialIncarnation: incarnation, configuration: .lan, directory: directory)
    }

    private func adopt(_ swim: inout SWIM, _ census: MemberCensus, shares: Bool = false, starts: Bool = true) {
        var sink = TestNetwork.Sink()
        var rng = Generator(seed: 4)
        if starts { swim.handle(.start, now: .zero, rng: &rng, into: &sink) }
        swim.adopt(census, sharesOrder: shares, now: .zero, rng: &rng)
    }

    @Test(arguments: [false, true]) func everybodyIsKnownAndProbedInTurn(_ shares: Bool) {
        let directory = MemberDirectory()
        let names = (0..<20).map { "m\($0)" }
        let census = MemberCensus(
            names.map { Bench.profile($0, Bench.port($0)) }, directory: directory, now: .zero)
        var swim = member("m7", directory)
        adopt(&swim, census, shares: shares)
        #expect(swim.liveCount == 20)
        #expect(swim.members.map(\.name) == names.sorted())
        #expect(swim.member(named: "m7")?.isSelf == true)
        // Two turns of the list probe every other member, and never itself.
        var probed = Set<String>()
        var rng = Generator(seed: 5)
        for _ in 0..<200 {
            guard let next = swim.nextDeadline(), next < .zero + .seconds(60) else { break }
            var sink = TestNetwork.Sink()
            swim.handle(.wake, now: next, rng: &rng, into: &sink)
            for (endpoint, packet) in sink.sent {
                guard case .ping(let sequence, let target) = packet.body else { continue }
                probed.insert(target)
                let ack = GossipPacket(sender: target, senderIncarnation: 1, body: .ack(sequence: sequence))
                swim.receive(ack, from: endpoint, now: next, rng: &rng, into: &sink)
            }
        }
        #expect(probed == Set(names.filter { $0 != "m7" }))
    }

    @Test func viewsOfOneCensusAgreeAndAreTheirOwn() {
        let directory = MemberDirectory()
        let census = MemberCensus(
            ["a", "b", "c"].map { Bench.profile($0, Bench.port($0)) }, directory: directory, now: .zero)
        var a = member("a", directory)
        var b = member("b", directory)
        adopt(&a, census)
        adopt(&b, census)
        #expect(a.digest == b.digest)
        var sink = TestNetwork.Sink()
        var rng = Generator(seed: 6)
        let packet = GossipPacket(
            sender: "b", senderIncarnation: 1, body: .gossip, updates: [.left("c", incarnation: 1)])
        a.receive(packet, from: .loopback(Bench.port("b")), now: .zero, rng: &rng, into: &sink)
        #expect(a.member(named: "c")?.status == .left)
        #expect(b.member(named: "c")?.status == .alive)
    }

    @Test func aMemberWithAPastIsLeftAlone() {
        let directory = MemberDirectory()
        let census = MemberCensus(
            ["a", "b"].map { Bench.profile($0, Bench.port($0)) }, directory: directory, now: .zero)
        var restarted = member("a", directory, incarnation: 9)
        adopt(&restarted, census)
        #expect(restarted.liveCount == 1)
        var idle = member("a", directory)
        adopt(&idle, census, starts: false)
        #expect(idle.liveCount == 1)
        var stranger = member("z", directory)
        adopt(&stranger, census)
        #expect(stranger.liveCount == 1)
        var elsewhere = member("a", MemberDirectory())
        adopt(&elsewhere, census)
        #expect(elsewhere.liveCount == 1)
    }

    /// A large census is shared, and what an observer comes to believe otherwise stands beside it until it is much.
    @Test(arguments: [10, 2_000]) func aLargeViewIsTheSameAsAPlainOne(_ changes: Int) {
        let directory = MemberDirectory()
        let profiles = (0..<2_000).map { Bench.profile("m\($0)", Bench.port("m\($0)")) }
        let census = MemberCensus(profiles, directory: directory, now: .zero)
        var shared = census.table
        var plain = MemberTable(directory: directory)
        for profile in profiles {
            let id = directory.find(profile.name)!
            plain.update(
                id, .alive, incarnation: 1, profile: directory.intern(profile, of: id),
                metadata: MemberMetadata(state: .serving), now: .zero)
            plain.setListed(id, true)
        }
        var rng = Generator(seed: 8)
        for step in 0..<changes {
            let id = directory.find("m\(rng.below(2_000))")!
            let now = Instant.zero + .seconds(Int64(step))
            let incarnation = plain[id].incarnation + UInt32(rng.below(2))
            let status = MemberStatus(rawValue: UInt8(rng.below(4)))!
            switch rng.below(5) {
            case 0:
                shared.forget(id)
                plain.forget(id)
            case 1:
                shared.setRemembered(id, step % 2 == 0)
                plain.setRemembered(id, step % 2 == 0)
            case 2 where plain.isKnown(id):
                shared.restart(id, now: now)
                plain.restart(id, now: now)
            default:
                let profile = directory.intern(profiles[id.index], of: id)
                shared.update(id, status, incarnation: incarnation, profile: profile, now: now)
                plain.update(id, status, incarnation: incarnation, profile: profile, now: now)
            }
            #expect(shared.digest == plain.digest, "seed 8, step \(step)")
        }
        #expect(shared.liveCount == plain.liveCount)
        #expect(shared.knownCount == plain.knownCount)
        #expect(shared.sorted() == plain.sorted())
        for profile in profiles {
            let id = directory.find(profile.name)!
            #expect(shared.isKnown(id) == plain.isKnown(id))
            #expect(shared.endpoint(id) == plain.endpoint(id))
            #expect(shared[id].status == plain[id].status)
            #expect(shared[id].incarnation == plain[id].incarnation)
            #expect(shared[id].since == plain[id].since)
            #expect(shared[id].isRemembered == plain[id].isRemembered)
            #expect(census.table[id].status == .alive)
        }
    }

    @Test func aMemberMadeWithItsCensusIsTheSame() throws {
        let directory = MemberDirectory()
        let census = MemberCensus(
            ["a", "b", "c"].map { Bench.profile($0, Bench.port($0)) }, directory: directory, now: .zero)
        var made = try SWIM(profile: Bench.profile("a", Bench.port("a")), configuration: .lan, census: census)
        var adopting = member("a", directory)
        adopt(&made, census)
        adopt(&adopting, census)
        #expect(made.digest == adopting.digest)
        #expect(made.members == adopting.members)
        #expect(made.nextDeadline() == adopting.nextDeadline())
        // One that the census does not know, or knows otherwise, begins alone.
        let stranger = try SWIM(profile: Bench.profile("z", Bench.port("z")), configuration: .lan, census: census)
        #expect(stranger.liveCount == 1)
        let moved = try SWIM(profile: Bench.profile("a", 99), configuration: .lan, census: census)
        #expect(moved.liveCount == 1)
    }

    /// Names are found although most of them share their places in the short look with others.
    @Test func everyNameIsFound() {
        let directory = MemberDirectory(limit: 5_000)
        for index in 0..<6_000 {
            #expect((directory.intern("name-\(index)") != nil) == (index < 5_000))
        }
        for index in 0..<6_000 {
            let id = directory.find("name-\(index)")
            #expect(id?.index == (index < 5_000 ? index : nil))
        }
        #expect(directory.find("") == nil)
    }
}
