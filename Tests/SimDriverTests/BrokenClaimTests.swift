import MeshBase
import Sharding
import Testing
import Topology

@testable import SimDriver

/// Calls under idempotency keys while their customer moves: each shortcut of the models is shown to the oracle `keys`.
@Suite struct BrokenClaimTests {
    /// One customer that goes to and fro between cells that share none, under calls of few keys, while cells end now and
    /// then and messages are late by up to 60 ms.
    static func shuttle(seed: UInt64, defect: SimDefect? = nil) -> SimConfiguration {
        var rng = Generator(seed: seed, concern: "test.claims")
        var topology = Meshes.small(customers: 1, links: Links(default: .init(jitter: .milliseconds(60))))
        topology.routers = (1...4).map { Router(name: "router-\($0)", region: $0 % 3) }
        topology.membership = MembershipSettings(profile: .wan)
        var configuration = Meshes.configuration(topology, seed: seed, seconds: 6, rate: 300)
        configuration.load.records = 3
        configuration.load.reads = 0.05
        configuration.load.writes = 0.05
        configuration.load.deletes = 0
        configuration.load.services = 0.9
        configuration.load.keyed = 1
        configuration.placement = PlacementTable(cohortCount: 1)
        let places = [[0, 2, 4], [1, 3, 5]]
        configuration.faults = (0..<14).map { number in
            SimFault(
                at: .milliseconds(Int64(200 + 390 * number) + Int64(rng.below(90))),
                .operate(.customer(1, places[number % 2])), "control")
        }
        for cell in topology.cells.map(\.name) where rng.chance(0.4) {
            configuration.faults.append(
                SimFault("kill \(cell) @\(500 + rng.below(4_500))ms for \(100 + rng.below(600))ms")!)
        }
        configuration.defect = defect
        return configuration
    }

    /// The same, and cells that are slow to store or apart from some routers, so that several cells claim one key and need
    /// many rounds.
    static func quarrel(seed: UInt64, defect: SimDefect? = nil) -> SimConfiguration {
        var configuration = shuttle(seed: seed, defect: defect)
        var rng = Generator(seed: seed, concern: "test.quarrel")
        for cell in configuration.topology.cells.map(\.name) {
            for _ in 0..<3 {
                configuration.faults.append(
                    SimFault(
                        "late \(cell) \(60 + rng.below(300))ms @\(200 + rng.below(5_000))ms for \(200 + rng.below(900))ms"
                    )!)
                configuration.faults.append(
                    SimFault(
                        "partition router-\(1 + rng.below(4)) <> \(cell) @\(200 + rng.below(5_000))ms for \(300 + rng.below(1_200))ms"
                    )!)
                let other = configuration.topology.cells[Int(rng.below(6))].name
                guard other != cell else { continue }
                configuration.faults.append(
                    SimFault(
                        "partition \(other) <> \(cell) @\(200 + rng.below(5_000))ms for \(300 + rng.below(1_200))ms")!)
            }
        }
        return configuration
    }

    /// A claim that two members are told of late, when their customer has moved, and that who took over has not heard of.
    static func overtaken(seed: UInt64, defect: SimDefect? = nil) -> SimConfiguration {
        var configuration = shuttle(seed: seed, defect: defect)
        var rng = Generator(seed: seed, concern: "test.overtaken")
        configuration.topology.links = Links()
        configuration.load.rate = 600
        configuration.faults = []
        func add(_ line: String) { configuration.faults.append(SimFault(line)!) }
        for turn in 0..<4 as Range<UInt64> {
            let sent = 900 + 1_200 * turn + rng.below(80)
            add("move c1 0,2,4 @\(sent - 600)ms")
            add("move c1 1,3,5 @\(sent + 55 + rng.below(10))ms")
            // A round of claims takes 300 ms at most.
            for member in ["r2-1", "r3-1"] {
                add("latency \(member) > r1-1 50ms @\(sent - 60)ms for 110ms")
                add("latency r1-1 > \(member) 220ms @\(sent)ms for 50ms")
            }
            for joining in ["r1-2", "r2-2", "r3-2"] { add("latency r1-1 <> \(joining) 400ms @\(sent)ms for 300ms") }
        }
        return configuration
    }

