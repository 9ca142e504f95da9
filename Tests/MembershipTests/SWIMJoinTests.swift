import MeshBase
import Testing

@testable import Membership

@Suite struct SWIMJoinTests {
    @Test func twoNodesFindEachOther() {
        var network = TestNetwork(seed: 1)
        network.startMesh(2, settle: .seconds(1))
        #expect(network.agrees)
    }

    @Test(arguments: [UInt64(1), 2, 3]) func aHundredJoinOneSeedWithinASecond(seed: UInt64) throws {
        var network = TestNetwork(seed: seed)
        network.start(TestNetwork.name(0))
        for index in 1..<100 {
            network.start(TestNetwork.name(index), seeds: [network.endpoints[0]])
            network.run(for: .milliseconds(10))
        }
        let took = try #require(network.run(atMost: .seconds(3)) { $0.agrees }, "seed \(seed)")
        #expect(took <= .seconds(1), "seed \(seed): \(took.milliseconds) ms after the last start")
        #expect(network.count(.suspect) == 0)
        #expect(network.largestPacket <= SWIMConfiguration.local.largestPacket)
    }

    @Test func aHundredJoinAtTheSameInstantUnderLoss() throws {
        var network = TestNetwork(seed: 7)
        network.loss = 0.05
        for index in 0..<100 {
            network.start(TestNetwork.name(index), seeds: index == 0 ? [] : [network.endpoints[0]])
        }
        let took = try #require(network.run(atMost: .seconds(10)) { $0.agrees })
        #expect(took <= .seconds(3), "\(took.milliseconds) ms")
    }

    /// The seed comes up after those that seek it.
    @Test func theSeedMayBeLate() throws {
        var network = TestNetwork(seed: 2)
        let late = Endpoint.loopback(7003)
        for index in 0..<3 { network.start(TestNetwork.name(index), seeds: [late]) }
        network.run(for: .seconds(20))
        network.start(TestNetwork.name(3))
        let took = try #require(network.run(atMost: .seconds(10)) { $0.agrees })
        #expect(took <= .seconds(3), "\(took.milliseconds) ms")
    }

    /// Two that know each other and a seed that was never reached: what the neighbour answers does not end the search,
    /// however long it lasts, and with constants of a wide network too.
    @Test(arguments: [TimeAmount.seconds(5), .hours(3)])
    func aNeighboursAnswerDoesNotEndTheSearch(away: TimeAmount) throws {
        for profile in [SWIMConfiguration.local, .lan, .wan] {
            var network = TestNetwork(seed: 5, configuration: profile)
            let late = Endpoint.loopback(7002)
            let first = network.start(TestNetwork.name(0), seeds: [late])
            network.start(TestNetwork.name(1), seeds: [first.endpoint, late])
            network.run(for: away)
            #expect(network.agrees)
            network.start(TestNetwork.name(2))
            let took = try #require(network.run(atMost: .seconds(10)) { $0.agrees })
            #expect(took <= .seconds(3), "\(took.milliseconds) ms")
            #expect(first.swim.unreachedSeeds.isEmpty)
        }
    }

    /// Without an answer nobody is asked more often than the seed interval says.
    @Test func theSearchCostsLittle() {
        var network = TestNetwork(seed: 6)
        let node = network.start(TestNetwork.name(0), seeds: [.loopback(9000), .loopback(9001)])
        network.run(for: .seconds(60))
        #expect(node.swim.isAlone)
        let before = network.packets
        network.run(for: .minutes(10))
        // The rest are the rare attempts at lost seeds.
        #expect(network.packets - before <= 2 * 300 + 2 * 600)
    }

    @Test func aNameThatLeadsElsewhereReplacesItsSeed() throws {
        var network = TestNetwork(seed: 8)
        let old = Endpoint.loopback(9000)
        let node = network.start(TestNetwork.name(0), seeds: [old])
        network.run(for: .seconds(30))
        let other = network.start(TestNetwork.name(1))
        network.handle(.join(seeds: [other.endpoint], insteadOf: [old]), node)
        let took = try #require(network.run(atMost: .seconds(10)) { $0.agrees })
        #expect(took <= .seconds(1))
        #expect(node.swim.unreachedSeeds.isEmpty)
        #expect(!node.swim.isAlone)
    }

    @Test func quietMeshCostsLittle() {
        var network = TestNetwork(seed: 3)
        network.startMesh(12, settle: .seconds(30))
        let before = network.packets
        network.run(for: .seconds(60))
        // Per node and probe interval one ping and one ack; exchanges of digests are rare, and nobody gossips.
        let perNodeAndSecond = Double(network.packets - before) / 12 / 60
        #expect(perNodeAndSecond < 11)
        #expect(network.count(.suspect) == 0)
    }

    @Test func metadataReachesEveryone() throws {
        var network = TestNetwork(seed: 4)
        network.startMesh(12)
        network.handle(.updateMetadata(MemberMetadata(state: .degraded, load: 200)), network.node("n003"))
        let took = network.run(atMost: .seconds(2)) { network in
            network.living.allSatisfy { $0.swim.member(named: "n003")?.metadata.state == .degraded }
        }
        #expect(try #require(took) <= .milliseconds(500))
        // Load alone is told at most once a second, the last value in the end.
        let before = network.node("n003").swim.ownIncarnation
        for load in 1...100 {
            let metadata = MemberMetadata(state: .degraded, load: UInt8(load))
            network.handle(.updateMetadata(metadata), network.node("n003"))
            network.run(for: .milliseconds(20))
        }
        network.run(for: .seconds(2))
        #expect(network.node("n003").swim.ownIncarnation - before <= 4)
        #expect(network.living.allSatisfy { $0.swim.member(named: "n003")?.metadata.load == 100 })
    }
}
