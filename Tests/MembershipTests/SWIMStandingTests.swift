import MeshBase
import Testing

@testable import Membership

/// What a node makes of members whose suspicions come and go, and of the deaths that doubtful members tell of.
@Suite struct SWIMStandingTests {
    private let interval = SWIMConfiguration.local.probeInterval

    /// Suspicions of a member that it refutes, each by the next of the accusers, from its first incarnation on.
    private func refute(_ bench: inout Bench, _ name: String, by accusers: [String]) {
        for accuser in accusers {
            let incarnation = bench.swim.member(named: name)!.incarnation
            bench.gossip([.suspect(name, incarnation: incarnation, accuser: accuser)], from: accuser)
            bench.gossip([Bench.alive(name, incarnation + 1)], from: name)
        }
    }

    private func standing(_ bench: Bench, _ name: String) -> Standing? { bench.swim.member(named: name)?.standing }

    @Test func threeRefutationsMakeUnsteadyAndSixtyQuietPeriodsSteady() {
        var bench = Bench(peers: 3)
        refute(&bench, "p0", by: ["p1"])
        #expect(standing(bench, "p0") == .doubted)
        refute(&bench, "p0", by: ["p2", "p1"])
        #expect(standing(bench, "p0") == .unsteady)
        #expect(bench.sink.judged.map(\.standing) == [.doubted, .unsteady])
        // The node stands still meanwhile, and knows: no probe fails of it.
        bench.now += interval * 59
        bench.handle(.wake)
        #expect(standing(bench, "p0") == .unsteady)
        bench.now += interval
        bench.handle(.wake)
        #expect(standing(bench, "p0") == .steady)
        #expect(bench.sink.judged.map(\.standing) == [.doubted, .unsteady, .steady])
    }

    @Test func oneAccuserMakesNobodyUnsteady() {
        var bench = Bench(peers: 3)
        refute(&bench, "p0", by: ["p1", "p1", "p1", "p1", "p1"])
        #expect(standing(bench, "p0") == .doubted)
        refute(&bench, "p0", by: ["p2"])
        #expect(standing(bench, "p0") == .unsteady)
    }

    @Test func anUnsteadyOneHasTheLongestTime() throws {
        var bench = Bench(peers: 9)
        bench.gossip([.suspect("p3", incarnation: 1, accuser: "p1")], from: "p1")
        let usual = try #require(bench.swim.suspicion(of: "p3"))
        refute(&bench, "p0", by: ["p1", "p2", "p1"])
        for accuser in ["p1", "p2", "p4", "p5"] {
            for (name, incarnation) in [("p0", UInt32(4)), ("p3", 1)] {
                bench.gossip([.suspect(name, incarnation: incarnation, accuser: accuser)], from: accuser)
            }
        }
        let unsteady = try #require(bench.swim.suspicion(of: "p0"))
        let steady = try #require(bench.swim.suspicion(of: "p3"))
        #expect(unsteady.ends - unsteady.began == usual.ends - usual.began, "nobody shortens it")
        #expect(steady.ends - steady.began < unsteady.ends - unsteady.began)
        bench.gossip([.dead("p0", incarnation: 4, accuser: "p1")], from: "p1")
        #expect(bench.status("p0") == .suspect, "and its death is for each to find")
    }

    @Test func whoComesBackFromTheDeadTakesNobodyWithIt() {
        var bench = Bench(peers: 4)
        bench.gossip([.dead("p0", incarnation: 1, accuser: "p1")], from: "p1")
        bench.gossip([.dead("p2", incarnation: 1, accuser: "p0")], from: "p0")
        #expect(bench.status("p2") == .suspect, "told by a dead one")
        bench.gossip([Bench.alive("p0", 2)], from: "p0")
        bench.gossip([.dead("p3", incarnation: 1, accuser: "p0")], from: "p0")
        #expect(bench.status("p3") == .suspect, "told by one that was dead until now")
        #expect(bench.swim.counters.deathsDoubted == 2)
        bench.gossip([Bench.alive("p2", 2), Bench.alive("p3", 2)], from: "p1")
        bench.gossip([.dead("p2", incarnation: 2, accuser: "p1")], from: "p1")
        #expect(bench.status("p2") == .dead, "told by a sound one")
    }
}
