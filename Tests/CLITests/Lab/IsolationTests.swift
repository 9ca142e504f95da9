import Blueprints
import Drills
import Foundation
import Laboratories
import MeshBase
import Reports
import Sharding
import Testing
import Topology

@testable import cellmesh

/// `lab isolation` in virtual time.
@Suite struct IsolationTests {
    private static func topology(_ name: String) throws -> MeshTopology {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try #require(MeshFiles.load(topology: "\(root.path)/topology/\(name).yaml").topology)
    }

    private static func report(_ name: String, seeds: ClosedRange<UInt64> = 1...1) throws -> IsolationReport {
        let topology = try topology(name)
        var report = IsolationReport(
            mesh: topology.name, customers: topology.customers.count, cells: topology.cells.count, isReal: false,
            command: "cellmesh lab isolation")
        let boundaries = FailureBoundaries(topology, Placement(topology), rate: 400)
        let runs = IsolationRuns(
            seeds: seeds, console: Console(format: .json, color: .never), wallLimit: .minutes(5))
        try runs.simulate(boundaries, PoolSharing(topology), into: &report)
        return report
    }

    /// Rows of a table, with a bar between the figures.
    private static func rows(_ table: LabTable) -> [String] {
        table.rows.map { row in row.map { LabSheetView.text($0) }.joined(separator: " | ") }
    }

    @Test func eachDomainOfATopologyIsAsWideAsItWasPredicted() throws {
        let report = try Self.report("three-regions")
        #expect(Set(report.losses.keys) == [.process, .zone, .region, .geography, .provider])
        #expect(report.pools.isEmpty, "no service of it holds connections")
        for (domain, runs) in report.losses {
            let run = try #require(runs.first)
            #expect(runs.count == 1 && run.different == 0, "\(domain): \(run)")
            #expect(run.recovery != nil)
            let observed = try #require(run.observed)
            // Nearly everybody asks in ten seconds, and nobody fares worse than predicted.
            #expect(observed.lost <= run.predicted.lost && observed.lost * 10 >= run.predicted.lost * 9)
            #expect(observed.degraded <= run.predicted.degraded && observed.degraded * 10 >= run.predicted.degraded * 9)
        }
        #expect(report.losses[.provider]?.first?.predicted.lost == 1_000)
        // The table as it is shown, from seed 1.
        #expect(
            Self.rows(report.sheet.tables[1]) == [
                "process | 1 container | seconds | out of memory | cell/eu-west-1 | 1 | 0 | 0 | 311 | 305 | 0 | 100.0 % | 930 ms",
                "container | 1 pod | seconds | crash loop | as process: a cell is one | - | - | - | - | - | - | - | -",
                "pod | 1 service | minutes | node drained | as process: a cell is one | - | - | - | - | - | - | - | -",
                "node | its pods | minutes | hardware | as provider: all is on one host here | - | - | - | - | - | - | - | -",
                "rack | part of a zone | minutes | switch | as zone: a topology knows none | - | - | - | - | - | - | - | -",
                "zone | part of a region | hours | power | zone/eu-west/b | 2 | 0 | 0 | 543 | 528 | 0 | 100.0 % | 930 ms",
                "region | part of the world | hours | fibre cut | region/us-west | 4 | 0 | 0 | 901 | 882 | 0 | 100.0 % | 930 ms",
                "geography | - | - | law, border | region/us-east,region/us-west | 8 | 0 | 0 | 901 | 882 | 0 | 100.0 % | 930 ms",
                "provider | everything | days | cloud outage | mesh | 12 | 1 000 | 978 | 0 | 0 | 0 | 27.5 % | 2.0 s",
            ])
    }

    @Test func wallsKeepWhatOnePoolDoesNot() throws {
        for seed in UInt64(1)...2 {
            let report = try Self.report("leaky", seeds: seed...seed)
            let (walled, leaky) = (report.pools[0], report.pools[1])
            #expect(
                (walled.isShared, walled.sizes, walled.struck, walled.predicted) == (false, [50, 30, 20], "small", 1))
            #expect((leaky.isShared, leaky.sizes, leaky.predicted) == (true, [100], 3))
            #expect(walled.hit == 1 && walled.othersFailed == 0, "\(walled)")
            #expect(leaky.hit == 3 && leaky.othersFailed ?? 0 > 0.3, "\(leaky)")
            #expect((walled.ownFailed ?? 0) > 0.5)
        }
    }

    @Test func domainsNestAndThoseThatATopologyDoesNotHaveAreNone() throws {
        let topology = try Self.topology("three-regions")
        let boundaries = FailureBoundaries(topology, Placement(topology), rate: 400)
        for seed in UInt64(1)...20 {
            let domains = boundaries.domains(seed: seed)
            #expect(domains.map(\.kind) == [.process, .zone, .region, .geography, .provider])
            for domain in domains {
                #expect(try boundaries.scenario(domain).actions.count == 1)
                #expect(!domain.cells.isEmpty)
            }
        }
        let small = try Self.topology("monolith")
        #expect(
            FailureBoundaries(small, Placement(small), rate: 400).domains(seed: 1).map(\.kind) == [.process, .provider])
    }
}
