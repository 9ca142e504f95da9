import MeshBase
import Sharding
import Testing
import Topology

@testable import SimDriver

/// Each wrong build of moves is shown to the oracles, which must say so; the sound build passes the same storms.
@Suite struct BrokenMoveTests {
    /// Customers that move all the time, between few cells of which some are late or away, under a load on few records.
    static func storm(seed: UInt64, defect: SimDefect? = nil, losesDisks: Bool = false) -> SimConfiguration {
        var rng = Generator(seed: seed, concern: "test.storm")
        var topology = Meshes.small(customers: 4)
        topology.routers = (1...4).map { Router(name: "router-\($0)", region: $0 % 3) }
        var configuration = Meshes.configuration(topology, seed: seed, seconds: 6, rate: 400)
        configuration.load.records = 3
        configuration.load.reads = 0.5
        configuration.load.writes = 0.5
        configuration.load.deletes = 0
        configuration.load.services = 0
        configuration.placement = PlacementTable(cohortCount: 2)
        configuration.watch = .milliseconds(20)
        func at(_ milliseconds: UInt64, _ spread: UInt64) -> TimeAmount {
            .milliseconds(Int64(milliseconds + rng.below(spread)))
        }
        var faults: [SimFault] = []
        func operate(_ move: SimMove, _ time: TimeAmount) {
            faults.append(SimFault(at: time, .operate(move), "control"))
        }
        var time: UInt64 = 200
        while time < 5_400 {
            let region = "r\(rng.below(3) + 1)"
            operate(.evacuate(region), at(time, 50))
            if rng.chance(0.5) { operate(.abort, at(time + 100, 300)) }
            operate(.restore(region), at(time + 450, 300))
            operate(
                .customer(Int(rng.below(4)) + 1, [[0, 2, 4], [1, 3, 5], [0, 3, 4], [1, 2, 5]][Int(rng.below(4))]),
                at(time, 700))
            operate(.home(Int(rng.below(4)) + 1), at(time, 900))
            time += 900
        }
        for cell in topology.cells.map(\.name) {
            // Late, away, cut off from one router or from the coordinator.
            if rng.chance(0.6) {
                faults.append(SimFault("kill \(cell) @\(500 + rng.below(4_500))ms for \(100 + rng.below(900))ms")!)
            }
            if rng.chance(0.6) {
                faults.append(
                    SimFault(
                        "slow \(cell) \(20 + rng.below(150))ms @\(200 + rng.below(4_000))ms for \(500 + rng.below(2_000))ms"
                    )!)
            }
            if rng.chance(0.5) {
                faults.append(
                    SimFault(
                        "partition control <> \(cell) @\(200 + rng.below(4_000))ms for \(300 + rng.below(1_200))ms")!)
            }
            if losesDisks, rng.chance(0.8) {
                faults.append(SimFault("lose-disk \(cell) @\(300 + rng.below(5_000))ms for \(50 + rng.below(200))ms")!)
            }
        }
        for router in topology.routers.map(\.name) where rng.chance(0.7) {
            faults.append(
                SimFault(
                    "delay \(router) <> region/r\(rng.below(3) + 1) \(5 + rng.below(60))ms @\(100 + rng.below(2_000))ms for \(1_000 + rng.below(3_000))ms"
                )!)
        }
        configuration.faults = faults
        configuration.defect = defect
        return configuration
    }

    /// One customer that goes to and fro between cells that share none, while its messages are late by up to 40 ms.
    static func shuttle(seed: UInt64, defect: SimDefect? = nil) -> SimConfiguration {
        var rng = Generator(seed: seed, concern: "test.shuttle")
        var topology = Meshes.small(customers: 1, links: Links(default: .init(jitter: .milliseconds(40))))
        topology.routers = (1...6).map { Router(name: "router-\($0)", region: $0 % 3) }
        topology.membership = MembershipSettings(profile: .wan)
        var configuration = Meshes.configuration(topology, seed: seed, seconds: 5, rate: 500)
        configuration.load.records = 3
        configuration.load.reads = 0.5
        configuration.load.writes = 0.5
        configuration.load.deletes = 0
        configuration.load.services = 0
        configuration.placement = PlacementTable(cohortCount: 1)
        let places = [[0, 2, 4], [1, 3, 5]]
        configuration.faults = (0..<24).map { number in
            SimFault(
                at: .milliseconds(Int64(200 + 190 * number) + Int64(rng.below(60))),
                .operate(.customer(1, places[number % 2])), "control")
        }
        configuration.defect = defect
        return configuration
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func theSoundBuildHolds(_ seed: UInt64) throws {
        for configuration in [Self.storm(seed: seed), Self.shuttle(seed: seed)] {
            let report = try SimRun.run(configuration)
            #expect(report.isOk, "\(report.complaint)")
        }
    }

    /// Oracles that say no to one of a few seeds.
    private func complaints(
        _ name: String, _ seeds: [UInt64], _ make: (UInt64, SimDefect?) -> SimConfiguration
    ) throws -> Set<String> {
        let defect = try #require(SimDefect(named: name))
        for seed in seeds {
            let found = try SimRun.run(make(seed, defect)).verdicts.filter { !$0.ok }.map(\.oracle)
            if !found.isEmpty { return Set(found) }
        }
        return []
    }

    @Test(arguments: ["new-version", "old-only", "new-only", "switch-early"])
    func toAndFroIsFound(_ name: String) throws {
        #expect(try complaints(name, Array(1...12)) { Self.shuttle(seed: $0, defect: $1) }.contains("registers"))
    }

    @Test(arguments: ["copy-one", "reverse-direct", "stale-filled"]) func fillsThatAreNoneAreFound(_ name: String)
        throws
    {
        let found = try complaints(name, [7, 6, 3, 2, 1, 4, 5, 8]) { Self.storm(seed: $0, defect: $1) }
        #expect(!found.isDisjoint(with: ["one-placement", "registers", "acknowledged-writes"]), "\(found)")
    }

    /// Rows that never leave a region are counted there: the plan does not end.
    @Test func rowsThatStayAreFound() throws {
        #expect(try complaints("no-purge", [1]) { Self.storm(seed: $0, defect: $1) }.contains("moves"))
    }
}
