import MeshBase
import Testing

@testable import Membership

@Suite struct SWIMFailureTests {
    @Test func aKilledMemberIsFoundDeadByAll() throws {
        var network = TestNetwork(seed: 1)
        network.startMesh(12)
        network.kill("n005")
        let took = try #require(network.run(atMost: .seconds(20)) { $0.everyoneSees("n005", as: .dead) })
        #expect(took <= .seconds(6), "\(took.milliseconds) ms")
        #expect(network.observations.allSatisfy { $0.status != .dead || $0.name == "n005" })
        let events = network.node("n000").swim.history(of: "n005")
        #expect(events.contains { $0.kind == .declaredDead })
        #expect(events.contains { $0.kind == .accused })
    }

    /// Conformance 28: completeness within the bound, and no suspicion before the crash.
    @Test(arguments: [3, 8, 20, 40]) func sweepOfCrashes(members: Int) throws {
        for seed in UInt64(1)...5 {
            var network = TestNetwork(seed: seed &* 1000 &+ UInt64(members))
            network.startMesh(members)
            #expect(network.count(.suspect) == 0, "seed \(seed), \(members) members")
            // Swept through the probe interval.
            network.run(for: .milliseconds(40) * Int64(seed))
            let victim = TestNetwork.name(Int(seed) % members)
            network.kill(victim)
            let configuration = network.configuration
            let timeout = SuspicionTimeout(
                alpha: configuration.suspicionAlpha, beta: configuration.suspicionBeta,
                interval: configuration.probeInterval, members: members, dynamic: true)
            let bound =
                configuration.probeInterval * Int64((2 * members - 1) * configuration.awareness) + timeout.maximum
                + .seconds(2)
            let took = network.run(atMost: bound) { $0.everyoneSees(victim, as: .dead) }
            #expect(took != nil, "seed \(seed), \(members) members: not dead after \(bound.seconds) s")
            #expect(
                network.observations.allSatisfy { $0.status != .dead || $0.name == victim },
                "seed \(seed), \(members) members: a false death")
        }
    }

    @Test func noSuspicionWithoutFaults() {
        for seed in UInt64(1)...5 {
            var network = TestNetwork(seed: seed)
            network.startMesh(20, settle: .seconds(60))
            #expect(network.count(.suspect) == 0, "seed \(seed)")
            #expect(network.agrees, "seed \(seed)")
        }
    }

    /// One accused wrongly hears of it and rises above it: the accusation goes through the whole mesh, and nobody dies.
    @Test func aFalseAccusationIsRefutedEverywhere() throws {
        for seed in UInt64(1)...4 {
            var network = TestNetwork(seed: seed)
            network.startMesh(20)
            let incarnation = network.node("n005").swim.ownIncarnation
            let accusation = GossipPacket(
                sender: "n001", senderIncarnation: 1, body: .gossip,
                updates: [.suspect("n005", incarnation: incarnation, accuser: "n001")])
            network.handle(.packet(from: network.node("n001").endpoint, accusation), network.node("n000"))
            #expect(network.node("n000").swim.member(named: "n005")?.status == .suspect, "seed \(seed)")
            let took = network.run(atMost: .seconds(1)) { network in
                network.living.allSatisfy { $0.swim.member(named: "n005")?.incarnation == incarnation + 1 }
            }
            #expect(took != nil, "seed \(seed)")
            network.run(for: .seconds(10))
            #expect(network.everyoneSees("n005", as: .alive) && network.count(.dead) == 0, "seed \(seed)")
            #expect(network.node("n005").swim.counters.refutations == 1, "seed \(seed)")
        }
    }

    @Test func lossAloneKillsNobody() {
        for seed in UInt64(1)...3 {
            var network = TestNetwork(seed: seed)
            network.startMesh(20)
            network.loss = 0.05
            network.run(for: .seconds(120))
            #expect(network.count(.dead) == 0, "seed \(seed)")
        }
    }

    @Test func aPausedMemberIsAliveEverywhereSoonAfterItResumes() throws {
        for seed in UInt64(1)...4 {
            var network = TestNetwork(seed: seed)
            network.startMesh(12)
            network.pause("n004")
            network.run(for: .seconds(60))
            let others = network.living.filter { $0.swim.name != "n004" }
            #expect(others.allSatisfy { $0.swim.member(named: "n004")?.status == .dead }, "seed \(seed)")
            network.resume("n004")
            let took = try #require(network.run(atMost: .seconds(10)) { $0.agrees }, "seed \(seed)")
            #expect(took <= .seconds(3), "seed \(seed): \(took.milliseconds) ms")
            #expect(
                network.observations.allSatisfy { $0.status != .dead || $0.name == "n004" },
                "seed \(seed): the resumed member, or one it accused, was wrong about others")
        }
    }

    @Test func aRestartedMemberTakesItsNewEndpoint() throws {
        for wait in [TimeAmount.milliseconds(50), .seconds(1), .seconds(30)] {
            var network = TestNetwork(seed: 5)
            network.startMesh(12)
            let stored = network.node("n006").persisted
            network.kill("n006")
            network.run(for: wait)
            let node = network.start("n006", incarnation: stored, seeds: [network.endpoints[0]])
            let took = try #require(network.run(atMost: .seconds(10)) { $0.agrees }, "after \(wait.seconds) s")
            #expect(took <= .seconds(2), "after \(wait.seconds) s: \(took.milliseconds) ms")
            #expect(network.node("n000").swim.member(named: "n006")?.profile.gossip == node.endpoint)
            network.run(for: .seconds(10))
            #expect(network.agrees)
        }
    }

    /// Conformance 23: without its past it learns from the mesh what to rise above.
    @Test func aRestartedMemberWithoutItsPastComesBackToo() throws {
        for wait in [TimeAmount.milliseconds(50), .seconds(30)] {
            var network = TestNetwork(seed: 6)
            network.startMesh(12)
            // Its first life has risen high.
            for load in 0..<10 {
                let state = MemberMetadata.State(rawValue: UInt8(load))
                network.handle(.updateMetadata(MemberMetadata(state: state)), network.node("n006"))
                network.run(for: .milliseconds(100))
            }
            network.kill("n006")
            network.run(for: wait)
            network.start("n006", incarnation: 0, seeds: [network.endpoints[0]])
            let took = try #require(network.run(atMost: .seconds(10)) { $0.agrees }, "after \(wait.seconds) s")
            #expect(took <= .seconds(3), "after \(wait.seconds) s: \(took.milliseconds) ms")
        }
    }

    @Test func tombstonesExpireAndTheNameIsFree() {
        var configuration = SWIMConfiguration.local
        configuration.tombstone = .seconds(20)
        var network = TestNetwork(seed: 8, configuration: configuration)
        network.startMesh(5)
        network.kill("n002")
        network.run(for: .seconds(60))
        #expect(network.living.allSatisfy { $0.swim.member(named: "n002") == nil })
        #expect(network.living.allSatisfy { $0.swim.memberCount == 4 })
        network.start("n002", incarnation: 0, seeds: [network.endpoints[0]])
        network.run(for: .seconds(2))
        #expect(network.agrees)
    }
}
