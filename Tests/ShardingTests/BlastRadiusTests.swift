import Foundation
import MeshBase
import Testing
import Topology

@testable import Sharding

@Suite struct BlastRadiusTests {
    /// Prediction 1: the three cells of one customer die; 3 regions of 8 cells, 10 000 customers.
    @Test(arguments: [2, 42, 1234])
    func theCellsOfOneCustomerDie(seed: UInt64) {
        let topology = mesh(regions: 3, cells: 8, size: 3, seed: seed)
        let placement = Placement(topology)
        let blast = BlastRadius(topology, placement: placement)
        let dead = CellSet(placement.shard(of: CustomerHash("c1")))
        let report = blast.report(dead: dead)
        let others = report.lost - 1
        #expect(abs(Double(others) - 19.5) <= 13.2, "\(report)")
        #expect(abs(Double(report.untouched) - 6698) <= 141, "\(report)")
        let effects = blast.effects(dead: dead)
        #expect(effects.count(where: { $0 == .lost }) == report.lost && effects[0] == .lost)
        #expect(effects.count(where: { $0 == .degraded }) == report.degraded)
        var byCount = [0, 0, 0, 0]
        for number in 1...10_000 { byCount[placement.shard(of: CustomerHash(number: number)).count(in: dead)] += 1 }
        #expect(abs(Double(byCount[2]) - 410) <= 59 && abs(Double(byCount[1]) - 2871) <= 136, "\(byCount)")
        // Two of three dead cells leave no majority.
        #expect(report.noQuorum == report.lost + byCount[2])
        #expect(abs(report.expected.lost - 19.53) < 0.01 && abs(report.expected.lostDeviation - 4.415) < 0.01)
        #expect(abs(report.expected.degraded - (10_000 - 6699.2 - 19.53)) < 0.1)
        #expect(report.traditional == .init(degraded: 10_000))
        #expect(abs(report.plainCells.lost - 1250) <= 100 && report.plainCells.degraded == 0)
    }

    /// Prediction 4: one region, 8 cells, k = 2.
    @Test func eightChooseTwo() {
        let topology = mesh(regions: 1, cells: 8, size: 2, spread: .cell)
        let placement = Placement(topology)
        let blast = BlastRadius(topology, placement: placement)
        let shards = Set((1...10_000).map { placement.shard(of: CustomerHash(number: $0)).map(\.position).sorted() })
        #expect(shards.count == 28)
        let report = blast.report(dead: [CellIndex(2), CellIndex(5)])
        #expect(abs(report.expected.lost - 357.14) < 0.01 && abs(report.expected.degraded - 4285.71) < 0.01)
        #expect(abs(Double(report.lost) - 357.1) < 3 * report.expected.lostDeviation)
        #expect(abs(Double(report.degraded) - 4285.7) < 3 * report.expected.degradedDeviation)
        // With k = 2 one dead cell is already no majority.
        #expect(report.noQuorum == report.lost + report.degraded)
    }

    /// With replacement, a poison customer kills the whole mesh; each step kills the next best cells.
    @Test func replacementLetsAPoisonCustomerWalk() {
        let topology = mesh(regions: 3, cells: 8, size: 3)
        let placement = Placement(topology)
        var dead = CellSet()
        var steps = 0
        while let victim = placement.shard(of: CustomerHash("c1"), excluding: dead).first {
            dead.insert(victim)
            steps += 1
        }
        #expect(steps == 24 && dead.count == 24)
    }

    @Test func extremes() {
        let topology = mesh(regions: 3, cells: 8, size: 3, customers: 500)
        let blast = BlastRadius(topology, placement: Placement(topology))
        let none = blast.report(dead: [])
        #expect(none.untouched == 500 && none.lost == 0 && none.noQuorum == 0 && none.expected.lost == 0)
        #expect(none.traditional == .init(untouched: 500) && none.plainCells == .init(untouched: 500))
        let all = blast.report(dead: CellSet((0..<24).map { CellIndex($0) }))
        #expect(all.lost == 500 && all.noQuorum == 500 && abs(all.expected.lost - 500) < 1e-6)
        #expect(all.traditional == .init(lost: 500) && all.plainCells == .init(lost: 500))
        #expect(blast.report(dead: [CellIndex(900)]).cells == [])
        let region = blast.report(dead: CellSet((0..<8).map { CellIndex($0) }))
        #expect(region.degraded == 500 && region.noQuorum == 0 && abs(region.expected.degraded - 500) < 1e-6)
        let nobody = BlastRadius(topology, placement: Placement(topology), customers: 0).report(dead: [CellIndex(1)])
        #expect(nobody.customers == 0 && nobody.lost == 0)
    }

