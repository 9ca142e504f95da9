import Drills
import Evacuation
import MeshBase
import Reports
import Sharding
import Store
import Telemetry
import Testing
import Topology
import UVDriver

@testable import ControlPlane

/// The report that a plan leaves, whoever has begun it.
@Suite struct PlanReportTests {
    private let scratch: Scratch
    private let mesh: DataDirectory
    private let begun: Int64 = 1_772_366_400_000_000_000

    init() throws {
        scratch = try Scratch()
        mesh = try scratch.mesh()
    }

    private func decree(_ kind: EvacuationPlan.Kind, _ cells: [CellIndex] = []) -> PlanDecree {
        PlanDecree(id: 7, kind: kind, region: 1, cells: cells, percents: [100], watch: .zero, began: begun)
    }

    private func evacuation(_ outcome: EvacuationOutcome) throws -> EvacuationReport {
        let plan = try EvacuationPlan(
            Sample.topology, region: 1, cells: [], id: 7, kind: .evacuate, cohorts: 64, percents: [100])
        var report = EvacuationReport(plan: plan, outcome: outcome)
        report.customersMoved = 12
        return report
    }

    private func run(_ ended: Int64 = 5) -> MeshReporter.Run {
        ControlPlane.run(of: decree(.evacuate), Sample.topology, ended: begun + ended * 1_000_000_000)
    }

    @Test func aPlanLeavesAReportWithWhatHappenedMeanwhile() throws {
        let journal = try scratch.journal(mesh)
        for (second, action) in [(-5, "ready"), (0, "began"), (4, "completed")] {
            try journal.append(
                JournalEvent(
                    TelemetryEvent(
                        time: begun + Int64(second) * 1_000_000_000, type: "evacuation", action: action, id: "us",
                        attributes: [])))
        }
        let found = try evacuation(.completed)
        #expect(ControlPlane.keep(found, run(), MeshReporter(mesh)) == nil)
        let store = ReportStore(mesh)
        let id = try #require(store.find("evacuation"))
        let report = try #require(store.report(id))
        #expect(report.title == "evacuation of us" && report.outcome == .passed && report.durationMilliseconds == 5_000)
        #expect(report.command == "cellmesh evacuate us --confirm us")
        #expect(report.incidents.map(\.subjects) == [["us"]] && report.incidents[0].recovery == 4_000)
        let kept = try #require(store.file("evacuation.json", of: id))
        #expect(ReportJSON.decode(EvacuationReport.self, kept) == found)
        #expect(store.file("report.html", of: id) != nil && store.file("topology.yaml", of: id) != nil)
        // One that was taken back leaves one too.
        #expect(ControlPlane.keep(try evacuation(.aborted), run(), MeshReporter(mesh)) == nil)
        #expect(store.ids.count == 2 && store.report(store.ids[0])?.outcome == .deviated)
    }

    @Test func aFullDiskIsAReasonAndLeavesNothing() throws {
        var store = ReportStore(mesh)
        store.write = { path, _ in throw FileFailure(operation: "write", path: path, code: 28) }
        let reason = ControlPlane.keep(try evacuation(.completed), run(), MeshReporter(mesh, store: store))
        #expect(reason?.contains("No space left") == true, "\(reason ?? "nil")")
        #expect(ReportStore(mesh).ids.isEmpty)
    }

    @Test func whatWasRunIsToldAsWhoeverRunsItAgainWritesIt() {
        func words(_ kind: EvacuationPlan.Kind, _ cells: [CellIndex] = []) -> [String] {
            let run = ControlPlane.run(of: decree(kind, cells), Sample.topology, ended: 0)
            #expect(run.ended == begun)
            return ["\(run.kind)", run.title, run.command]
        }
        #expect(words(.restore) == ["restore", "restore of us", "cellmesh restore us"])
        #expect(
            words(.drain, [CellIndex(2), CellIndex(3)])
                == ["cells", "drain of us-1, us-2", "cellmesh cell drain us-1 us-2"])
        #expect(words(.add, [CellIndex(3)]) == ["cells", "move to us-2, further in us", "cellmesh cell add us"])
        var forced = decree(.evacuate)
        forced.acceptsLoss = true
        #expect(ControlPlane.run(of: forced, Sample.topology, ended: 0).command.hasSuffix("--accept-loss"))
    }
}
