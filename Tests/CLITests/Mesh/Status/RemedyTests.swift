import ControlPlane
import Evacuation
import Reports
import Testing

@testable import cellmesh

/// What is suggested next is what can be done now.
@Suite struct RemedyTests {
    private func status(
        _ state: String = "degraded", cells: [String: ProcessState] = [:], router: ProcessState = .serving,
        faults: [FaultReport]? = nil, evacuated: [String]? = nil, plan: EvacuationOutcome? = nil
    ) -> MeshStatus {
        let cells = cells.sorted { $0.key < $1.key }.map { StatusReport.Cell.sample($0.key, $0.value) }
        return MeshStatus(
            .sample(state, cells, router: router, faults: faults, evacuated: evacuated, plan: plan))
    }

    @Test func aMeshThatIsWholeNeedsNothing() {
        #expect(status("serving", cells: ["a": .serving, "b": .drained]).remedy == nil)
    }

    /// What `status --wait` waits for.
    @Test func theWordIsOfAllThatIsTold() {
        func told(_ state: String, _ word: FeedHeadline.Word?) -> MeshStatus {
            var report = status(state).report
            report.headline = word.map { FeedHeadline(word: $0, serving: 1, of: 2) }
            return MeshStatus(report)
        }
        #expect(told("serving", .serving).isIn("serving") && told("serving", nil).isIn("serving"))
        #expect(!told("serving", .degraded).isIn("serving") && told("serving", .degraded).isIn("degraded"))
        #expect(told("serving", .down).isIn("degraded") && told("degraded", .serving).isIn("degraded"))
        #expect(told("serving", .unknown).word == "starting" && told("degraded", .unknown).word == "degraded")
        #expect(told("starting", .serving).word == "starting" && told("stopping", .down).word == "stopping")
    }

    @Test func whatIsWrongLeadsToWhatHelps() {
        #expect(status("starting").remedy == "cellmesh status --wait 30s")
        #expect(status(cells: ["a": .serving, "b": .down]).remedy == "cellmesh restart b")
        #expect(status(cells: ["a": .paused]).remedy == "cellmesh resume a")
        #expect(status(cells: ["a": .serving], router: .down).remedy == "cellmesh restart router/r1")
        #expect(status(cells: ["a": .refilling]).remedy == "cellmesh status --wait 30s")
        #expect(status(cells: ["a": .unreachable]).remedy == "cellmesh why a")
        // A cell that is cut off is not to be asked why, but the cut to be healed.
        #expect(status(cells: ["a": .unreachable], faults: [.sample]).remedy == "cellmesh heal")
        #expect(status("serving", faults: [.sample]).remedy == "cellmesh heal")
    }

    @Test func aRegionThatWasLeftIsBroughtBackOnceItsCellsRun() {
        #expect(status("serving", cells: ["a": .evacuated], evacuated: ["us"]).remedy == "cellmesh restore us")
        #expect(status(cells: ["a": .down], evacuated: ["us"]).remedy == "cellmesh restart a")
    }

    /// Nobody misses a cell of a region that was left, or one that is not in use: it is not what helps. What keeps the
    /// region from being restored is what the restore itself says.
    @Test func aDeadCellThatNobodyMissesIsNotRestarted() {
        func document(_ region: String, _ state: ProcessState, evacuated: [String]) -> MeshStatus {
            MeshStatus(
                .sample(
                    "serving", [.sample("a", .serving), .sample("b", state, region: region, takes: false)],
                    evacuated: evacuated))
        }
        #expect(document("us", .evacuated, evacuated: ["us"]).remedy == "cellmesh restore us")
        #expect(document("us", .down, evacuated: ["us"]).remedy == "cellmesh restore us --dry-run")
        #expect(document("us", .paused, evacuated: ["us"]).remedy == "cellmesh restore us --dry-run")
        #expect(document("eu", .down, evacuated: []).remedy == nil)
        #expect(document("eu", .down, evacuated: ["us"]).remedy == "cellmesh restore us")
    }

    /// Nothing else can begin beside a plan, and cells may be down for it.
    @Test func aPlanIsWatchedOrResumed() {
        func remedy(_ plan: EvacuationOutcome) -> String? {
            status(cells: ["a": .down], evacuated: ["us"], plan: plan).remedy
        }
        #expect(remedy(.running) == "cellmesh evacuation status --watch")
        #expect(remedy(.paused) == "cellmesh evacuation resume")
    }

    @Test func upTakesTheMeshThatExistsAndNamesThemWhereThereAreSeveral() throws {
        let scratch = Scratch()
        let home = MeshHome(path: scratch.path)
        #expect(try UpCommand.existing(home) == nil)
        scratch.write("demo/version", "x")
        #expect(try UpCommand.existing(home) == "demo")
        scratch.write("three-regions/version", "x")
        do {
            _ = try UpCommand.existing(home)
            Issue.record("it cannot know which")
        } catch let failure as CommandFailure {
            #expect(failure.status == .usage && failure.message.contains("demo, three-regions"))
            #expect(failure.hint?.contains("--mesh") == true && failure.next == "cellmesh up --mesh demo --detach")
        }
    }
}
