import MeshBase
import Testing

@testable import Membership

/// Each part of Lifeguard, and each of cellmesh's own, can be switched off, and takes nothing else with it.
@Suite struct SWIMPartsTests {
    enum Behaviour: CaseIterable {
        case health, nack, dynamicTimeout, buddy, stallNotice, parallelProbes, hurriedGossip, secondOpinion,
            streamPing, patience
    }

    /// Which of them a member shows.
    private func behaviours(_ configuration: SWIMConfiguration) throws -> Set<Behaviour> {
        var shown = Set<Behaviour>()

        var prober = Bench(configuration: configuration, peers: 9)
        _ = prober.nextPing()
        prober.advance(.milliseconds(201))
        #expect(prober.swim.counters.failedProbes == 1)
        if prober.swim.localHealthScore > 0 { shown.insert(.health) }
        prober.advance(.seconds(1))
        if prober.swim.counters.extraProbes > 0 { shown.insert(.parallelProbes) }

        var relay = Bench(configuration: configuration, peers: 2)
        relay.gossip([], from: "p0", .pingRequest(sequence: 7, target: "p1", at: .loopback(Bench.port("p1"))))
        relay.advance(.milliseconds(60))
        if relay.sink.sent.contains(where: { $0.1.body == .nack(sequence: 7) }) { shown.insert(.nack) }

        var accused = Bench(configuration: configuration, peers: 1)
        accused.gossip([.suspect("p0", incarnation: 1, accuser: "x")], from: "x")
        accused.swim.queue = GossipQueue()
        accused.sink = TestNetwork.Sink()
        _ = accused.nextPing()
        if !accused.said(about: "p0").isEmpty { shown.insert(.buddy) }

        var stalled = Bench(configuration: configuration, peers: 10)
        stalled.gossip([.suspect("p3", incarnation: 1, accuser: "p4")], from: "p4")
        let suspicion = try #require(stalled.swim.suspicion(of: "p3"))
        if suspicion.expected > 0 { shown.insert(.dynamicTimeout) }
        stalled.now += .seconds(60)
        stalled.handle(.wake)
        #expect(stalled.status("p3") == (stalled.swim.counters.stalls > 0 ? .suspect : .dead))
        if stalled.swim.counters.stalls > 0 { shown.insert(.stallNotice) }

        var teller = Bench(configuration: configuration, peers: 40)
        teller.advance(configuration.gossipDelay)
        teller.sink = TestNetwork.Sink()
        teller.gossip([.dead("p3", incarnation: 1, accuser: "p4")], from: "p4")
        teller.advance(configuration.gossipDelay)
        if teller.sink.sent.contains(where: { $0.1.kind == .gossip }) { shown.insert(.hurriedGossip) }

        var corrector = Bench(configuration: configuration, peers: 3)
        corrector.gossip([Bench.alive("p1", 9)], from: "p1")
        corrector.swim.queue = GossipQueue()
        corrector.gossip(
            [.suspect("p1", incarnation: 4, accuser: "p2")], from: "p0", .ping(sequence: 1, target: "self"))
        if corrector.said(about: "p1").last?.incarnation == 9 { shown.insert(.secondOpinion) }

        var streamer = Bench(configuration: configuration)
        let profile = try MemberProfile(
            name: "p0", role: .cell, gossip: .loopback(Bench.port("p0")), admin: .loopback(20_000))
        streamer.gossip([.alive(profile, MemberMetadata(), incarnation: 1)], from: "p0")
        _ = streamer.nextPing()
        streamer.advance(.milliseconds(70))
        if !streamer.sink.streamed.isEmpty { shown.insert(.streamPing) }

        var patient = Bench(configuration: configuration, peers: 3)
        for (round, accuser) in ["p1", "p2", "p1"].enumerated() {
            patient.gossip([.suspect("p0", incarnation: UInt32(round) + 1, accuser: accuser)], from: accuser)
            patient.gossip([Bench.alive("p0", UInt32(round) + 2)], from: "p0")
        }
        #expect(patient.swim.member(named: "p0")?.standing == .unsteady)
        patient.advance(configuration.probeInterval * 9)
        #expect(patient.swim.counters.failedProbes > 2)
        if patient.status("p0") == .alive { shown.insert(.patience) }
        return shown
    }

    @Test func byDefaultAllAreOnAndPlainSWIMHasNone() throws {
        #expect(try behaviours(.local) == Set(Behaviour.allCases))
        #expect(try behaviours(SWIMConfiguration.local.withoutLifeguard) == [])
    }

    @Test func eachCanBeSwitchedOffByItself() throws {
        func expect(without part: WritableKeyPath<SWIMConfiguration, Bool>, _ gone: Set<Behaviour>) throws {
            var configuration = SWIMConfiguration.local
            configuration[keyPath: part] = false
            #expect(try behaviours(configuration) == Set(Behaviour.allCases).subtracting(gone))
        }
        // What is probed beside the rounds depends on how far the score stretches them.
        try expect(without: \.localHealthProbe, [.health, .nack, .parallelProbes])
        try expect(without: \.dynamicSuspicion, [.dynamicTimeout])
        try expect(without: \.buddy, [.buddy])
        try expect(without: \.stallDetection, [.stallNotice])
        try expect(without: \.parallelProbes, [.parallelProbes])
        try expect(without: \.hurriedGossip, [.hurriedGossip])
        try expect(without: \.secondOpinions, [.secondOpinion])
        try expect(without: \.streamPing, [.streamPing])
        try expect(without: \.patience, [.patience])
    }
}
