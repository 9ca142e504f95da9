import MeshBase
import Testing

@testable import Membership

@Suite struct SWIMConfigurationTests {
    @Test func profilesAreValid() throws {
        for profile in ["lan", "wan", "local"] {
            let configuration = try #require(SWIMConfiguration(profile: profile))
            try configuration.validate()
            try configuration.withoutLifeguard.validate()
        }
        #expect(SWIMConfiguration(profile: "moon") == nil)
        #expect(SWIMConfiguration.lan.probeInterval == .seconds(1))
        #expect(SWIMConfiguration.wan.suspicionAlpha == 6)
        #expect(SWIMConfiguration.local.indirectProbes == 3)
    }

    /// The published constants, and cellmesh's own for one machine.
    @Test func constants() {
        func times(_ c: SWIMConfiguration) -> [Int] {
            [c.probeInterval, c.probeTimeout, c.gossipInterval, c.pushPullInterval, c.gossipToTheDead].map {
                Int($0.milliseconds)
            }
        }
        func numbers(_ c: SWIMConfiguration) -> [Int] {
            [
                c.indirectProbes, c.suspicionAlpha, c.suspicionBeta, c.retransmit, c.gossipFanout, c.awareness,
                c.largestDatagram,
            ]
        }
        #expect(times(.lan) == [1_000, 500, 200, 30_000, 30_000])
        #expect(numbers(.lan) == [3, 4, 6, 4, 3, 8, 1_400])
        #expect(times(.wan) == [5_000, 3_000, 500, 60_000, 60_000])
        #expect(numbers(.wan) == [3, 6, 6, 4, 4, 8, 1_400])
        #expect(times(.local) == [200, 60, 50, 5_000, 15_000])
        #expect(numbers(.local) == [3, 3, 6, 4, 3, 8, 1_400])
    }

    /// Conformance 26.
    @Test func theLargestUpdateFits() throws {
        let long = String(repeating: "n", count: MemberProfile.longestName)
        let far = Endpoint(address: .loopback6, port: 1)
        let profile = try MemberProfile(
            name: long, role: .cell, region: long, zone: long, gossip: far, data: far, admin: far)
        let update = MemberUpdate.alive(profile, MemberMetadata(), incarnation: 1)
        #expect(update.encodedSize == GossipSize.largestUpdate)
        let packets: [GossipPacket.Body] = [
            .ping(sequence: 1, target: long), .pingRequest(sequence: 1, target: long, at: far),
            .syncRequest(SyncDigest()), .syncList(SyncRange(buckets: 0, first: 0, last: 0)),
        ]
        for body in packets {
            let packet = GossipPacket(sender: long, senderIncarnation: 1, body: body)
            #expect(packet.encodedSize <= GossipSize.largestHeader)
        }
        var configuration = SWIMConfiguration.lan
        let needed = GossipSize.largestHeader + GossipSize.largestUpdate + configuration.sealOverhead
        configuration.largestDatagram = needed
        try configuration.validate()
        configuration.largestDatagram = needed - 1
        #expect(throws: SWIMConfiguration.Invalid.datagramTooSmall(needed: needed)) { try configuration.validate() }
    }

    @Test func nonsenseIsRefused() {
        func refused(_ expected: SWIMConfiguration.Invalid, _ change: (inout SWIMConfiguration) -> Void) {
            var configuration = SWIMConfiguration.lan
            change(&configuration)
            #expect(throws: expected) { try configuration.validate() }
        }
        refused(.notPositive("probeInterval")) { $0.probeInterval = .zero }
        refused(.timeoutNotBelowInterval) { $0.probeTimeout = .seconds(1) }
        refused(.outOfRange("gossipFanout")) { $0.gossipFanout = 0 }
        refused(.outOfRange("awareness")) { $0.awareness = 0 }
    }

    @Test func scaling() {
        let lan = SWIMConfiguration.lan
        #expect([1, 9, 10, 99, 100, 999].map(lan.transmissions) == [4, 4, 8, 8, 12, 12])
        #expect([1, 32, 33, 64, 65, 128].map { lan.pushPull(members: $0).seconds } == [30, 30, 60, 60, 90, 90])
    }

    @Test func profilesOfMembersAreChecked() {
        let long = String(repeating: "n", count: 64)
        #expect(throws: MemberProfile.Invalid.emptyName) {
            try MemberProfile(name: "", role: .cell, gossip: .loopback(1))
        }
        #expect(throws: MemberProfile.Invalid.tooLong(long)) {
            try MemberProfile(name: "a", role: .cell, zone: long, gossip: .loopback(1))
        }
        #expect(throws: MemberProfile.Invalid.noGossipPort) {
            try MemberProfile(name: "a", role: .cell, gossip: .unspecified)
        }
    }
}
