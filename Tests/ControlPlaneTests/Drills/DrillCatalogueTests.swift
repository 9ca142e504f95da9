import Blueprints
import Drills
import MeshBase
import Reports
import Scenarios
import Testing
import Topology

@testable import ControlPlane

@Suite struct DrillCatalogueTests {
    private static let kill = DrillCatalogue.all.first { $0.name == "kill-cell" }!

    private func topology(shard size: Int = 1) throws -> MeshTopology {
        let result = MeshFiles.load(
            yaml: """
                mesh: alone
                blueprint: shop
                blueprints:
                  - {cell: shop, services: [{name: pay}], store: {}}
                regions: [{name: a, cells: 3}]
                customers: {count: 10}
                sharding: {size: \(size), spread: cell}
                """, named: "alone.yaml"
        ) { _ in .failure(Blueprints.FileFailure(code: .fileMissing, message: "none")) }
        return try #require(result.topology, "\(result.rendered())")
    }

    /// Newest first.
    private func runs(_ ends: [(outcome: DrillOutcome, topology: String?)]) -> [DrillReport] {
        ends.enumerated().map { place, end in
            var report = DrillReport(
                id: "2026030\(9 - place)-120000000-evacuation", drill: "evacuation", mesh: "m", target: nil,
                began: "2026-03-0\(9 - place)T12:00:00.000Z", command: "")
            report.claims = [.count("lost", end.outcome == .deviated ? 1 : 0)]
            (report.outcome, report.exposed) = (end.outcome, true)
            report.conclusive = end.outcome == .passed || end.outcome == .deviated
            report.topology = end.topology
            return report
        }
    }

    @Test func aDrillStandsAsItsNewestRunSaysThatSaysSomething() {
        func standing(_ ends: [(outcome: DrillOutcome, topology: String?)]) -> DrillStanding {
            DrillStanding(runs(ends), topology: "a")
        }
        #expect(standing([]) == .never)
        #expect(standing([(.passed, "a")]) == .passed)
        #expect(standing([(.passed, "b")]) == .expired)
        // An older report does not say of what mesh it is.
        #expect(standing([(.passed, nil)]) == .expired)
        #expect(standing([(.deviated, "a"), (.passed, "a")]) == .failed)
        #expect(standing([(.error, "b")]) == .failed)
        // Nothing was found out.
        #expect(standing([(.interrupted, "a"), (.baselineNotMet, "a"), (.passed, "a")]) == .passed)
        #expect(standing([(.interrupted, "a")]) == .never)
    }

    @Test func theScoreIsTheMeanOverTheDrillsThatSuitTheMesh() throws {
        let topology = try topology()
        let evacuation = try #require(DrillCatalogue.all.first { $0.name == "region-evacuation" })
        let rows = [
            DrillCatalogue.row(Self.kill, runs([(.passed, "a")]), topology, "a", now: 0),
            DrillCatalogue.row(Self.kill, runs([(.passed, "b")]), topology, "a", now: 0),
            DrillCatalogue.row(Self.kill, runs([(.deviated, "a")]), topology, "a", now: 0),
            DrillCatalogue.row(Self.kill, [], topology, "a", now: 0),
            // One region cannot be left.
            DrillCatalogue.row(evacuation, runs([(.passed, "a")]), topology, "a", now: 0),
        ]
        let score = DrillScoreReport(mesh: "m", DrillsReport(drills: rows, reports: []))
        #expect(score.drills.map(\.points) == [100, 75, 0, 0])
        #expect(score.score == 43.75)
        #expect(score.unsuited.map(\.name) == ["region-evacuation"])
        #expect(rows[1].last?.expired == true && rows[0].last?.expired == false && rows[3].last == nil)
        #expect(DrillStanding.inconclusive.points == 50)
        #expect(DrillScoreReport(mesh: "m", DrillsReport(drills: [], reports: [])).score == nil)
    }

    @Test func whatAMeshLacksIsSaid() throws {
        let topology = try topology()
        let why = Dictionary(
            uniqueKeysWithValues: DrillCatalogue.all.map { ($0.name, $0.misfit(topology)) })
        #expect(why["kill-cell"] == .some(nil))
        #expect(why["poison-customer"]??.contains("no poison customer") == true)
        #expect(why["region-evacuation"]??.contains("{remote}") == true)
        #expect(why["partition"]??.contains("in one region") == true)
        // A name means one drill.
        #expect(DrillCatalogue.all.count == Set(DrillCatalogue.all.map(\.name)).count)
    }

    /// A digest is of all that is written, and of nothing that comes and goes with a launch.
    @Test func theDigestOfAMeshChangesWithItsTopologyAlone() throws {
        let first = MeshReporter.digest(of: try topology())
        #expect(first == MeshReporter.digest(of: try topology()))
        #expect(first != MeshReporter.digest(of: try topology(shard: 2)))
    }
}
