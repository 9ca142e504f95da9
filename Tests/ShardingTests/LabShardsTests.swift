import Foundation
import MeshBase
import Testing
import Topology

@testable import Sharding

@Suite struct LabShardsTests {
    /// Prediction 2: a ninth cell in one region of three.
    @Test(arguments: [42, 777])
    func aNinthCellMovesANinth(seed: UInt64) throws {
        let report = try LabShards.report(cells: 24, size: 3, regions: 3, customers: 10_000, seed: seed)
        #expect(report.spread == .region)
        #expect(abs(report.moves.expected - 1111.1) < 0.1 && abs(report.moves.deviation - 31.4) < 0.1)
        #expect(abs(report.moves.changed - 1111) <= 94, "\(report.moves)")
        #expect(report.moves.mostMembers == 1 && report.moves.elsewhere == 0)
        #expect(abs(report.moves.moduloExpected - 8888.9) < 0.1)
        #expect(abs(report.moves.modulo - 8889) <= 94, "\(report.moves)")
        #expect(report.spreadShards == 512 && report.shards == 2024)
        #expect(abs(report.overlap[3].spreadProbability - 1.0 / 512) < 1e-12)
        #expect(report.overlap.reduce(0) { $0 + $1.customers } == 9_999)
        #expect(
            abs(report.balance.mean - 1250) < 1e-9 && report.balance.minimum > 1100 && report.balance.maximum < 1400)
    }

    @Test func hundredChooseEight() throws {
        let report = try LabShards.report(cells: 100, size: 8, regions: 4)
        #expect(report.spread == .cell && report.shards == 186_087_894_300 && report.spreadShards == report.shards)
        #expect(abs(report.meanOverlap - 0.64) < 1e-12)
        for overlap in report.overlap {
            #expect(abs(overlap.probability - overlap.spreadProbability) < 1e-12)
            let mean = 9_999 * overlap.probability
            #expect(abs(Double(overlap.customers) - mean) < 4 * mean.squareRoot() + 1, "\(overlap)")
        }
        #expect(abs(report.moves.expected - 10_000.0 * 8 / 101) < 1e-6)
        #expect(abs(Double(report.moves.changed) - report.moves.expected) < 4 * report.moves.deviation)
        #expect(report.lostByDead.count == 17 && report.lostByDead[7] == 0 && report.lostByDead[8] > 0)
    }

    @Test func everyShapeKeepsItsPromises() throws {
        for spread in ShardingPolicy.Spread.allCases {
            for (cells, size, regions) in [
                (24, 3, 3), (24, 5, 2), (10, 2, 1), (13, 3, 5), (3, 3, 3), (7, 1, 7), (9, 9, 1),
            ] {
                let report = try LabShards.report(
                    cells: cells, size: size, regions: regions, customers: 1500, seed: 5, spread: spread)
                #expect(report.moves.mostMembers <= 1 && report.moves.elsewhere == 0)
                #expect(
                    abs(Double(report.moves.changed) - report.moves.expected) < 5 * report.moves.deviation + 80,
                    "\(cells) \(size) \(regions) \(spread)")
                #expect(abs(report.overlap.reduce(0) { $0 + $1.spreadProbability } - 1) < 1e-9)
            }
        }
    }

    @Test func badInputIsRefused() {
        #expect(throws: LabShards.Refusal.cells(0)) { try LabShards.report(cells: 0, size: 1) }
        #expect(throws: LabShards.Refusal.cells(5000)) { try LabShards.report(cells: 5000, size: 1) }
        #expect(throws: LabShards.Refusal.size(0)) { try LabShards.report(cells: 8, size: 0) }
        #expect(throws: LabShards.Refusal.size(9)) { try LabShards.report(cells: 8, size: 9) }
        #expect(throws: LabShards.Refusal.size(17)) { try LabShards.report(cells: 100, size: 17) }
        #expect(throws: LabShards.Refusal.regions(9)) { try LabShards.report(cells: 8, size: 2, regions: 9) }
        #expect(throws: LabShards.Refusal.customers(0)) { try LabShards.report(cells: 8, size: 2, customers: 0) }
    }

    @Test func theReportIsCoded() throws {
        let report = try LabShards.report(cells: 8, size: 2, customers: 1000)
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(LabShardsReport.self, from: data) == report)
        let text = String(decoding: data, as: UTF8.self)
        for key in ["mean_overlap", "lost_by_dead", "spread_shards", "most_members", "modulo_expected", "stddev"] {
            #expect(text.contains("\"\(key)\""))
        }
    }
}
