import MeshBase
import Testing

@testable import Membership

@Suite struct SWIMRulesTests {
    /// Conformance 23.
    @Test func oldNewsCannotResurrect() {
        var bench = Bench(peers: 4)
        bench.gossip([.dead("p1", incarnation: 1, accuser: "p2")], from: "p2")
        #expect(bench.status("p1") == .dead)
        bench.gossip([Bench.alive("p1", 1, port: 4242)], from: "p3")
        #expect(bench.status("p1") == .dead)
        bench.gossip([Bench.alive("p1", 2, port: 4242)], from: "p3")
        #expect(bench.status("p1") == .alive)
        #expect(bench.swim.member(named: "p1")?.profile.gossip == .loopback(4242))
        #expect(bench.sink.changes.map(\.status) == [.dead, .alive])
        #expect(bench.sink.changes.last?.oldStatus == .dead)
    }

    @Test func withinAnIncarnationTheHigherStatusWinsInAnyOrder() {
        let news: [MemberUpdate] = [
            Bench.alive("p1", 5), .suspect("p1", incarnation: 5, accuser: "p2"),
            .dead("p1", incarnation: 5, accuser: "p2"), .left("p1", incarnation: 5),
        ]
        for first in news.indices {
            for second in news.indices {
                var bench = Bench(peers: 3)
                bench.gossip([news[first]], from: "p2")
                bench.gossip([news[second]], from: "p2")
                #expect(bench.status("p1") == news[max(first, second)].status, "\(first) then \(second)")
            }
        }
    }

    @Test func theStateIsTwelveBytes() {
        #expect(MemoryLayout<MemberState>.stride == 12)
        var state = MemberState()
        let late = Instant.zero + .hours(24 * 365 * 20)
        state.set(.suspect, incarnation: 7, since: late)
        state.isListed = true
        #expect(state.since == late)
        #expect(state.status == .suspect)
        state.set(.suspect, incarnation: 8, since: late + .seconds(1))
        #expect(state.since == late)
        #expect(state.isListed && !state.isRemembered)
    }

    @Test func aNodeIsAliveSinceItStarted() {
        var bench = Bench()
        bench.swim = try! SWIM(profile: Bench.profile("self", 9000), configuration: .local)
        bench.now = .zero + .hours(30)
        bench.handle(.start)
        #expect(bench.swim.member(named: "self")?.since == bench.now)
        #expect(bench.swim.members.map(\.metadata) == [MemberMetadata()])
    }

    /// A peer's view must not make two accusers of one.
    @Test func aSuspicionIsListedInTheNameOfItsAccuser() {
        var bench = Bench(peers: 4)
        bench.gossip([.suspect("p0", incarnation: 1, accuser: "p1")], from: "p1")
        bench.sink = TestNetwork.Sink()
        bench.gossip([], from: "p2", .syncRequest(SyncDigest()))
        let lists = bench.sink.sent.filter { $0.1.kind == .syncList }.flatMap { $0.1.updates }
        #expect(lists.contains(.suspect("p0", incarnation: 1, accuser: "p1")))
        // Who lacks it is told of the member first, in the answer to a list as well.
        bench.sink = TestNetwork.Sink()
        bench.gossip([], from: "p3", .syncList(SyncRange(buckets: .max, first: 0, last: .max)))
        let told = bench.sink.sent.filter { $0.1.kind == .syncDifference }.flatMap { $0.1.updates }
            .filter { $0.name == "p0" }
        #expect(told.map(\.status) == [.alive, .suspect])
        #expect(told.last == .suspect("p0", incarnation: 1, accuser: "p1"))
    }

    @Test func anIncarnationFromADamagedStoreDoesNotEndRefutation() {
        for stored in [UInt32.max, MemberUpdate.highestIncarnation, MemberUpdate.highestIncarnation - 1] {
            var bench = Bench(incarnation: stored, peers: 2)
            bench.gossip([.suspect("self", incarnation: 9, accuser: "p1")], from: "p1")
            #expect(bench.swim.ownIncarnation == 10, "stored \(stored)")
        }
    }

    /// Draws at random find nobody where nearly all are dead; exchanges of views and gossip must go on all the same.
    @Test func theLastPeerOfManyIsFound() {
        var bench = Bench(peers: 40)
        bench.gossip((1..<40).map { .dead("p\($0)", incarnation: 1, accuser: "p0") }, from: "p0")
        var rng = Generator(seed: 5)
        for _ in 0..<50 {
            bench.swim.pickPeers(1, except: nil, rng: &rng)
            #expect(bench.swim.picks.count == 1)
        }
    }