    @Test func quorumDependsOnTheTier() {
        for (tier, expected) in [(StoreSettings.Tier.critical, 1), (.important, 0), (.cache, 0), (nil, 0)] {
            let topology = mesh(regions: 1, cells: 3, size: 3, spread: .cell, customers: 100, tier: tier)
            let blast = BlastRadius(topology, placement: Placement(topology))
            #expect(blast.report(dead: [CellIndex(0)]).noQuorum == 0)
            #expect(blast.report(dead: [CellIndex(0), CellIndex(1)]).noQuorum == expected * 100)
            let all = blast.report(dead: [CellIndex(0), CellIndex(1), CellIndex(2)])
            #expect(all.noQuorum == (tier == nil ? 0 : 100))
        }
    }

    /// The expectation against a count of many customers, on meshes of any shape.
    @Test(arguments: 0..<30)
    func expectationAgreesWithCounts(seed: UInt64) {
        var rng = Generator(seed: seed, concern: "expectation")
        let topology = randomMesh(&rng)
        let placement = Placement(topology)
        let blast = BlastRadius(topology, placement: placement, customers: 2000)
        let ratio = rng.unit()
        let dead = CellSet(topology.cells.indices.filter { _ in rng.chance(ratio) }.map { CellIndex($0) })
        let report = blast.report(dead: dead)
        // Five standard deviations and one customer; 5 % where domains are fewer than k and unequal (approximate).
        let isExact = !placement.views.views.contains { $0.domains.count > 1 && $0.depth > 1 }
        let slack = isExact ? 1 : 100.0
        #expect(
            abs(Double(report.lost) - report.expected.lost) < 5 * report.expected.lostDeviation + slack, "seed \(seed)")
        #expect(
            abs(Double(report.degraded) - report.expected.degraded) < 5 * report.expected.degradedDeviation + slack,
            "seed \(seed)")
    }

    /// What is certain is a whole number, and has no deviation.
    @Test func anExpectationThatIsCertainIsExact() {
        var topology = mesh(regions: 3, cells: 4, size: 3, zones: 2)
        for (region, geography) in ["us", "us", "eu"].enumerated() { topology.regions[region].geography = geography }
        topology.customers.geographies = [.init(geography: "eu", share: 0.1)]
        let blast = BlastRadius(topology, placement: Placement(topology), customers: 1_000)
        func expected(_ dead: some Sequence<Int>) -> BlastRadiusReport.Expectation {
            blast.report(dead: CellSet(dead.map { CellIndex($0) })).expected
        }
        #expect(expected(0..<12) == .init(lost: 1_000, lostDeviation: 0, degraded: 0, degradedDeviation: 0))
        #expect(expected(0..<1).degraded == 225 && expected(0..<4).degraded == 900)
        #expect(expected(0..<0) == .init(lost: 0, lostDeviation: 0, degraded: 0, degradedDeviation: 0))
    }

    @Test func theReportHasItsFieldNames() throws {
        let topology = mesh(regions: 3, cells: 8, size: 3)
        let report = BlastRadius(topology, placement: Placement(topology)).report(dead: [CellIndex(0), CellIndex(8)])
        let data = try JSONEncoder().encode(report)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "schema", "cells", "customers", "lost", "degraded", "untouched", "no_quorum", "traditional",
                "plain_cells", "expected", "requests", "of", "idle",
            ])
        #expect(object["schema"] as? String == "cellmesh/1" && object["cells"] as? [String] == ["r1-1", "r2-1"])
        let expected = try #require(object["expected"] as? [String: Any])
        #expect(Set(expected.keys) == ["lost", "lost_sd", "degraded", "degraded_sd"])
        #expect(try JSONDecoder().decode(BlastRadiusReport.self, from: data) == report)
    }
}
