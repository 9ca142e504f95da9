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
        var configuration = Meshes.contended(topology, seed: seed, seconds: 6, rate: 400, cohorts: 2)
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
                        "late \(cell) \(20 + rng.below(150))ms @\(200 + rng.below(4_000))ms for \(500 + rng.below(2_000))ms"
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
                    "latency \(router) <> region/r\(rng.below(3) + 1) \(5 + rng.below(60))ms @\(100 + rng.below(2_000))ms for \(1_000 + rng.below(3_000))ms"
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
        var configuration = Meshes.contended(topology, seed: seed, seconds: 5, rate: 500, cohorts: 1)
        let places = [[0, 2, 4], [1, 3, 5]]
        configuration.faults = (0..<24).map { number in
            SimFault(
                at: .milliseconds(Int64(200 + 190 * number) + Int64(rng.below(60))),
                .operate(.customer(1, places[number % 2])), "control")
        }
        configuration.defect = defect
        return configuration
    }

    /// How late who is in `latecomers`: milliseconds, and how probable it is for a pair or a cell.
    struct Lateness {
        var pace: ClosedRange<UInt64> = 60...360
        var deaf = 0.1, hearing: UInt64 = 40
        var far = 0.5, road: UInt64 = 400
        var apart = 0.2, between: UInt64 = 80
        var cut = 0.3, away: ClosedRange<UInt64> = 100...600

        /// Cells hear of decisions late.
        static let deaf = Lateness(deaf: 0.5, hearing: 150, cut: 0)
        /// Moves follow each other, past cells that are away for several of them.
        static let fast = Lateness(pace: 30...70, deaf: 0, far: 0.3, apart: 0, cut: 0.9, away: 150...700)
    }

    /// One customer that goes to and fro, with routers and cells of which each pair has its own delay: what was sent in one
    /// epoch arrives in another, and who fills hears of some members late. Cells lose touch with all but the routers.
    static func latecomers(seed: UInt64, defect: SimDefect? = nil, _ late: Lateness = Lateness()) -> SimConfiguration {
        var rng = Generator(seed: seed, concern: "test.latecomers")
        func within(_ range: ClosedRange<UInt64>) -> UInt64 {
            range.lowerBound + rng.below(range.upperBound - range.lowerBound + 1)
        }
        var topology = Meshes.small(customers: 1)
        // What is slow is to be waited for: a breaker would cut it off.
        topology.policies = PoliciesBlock()
        topology.policies?.profile = .off
        topology.routers = (1...4).map { Router(name: "router-\($0)", region: $0 % 3) }
        topology.membership = MembershipSettings(profile: .wan)
        var configuration = Meshes.contended(topology, seed: seed, seconds: 5, rate: 250, cohorts: 1)
        let places = [[[0, 2, 4], [1, 3, 5]], [[0, 2, 4], [0, 3, 5]], [[0, 2, 4], [0, 2, 5]]][Int(rng.below(3))]
        var faults: [SimFault] = []
        var time: UInt64 = 200
        let cells = topology.cells.map(\.name)
        var turn = 0
        while time < 4_600 {
            faults.append(
                SimFault(at: .milliseconds(Int64(time)), .operate(.customer(1, places[turn % 2])), "control"))
            time += within(late.pace)
            turn += 1
        }
        func delay(_ one: String, _ other: String, _ longest: UInt64) {
            faults.append(SimFault("latency \(one) <> \(other) \(5 + rng.below(longest))ms @0s for 5s")!)
        }
        for (number, cell) in cells.enumerated() {
            for router in topology.routers.map(\.name) where rng.chance(late.far) { delay(router, cell, late.road) }
            for other in cells.dropFirst(number + 1) where rng.chance(late.apart) { delay(cell, other, late.between) }
            if rng.chance(late.deaf) { delay("control", cell, late.hearing) }
            if rng.chance(late.cut) {
                let at = 200 + rng.below(4_000)
                let length = within(late.away)
                for other in ["control"] + cells where other != cell {
                    faults.append(SimFault("partition \(other) <> \(cell) @\(at)ms for \(length)ms")!)
                }
            }
        }
        configuration.faults = faults
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

    @Test(arguments: ["new-version", "old-only", "new-only", "switch-early", "release-early"])
    func toAndFroIsFound(_ name: String) throws {
        #expect(try complaints(name, Array(1...12)) { Self.shuttle(seed: $0, defect: $1) }.contains("registers"))
    }

    @Test(arguments: ["reverse-direct", "stale-filled"]) func fillsThatAreNoneAreFound(_ name: String) throws {
        let found = try complaints(name, [7, 6, 3, 2, 1, 4, 5, 8]) { Self.storm(seed: $0, defect: $1) }
        #expect(!found.isDisjoint(with: ["one-placement", "registers", "acknowledged-writes"]), "\(found)")
    }

    /// What is in flight from one epoch into another is found by those who hear late.
    @Test func whatArrivesLateIsFound() throws {
        for (name, seeds, late) in [
            ("mixed-answers", [6], Lateness()), ("unfenced", [22], Lateness()), ("copy-unfenced", [1, 20], .deaf),
            ("bare-number", [10], .fast),
        ] as [(String, [UInt64], Lateness)] {
            let found = try complaints(name, seeds) { Self.latecomers(seed: $0, defect: $1, late) }
            #expect(!found.isDisjoint(with: ["one-placement", "registers"]), "\(name): \(found)")
            for seed in seeds {
                let sound = try SimRun.run(Self.latecomers(seed: seed, late))
                #expect(sound.isOk, "\(seed): \(sound.complaint)")
            }
        }
    }

    /// Rows that never leave a region are counted there: the plan does not end.
    @Test func rowsThatStayAreFound() throws {
        #expect(try complaints("no-purge", [1]) { Self.storm(seed: $0, defect: $1) }.contains("moves"))
    }
}
