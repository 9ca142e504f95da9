import MeshBase
import Sharding
import Testing
import Topology

@testable import SimDriver

/// Wrong builds that only one order of events shows: the ways that the models of the protocol found, as plans of faults
/// whose times follow from the seed.
@Suite struct BrokenScheduleTests {
    /// One customer between two shards that share no cell, many records, and messages that may be late by ten seconds before
    /// anybody gives up.
    private static func apart(_ seed: UInt64, _ defect: SimDefect?, seconds: Int64) -> SimConfiguration {
        var topology = Meshes.small(customers: 1)
        topology.routing.attemptTimeout = .seconds(20)
        topology.routing.requestTimeout = .seconds(25)
        var configuration = Meshes.contended(topology, seed: seed, seconds: seconds, rate: 250, cohorts: 1)
        configuration.load.records = 150
        configuration.load.reads = 0.7
        configuration.load.writes = 0.3
        configuration.defect = defect
        return configuration
    }
    private static let old = [0, 2, 4], new = [1, 3, 5]

    private static func plan(_ configuration: inout SimConfiguration, _ lines: [String]) {
        configuration.faults = lines.map { SimFault($0)! }
    }

    /// What one member alone has acknowledged of a write counts no more once the customer has been elsewhere: the member was
    /// away meanwhile, and has dropped it.
    static func absence(seed: UInt64, defect: SimDefect? = nil) -> SimConfiguration {
        var rng = Generator(seed: seed, concern: "test.absence")
        var configuration = apart(seed, defect, seconds: 14)
        let sent = 2_900 + rng.below(100)
        let away = sent + 300 + rng.below(50)
        plan(
            &configuration,
            [
                "move c1 0,2,4 @200ms",
                // Writes that have heard what is there and are sent now: the first member has them at once, the others in
                // some seconds.
                "latency r2-1 > router-1 290ms @\(sent - 400)ms for 700ms",
                "latency r3-1 > router-1 290ms @\(sent - 400)ms for 700ms",
                "latency router-1 > r2-1 \(4_900 + rng.below(300))ms @\(sent)ms for 300ms",
                "latency router-1 > r3-1 9s @\(sent)ms for 300ms",
                "kill r1-1 @\(away)ms for \(2_800 + rng.below(200))ms",
                "move c1 1,3,5 @\(away + 20 + rng.below(40))ms",
                "move c1 0,2,4 @\(away + 3_300 + rng.below(200))ms",
                // Who reads hears the second member last.
                "latency router-2 <> r2-1 400ms @\(away + 4_000)ms for 7s",
            ])
        return configuration
    }

    /// A cell without its disk has nothing, and is no source: a write that it had with one other member, of whom those who
    /// take over hear late.
    static func emptied(seed: UInt64, defect: SimDefect? = nil) -> SimConfiguration {
        var rng = Generator(seed: seed, concern: "test.emptied")
        var configuration = apart(seed, defect, seconds: 8)
        let sent = 2_900 + rng.below(100)
        let lost = sent + 600 + rng.below(50)
        var lines = [
            "move c1 0,2,4 @200ms",
            "latency router-1 > r3-1 5s @\(sent)ms for 550ms",
            "latency router-2 > r3-1 5s @\(sent)ms for 550ms",
            "lose-disk r1-1 @\(lost)ms for \(50 + rng.below(20))ms",
            "move c1 1,3,5 @\(lost + 150 + rng.below(100))ms",
        ]
        for joining in ["r1-2", "r2-2", "r3-2"] {
            lines.append("latency r2-1 <> \(joining) \(1_500 + rng.below(300))ms @\(sent)ms for 4s")
        }
        plan(&configuration, lines)
        return configuration
    }

    /// Who is filled from one member alone misses what the two others acknowledged: writes that the third hears of late, when
    /// those who take over reach nobody else.
    static func third(seed: UInt64, defect: SimDefect? = nil) -> SimConfiguration {
        var rng = Generator(seed: seed, concern: "test.third")
        var configuration = apart(seed, defect, seconds: 8)
        let sent = 2_900 + rng.below(100)
        var lines = ["move c1 0,2,4 @200ms", "move c1 1,3,5 @\(sent + 560 + rng.below(100))ms"]
        for router in ["router-1", "router-2"] { lines.append("latency \(router) > r3-1 5s @\(sent)ms for 550ms") }
        for joining in ["r1-2", "r2-2", "r3-2"] {
            for member in ["r1-1", "r2-1"] {
                lines.append("partition \(member) <> \(joining) @\(sent + 500)ms for \(2_500 + rng.below(300))ms")
            }
        }
        plan(&configuration, lines)
        return configuration
    }

    /// The wrong build is found by one of a few seeds, and the sound one holds with all of them.
    private func isFound(
        _ name: String, _ seeds: ClosedRange<UInt64>, _ make: (UInt64, SimDefect?) -> SimConfiguration
    ) throws {
        let defect = try #require(SimDefect(named: name))
        var found = false
        for seed in seeds {
            let sound = try SimRun.run(make(seed, nil))
            #expect(sound.isOk, "\(sound.complaint)")
            guard !found else { continue }
            found = try SimRun.run(make(seed, defect)).verdict("registers")?.ok == false
        }
        #expect(found, "\(name)")
    }

    @Test func aCellWithoutItsDiskThatIsReadIsFound() throws {
        try isFound("lost-source", 1...2) { Self.emptied(seed: $0, defect: $1) }
    }

    @Test func aFillFromOneMemberIsFound() throws {
        try isFound("copy-one", 1...3) { Self.third(seed: $0, defect: $1) }
    }

    @Test func acknowledgementsOfAnEpochThatIsOverAreFound() throws {
        try isFound("keep-acks", 1...4) { Self.absence(seed: $0, defect: $1) }
    }
}