    /// Claims that two members decide while the third is apart from them, and those who take over reach the third alone.
    static func third(seed: UInt64, defect: SimDefect? = nil) -> SimConfiguration {
        var configuration = shuttle(seed: seed, defect: defect)
        var rng = Generator(seed: seed, concern: "test.third")
        configuration.topology.links = Links()
        configuration.load.rate = 600
        let apart = 2_000 + rng.below(100)
        var lines = ["move c1 0,2,4 @200ms", "move c1 1,3,5 @\(apart + 560 + rng.below(100))ms"]
        for member in ["r1-1", "r2-1"] {
            lines.append("partition \(member) <> r3-1 @\(apart)ms for 2s")
            for joining in ["r1-2", "r2-2", "r3-2"] {
                lines.append("partition \(member) <> \(joining) @\(apart)ms for \(2_000 + rng.below(300))ms")
            }
        }
        configuration.faults = lines.map { SimFault($0)! }
        return configuration
    }

    /// A value that one member alone has accepted, in the third round of an epoch that is over, and a call that the next
    /// epoch decides and ends in two rounds, among members that have not heard of it; then who proposed the first asks one
    /// of them and the one who was filled from where it lies.
    static func outranked(seed: UInt64, defect: SimDefect? = nil) -> SimConfiguration {
        var topology = Meshes.small(customers: 1)
        topology.membership = MembershipSettings(profile: .wan)
        // Three quarters of it are for the claim: rounds enough to be there still when the other call has ended.
        topology.routing.attemptTimeout = .seconds(4)
        var configuration = Meshes.configuration(topology, seed: seed, seconds: 6, rate: 0)
        configuration.placement = PlacementTable(cohortCount: 1)
        configuration.load.calls = [
            // The first opens the links.
            "call front c1 k0 by router-1 @700ms", "call front c1 k1 by router-1 @1s",
            "call front c1 k1 by router-2 @2100ms",
        ].map { SimCall($0)! }
        configuration.faults = [
            "move c1 0,2,4 @200ms",
            // Promises of two rounds come too late, each by a little, and acceptances of the third when all are in joint.
            "latency r2-1 > r1-1 320ms @990ms for 460ms", "latency r3-1 > r1-1 320ms @990ms for 460ms",
            "latency r1-1 > r2-1 500ms @1610ms for 200ms", "latency r1-1 > r3-1 500ms @1610ms for 200ms",
            "move c1 1,3,5 @1640ms",
            // Two who take over are filled without the proposer, and decide without the third.
            "clog r1-1 <> r1-2 @900ms for 2s", "clog r1-1 <> r2-2 @900ms for 4s",
            "clog r3-2 <> r1-2 @900ms for 4s", "clog r3-2 <> r2-2 @900ms for 4s",
        ].map { SimFault($0)! }
        configuration.defect = defect
        return configuration
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>) func theSoundBuildHolds(_ seed: UInt64) throws {
        let report = try SimRun.run(seed <= 2 ? Self.shuttle(seed: seed) : Self.quarrel(seed: seed))
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.verdict("keys")?.standing == .judged)
    }

    @Test(arguments: ["claim-ignored", "claim-one-quorum", "claim-not-carried"])
    func eachShortcutIsFound(_ name: String) throws {
        let defect = try #require(SimDefect(named: name))
        let found = try (1...12).contains { seed in
            try SimRun.run(Self.shuttle(seed: UInt64(seed), defect: defect)).verdict("keys")?.ok == false
        }
        #expect(found)
    }

    /// The wrong build is found by one of a few seeds, and the sound one holds with that seed.
    private func isFound(
        _ name: String, _ seeds: ClosedRange<UInt64>, _ make: (UInt64, SimDefect?) -> SimConfiguration
    ) throws {
        let defect = try #require(SimDefect(named: name))
        let seed = try #require(
            try seeds.first { try SimRun.run(make($0, defect)).verdict("keys")?.ok == false }, "\(name)")
        let sound = try SimRun.run(make(seed, nil))
        #expect(sound.isOk, "\(sound.complaint)")
    }

    @Test func claimsFilledFromOneMemberAreFound() throws {
        try isFound("copy-one", 1...4) { Self.third(seed: $0, defect: $1) }
    }

    @Test func claimsOfAnEpochThatIsOverAreFound() throws {
        try isFound("claim-unfenced", 1...8) { Self.overtaken(seed: $0, defect: $1) }
    }

    @Test func roundsThatDoNotSayTheirEpochAreFound() throws {
        try isFound("claim-plain-ballots", 1...4) { Self.outranked(seed: $0, defect: $1) }
    }
}