    /// A probe that went to the former life of a member says nothing of the life that has begun meanwhile.
    @Test func aProbeOfAFormerLifeAccusesNobody() {
        var bench = Bench(peers: 1)
        let ping = bench.nextPing()
        #expect(ping.target == "p0")
        bench.gossip([Bench.alive("p0", 2, port: 7_777)], from: "x")
        bench.advance(.milliseconds(200))
        #expect(bench.swim.counters.failedProbes == 1)
        #expect(bench.status("p0") == .alive && bench.swim.counters.suspicions == 0)
        // The next one goes to the new address, and accuses.
        #expect(bench.nextPing().at == .loopback(7_777))
        bench.advance(.seconds(2))
        #expect(bench.swim.counters.suspicions == 1)
    }

    /// Conformance 24.
    @Test func aSuspectIsToldAndRefutes() {
        var bench = Bench(peers: 1)
        bench.gossip([.suspect("p0", incarnation: 1, accuser: "x")], from: "x")
        bench.sink = TestNetwork.Sink()
        bench.advance(.milliseconds(250))
        let pings = bench.sink.sent.filter { $0.1.kind == .ping }
        #expect(!pings.isEmpty)
        // In the name of who accused it: this node has not.
        #expect(pings.allSatisfy { $0.1.updates.first == .suspect("p0", incarnation: 1, accuser: "x") })

        var accused = Bench(incarnation: 4, peers: 3)
        accused.gossip([.suspect("self", incarnation: 5, accuser: "p1")], from: "p1")
        #expect(accused.swim.ownIncarnation == 6)
        accused.gossip([.suspect("self", incarnation: 5, accuser: "p2")], from: "p2")
        #expect(accused.swim.ownIncarnation == 6)
        accused.gossip([.suspect("self", incarnation: 40, accuser: "p2")], from: "p2")
        #expect(accused.swim.ownIncarnation == 41)
        accused.gossip([.dead("self", incarnation: 41, accuser: "p2")], from: "p2")
        #expect(accused.swim.ownIncarnation == 42)
        #expect(accused.swim.counters.refutations == 3)
        #expect(accused.swim.localHealthScore == 3)
        accused.advance(.milliseconds(100))
        #expect(accused.said(about: "self").last?.incarnation == 42)
    }

    @Test func withoutBuddyASuspectIsNotTold() {
        var bench = Bench(configuration: SWIMConfiguration.local.withoutLifeguard, peers: 1)
        bench.gossip([.suspect("p0", incarnation: 1, accuser: "x")], from: "x")
        // Let the gossip about it run out first.
        bench.swim.queue = GossipQueue()
        bench.sink = TestNetwork.Sink()
        bench.advance(.milliseconds(250))
        #expect(bench.sink.sent.contains { $0.1.kind == .ping })
        #expect(bench.said(about: "p0").isEmpty)
    }

    @Test func theIncarnationIsStoredBeforeItIsSent() {
        var bench = Bench(incarnation: 100, peers: 2)
        #expect(bench.swim.ownIncarnation == 101)
        var stored: UInt32 = 101 + SWIM.incarnationBlock
        for round in UInt32(0)..<100 {
            bench.sink = TestNetwork.Sink()
            bench.gossip([.suspect("self", incarnation: 101 + round, accuser: "p1")], from: "p1")
            stored = bench.sink.persisted.last ?? stored
            #expect(bench.swim.ownIncarnation <= stored)
        }
    }

    @Test func twoProcessesOfOneNameDoNotOutbidEachOtherForEver() {
        var bench = Bench(peers: 2)
        for _ in 0..<100 {
            bench.gossip([Bench.alive("self", bench.swim.ownIncarnation, port: 1)], from: "p1")
            bench.now += .milliseconds(10)
        }
        #expect(bench.swim.ownIncarnation == 1 + 4, "the other one has the lower port: it keeps the name")
        #expect(bench.swim.counters.nameConflicts == 100)
        #expect(bench.swim.namesake(now: bench.now)?.port == 1)
        // What it has to say of itself would be a bid too.
        let before = bench.swim.ownIncarnation
        bench.handle(.updateMetadata(MemberMetadata(state: .degraded, load: 64)))
        bench.gossip([.suspect("self", incarnation: before + 3, accuser: "p1")], from: "p1")
        bench.advance(.seconds(5))
        #expect(bench.swim.ownIncarnation == before)
        #expect(bench.swim.namesake(now: bench.now + .minutes(1)) == nil, "the other one has gone")
        bench.now += .minutes(1)
        bench.gossip([.suspect("self", incarnation: before + 3, accuser: "p1")], from: "p1")
        #expect(bench.swim.ownIncarnation == before + 4, "and the name is this one's again")
    }

    @Test func theOneWithTheLowerAddressKeepsItsName() {
        var bench = Bench(peers: 2)
        for _ in 0..<20 {
            let before = bench.swim.ownIncarnation
            bench.gossip([Bench.alive("self", before, port: 65_535)], from: "p1")
            #expect(bench.swim.ownIncarnation == before + 1)
            bench.now += .seconds(1)
        }
        #expect(bench.swim.namesake(now: bench.now)?.port == 65_535)
    }

