import Evacuation
import MeshBase
import Testing

@testable import Nodes
@testable import SimDriver

/// A plan that does not go on says for whom it waits and what can be done, long before it counts as stalled.
@Suite struct WaitTests {
    /// A mesh with its faults, and what its control plane says.
    private final class Run {
        let simulation: Simulation
        private var guardian = SimGuardian(eventLimit: 40_000_000) { _ in true }

        init(_ faults: [String], seconds: Int64 = 200) throws {
            simulation = try Simulation(
                Meshes.configuration(
                    seed: 1, seconds: seconds, rate: 20, faults: try faults.map { try #require(SimFault($0)) }))
            simulation.boot()
            #expect(simulation.run(atMost: .seconds(30), &guardian, until: { $0.isWhole }) == true)
            simulation.clients.begin(until: simulation.now + .seconds(seconds))
            simulation.scheduleFaults()
        }
        deinit { simulation.dispose() }

        var coordinator: Coordinator? { simulation.control?.coordinator }
        var waits: String { coordinator?.waits(now: simulation.now) ?? "" }
        var plan: PlanDecree? { coordinator?.plan ?? nil }
        /// A plan was begun, and has ended.
        var isOver: Bool { coordinator?.ended != nil && coordinator?.plan == .some(nil) }

        func comes(_ seconds: Int64, _ condition: () -> Bool) -> Bool {
            simulation.run(atMost: .seconds(seconds), &guardian, until: { _ in condition() }) == true
        }
        func pass(_ seconds: Int64) { #expect(simulation.run(until: simulation.now + .seconds(seconds), &guardian)) }
        func disk(_ cell: String) -> SimDisk? { simulation.machines.first { $0.name == cell }?.disk }
    }

    /// It lives and is not heard: what it holds was not compared, so nothing is released.
    @Test func aCellThatTheControlPlaneDoesNotReach() throws {
        let run = try Run(["partition r2-1 <> control @500ms for 25s", "evacuate r1 @1s"])
        #expect(run.comes(15) { run.waits.contains("r2-1 (alive, and the control plane has no link to it") })
        // The plan is read every two seconds, and that is no progress.
        run.pass(3)
        #expect(run.waits.contains("r2-1 (alive"), "\(run.waits)")
        #expect(run.comes(60) { run.isOver })
        #expect(run.coordinator?.ended?.completed == true && run.waits.isEmpty)
    }

    /// It is on both sides, so that its rows are compared whichever way the plan goes.
    @Test func aFullDisk() throws {
        let run = try Run(["fill-disk r2-1 @500ms for 40s", "evacuate r1 @1s"])
        #expect(run.comes(15) { run.waits.contains("r2-1 (disk full: free space, or stop the cell)") })
        let text = run.waits
        #expect(text.contains(", for ") && !text.contains("r3"), "\(text)")
        #expect(run.comes(120) { run.isOver })
        #expect(run.coordinator?.ended?.completed == true && run.waits.isEmpty)
    }

    /// What is taken back waits for it as well, says so, and ends without it once it is stopped.
    @Test func anAbortWithAFullDisk() throws {
        let run = try Run([
            "fill-disk r2-1 @500ms for 190s", "evacuate r1 @1s", "abort @12s", "kill r2-1 @45s for 100s",
        ])
        #expect(run.comes(20) { run.plan?.state == .reversing })
        #expect(run.comes(20) { run.waits.contains("r2-1 (disk full: free space, or stop the cell)") }, "\(run.waits)")
        #expect(run.comes(160) { run.isOver })
        #expect(run.coordinator?.ended?.completed == false)
    }

    /// Who is on the side alone that is given up holds nothing up for good: what it has is not needed.
    @Test func anAbortOfARestoreWithAFullTarget() throws {
        let run = try Run(["evacuate r1 @1s", "fill-disk r1-1 @19s for 170s", "restore r1 @20s", "abort @32s"])
        #expect(run.comes(19) { run.isOver })
        #expect(run.comes(19) { run.plan?.state == .moving })
        #expect(run.comes(19) { run.plan?.state == .reversing })
        #expect(run.comes(160) { run.plan == nil })
        #expect(run.coordinator?.ended?.completed == false)
    }

    /// Of each shard one may be dead: it is not waited for, and so it is not named.
    @Test func aDeadCellIsNotNamedWhereAMajorityLives() throws {
        let run = try Run(["kill r2-1 @500ms for 100s", "evacuate r1 @3s"])
        var named = ""
        #expect(
            run.comes(60) {
                if run.waits.contains("r2-1") { named = run.waits }
                return run.isOver
            })
        #expect(named.isEmpty && run.coordinator?.ended?.completed == true, "\(named)")
    }

    /// Without a majority of the deciders nothing is decided at all.
    @Test func decidersThatAreDown() throws {
        let run = try Run([
            "evacuate r1 @1s", "kill r2-1 @1100ms for 30s", "kill r3-1 @1100ms for 30s", "kill r1-1 @1100ms for 30s",
        ])
        #expect(
            run.comes(20) {
                run.waits.contains("deciders") && run.waits.contains("r2-1") && run.waits.contains("start again")
            })
        #expect(run.comes(100) { run.isOver })
    }

    /// All customers have gone, and one of the cells that they left cannot drop what it has of them.
    @Test func aCellThatWasLeftAndHoldsRows() throws {
        let run = try Run(["evacuate r1 @1s"])
        #expect(run.comes(30) { run.plan?.state == .releasing })
        run.disk("r1-1")?.isFull = true
        #expect(run.comes(15) { run.waits.contains("r1-1 (disk full: free space, or stop the cell)") }, "\(run.waits)")
        run.disk("r1-1")?.isFull = false
        #expect(run.comes(30) { run.isOver })
        #expect(run.coordinator?.ended?.completed == true && run.waits.isEmpty)
    }
}