    @Test func aFormerLifeIsNoNamesake() {
        var bench = Bench(peers: 2)
        bench.gossip([Bench.alive("self", 40, port: 1)], from: "p1")
        bench.now += .seconds(1)
        bench.gossip([Bench.alive("self", 50, port: 1)], from: "p1")
        for _ in 0..<10 {
            bench.now += .seconds(1)
            bench.gossip([Bench.alive("self", 50, port: 1)], from: "p1")
        }
        #expect(bench.swim.namesake(now: bench.now) == nil && bench.swim.ownIncarnation == 51)
    }

    @Test func anAbsurdIncarnationIsRefused() {
        var bench = Bench(peers: 2)
        bench.gossip([.suspect("self", incarnation: .max, accuser: "p1"), Bench.alive("p1", .max)], from: "p0")
        #expect(bench.swim.ownIncarnation == 1)
        #expect(bench.swim.counters.invalidUpdates == 2)
        bench.gossip([.dead("self", incarnation: MemberUpdate.highestIncarnation, accuser: "p1")], from: "p0")
        #expect(bench.swim.ownIncarnation == 1)
    }

    /// Conformance 25.
    @Test func aPeersViewIsNoConfirmation() {
        var bench = Bench(peers: 10)
        bench.gossip([.suspect("p1", incarnation: 1, accuser: "p2")], from: "p2")
        for peer in 3..<9 {
            bench.gossip(
                [.suspect("p1", incarnation: 1, accuser: "p\(peer)"), .dead("p1", incarnation: 1, accuser: "p2")],
                from: "p\(peer)", .syncList(SyncRange(buckets: 0, first: 0, last: 0)))
        }
        #expect(bench.swim.counters.confirmations == 0)
        #expect(bench.status("p1") == .suspect)
        bench.gossip([.suspect("p1", incarnation: 1, accuser: "p3")], from: "p3")
        #expect(bench.swim.counters.confirmations == 1)
        // The same accuser twice counts once, and no more than K count at all.
        bench.gossip([.suspect("p1", incarnation: 1, accuser: "p3")], from: "p3")
        bench.gossip([.suspect("p1", incarnation: 1, accuser: "p4")], from: "p4")
        #expect(bench.swim.counters.confirmations == 1)
    }

    @Test func aHigherSuspicionStartsAnew() throws {
        var bench = Bench(configuration: .lan, peers: 10)
        bench.gossip([.suspect("p1", incarnation: 1, accuser: "p2")], from: "p2")
        let id = try #require(bench.swim.table.find("p1"))
        bench.now += .seconds(1)
        bench.gossip([.suspect("p1", incarnation: 2, accuser: "p3")], from: "p3")
        let suspicion = try #require(bench.swim.suspicions[id])
        #expect(suspicion.began == bench.now)
        #expect(suspicion.accusers.count == 1)
    }

    @Test func unknownMembersAreNotBuried() {
        var bench = Bench(peers: 2)
        bench.gossip(
            [
                .dead("ghost", incarnation: 3, accuser: "p0"), .suspect("ghost", incarnation: 3, accuser: "p0"),
                .left("ghost", incarnation: 3),
            ], from: "p0")
        #expect(bench.swim.member(named: "ghost") == nil)
        #expect(bench.sink.changes.isEmpty)
    }

    @Test func membersAreBounded() {
        var configuration = SWIMConfiguration.local
        configuration.mostMembers = 5
        var bench = Bench(configuration: configuration)
        for peer in 0..<10 { bench.gossip([Bench.alive("p\(peer)", 1)], from: "p0") }
        #expect(bench.swim.memberCount == 5)
        #expect(bench.swim.counters.membersRefused == 6)
    }

    @Test func membersAreSortedByName() {
        let bench = Bench(peers: 12)
        let names = bench.swim.members.map(\.name)
        #expect(names == names.sorted())
        #expect(names.count == 13)
        #expect(bench.swim.members.filter(\.isSelf).map(\.name) == ["self"])
    }

    @Test func nothingHappensBeforeTheStart() {
        var swim = try! SWIM(profile: Bench.profile("self", 9000), configuration: .local)
        var (rng, sink) = (Generator(seed: 1), TestNetwork.Sink())
        let packet = GossipPacket(
            sender: "p", senderIncarnation: 1, body: .ping(sequence: 1, target: "self"),
            updates: [Bench.alive("p", 1)])
        swim.handle(.packet(from: .loopback(1), packet), now: .zero, rng: &rng, into: &sink)
        #expect(sink.sent.isEmpty)
        #expect(swim.counters.ignoredPackets == 1)
        #expect(swim.nextDeadline() == nil)
    }
}
