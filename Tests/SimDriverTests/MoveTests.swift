import MeshBase
import Testing

@testable import SimDriver

/// Customers move while everything else goes wrong.
@Suite struct MoveTests {
    private func swarm() -> SimSwarm {
        var swarm = SimSwarm(topology: Meshes.small(), duration: .seconds(8), rate: 60)
        swarm.losesDisks = true
        swarm.movesCustomers = true
        return swarm
    }

    private func run(_ faults: [String], seconds: Int64 = 10, seed: UInt64 = 1) throws -> SimulationReport {
        try SimRun.run(
            Meshes.configuration(seed: seed, seconds: seconds, rate: 60, faults: faults.map { SimFault($0)! }))
    }

    @Test(arguments: Array(1...12) as [UInt64]) func allOraclesHold(_ seed: UInt64) throws {
        let report = try SimRun.run(swarm().configuration(seed: seed))
        let plan = swarm().plan(seed: seed).map { "\($0)" }.joined(separator: "\n")
        #expect(report.isOk, "\(report.complaint)\n\(plan)")
    }

    @Test func aSeedIsReplayedToTheLastEvent() throws {
        for seed in [2, 4] as [UInt64] {
            let report = try SimRun.checkDeterminism(swarm().configuration(seed: seed))
            #expect(report.verdict("determinism")?.ok == true, "\(report.complaint)")
        }
    }

    @Test func movesChangeNoOtherDraw() {
        let still = SimSwarm(topology: Meshes.small(), duration: .seconds(8), rate: 60)
        var moving = still
        moving.movesCustomers = true
        for seed in 1...40 as ClosedRange<UInt64> {
            let moves = moving.plan(seed: seed)
            #expect(still.plan(seed: seed).allSatisfy(moves.contains))
        }
        let all = (1...200 as ClosedRange<UInt64>).flatMap { moving.plan(seed: $0) }
        for verb in [
            "evacuate", "restore", "abort", "move", "unmove", "add-cell", "drain", "kill control", "pause control",
        ] {
            #expect(all.contains { $0.description.hasPrefix(verb) }, "\(verb)")
        }
        #expect(all.allSatisfy { $0.problem(in: Meshes.small(), duration: .seconds(8)) == nil })
    }

    /// Rows of a customer that was pinned into the region would stay there for ever.
    @Test func aPinnedCustomerLeavesTheRegion() throws {
        let report = try run(["move c3 0,1,2 @500ms", "evacuate r1 @3s"])
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.verdict("moves")?.detail.contains("1 completed") == true, "\(report.complaint)")
    }

    /// A pin that is under way into a region while that is left comes to its end, and leaves it.
    @Test(arguments: Array(stride(from: 1_500, through: 3_000, by: 250))) func aPinIntoTheRegionAsItIsLeft(
        _ milliseconds: Int
    ) throws {
        let report = try run(["evacuate r1 @500ms", "move c3 1,3,5 @\(milliseconds)ms"], seconds: 5)
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.verdict("moves")?.detail.contains("1 completed") == true, "\(report.complaint)")
    }

    /// The cohort came to the customer's cells later than the pin did: these took what they held for a stranger's, and all of
    /// them dropped it as the pin was taken away.
    @Test(arguments: [7_000, 8_900]) func whatAPinHeldStaysAsItGoes(at milliseconds: Int) throws {
        var swarm = SimSwarm(topology: Meshes.shipped("nine-cells"), duration: .milliseconds(9_083))
        swarm.movesCustomers = true
        var configuration = swarm.configuration(seed: 170)
        configuration.faults = [
            "move c28 6,7,8 @4757ms", "evacuate us-east @5388ms", "unmove c28 @\(milliseconds)ms",
        ].map { SimFault($0)! }
        let report = try SimRun.run(configuration)
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.verdict("moves")?.detail.contains("1 completed") == true, "\(report.complaint)")
    }

    /// What was taken back had nothing to take back: everybody was there already.
    @Test func aPlanWithoutWorkIsTakenBack() throws {
        let report = try run(["evacuate r1 @500ms", "evacuate r1 @6s", "abort @6200ms"])
        #expect(report.isOk, "\(report.complaint)")
        #expect(
            report.verdict("moves")?.detail.contains("2 plans: 1 completed, 1 taken back") == true,
            "\(report.complaint)")
    }

    /// The coordinator ends while a customer is on the way: nothing but the cells and the deciders knows of it.
    @Test(arguments: [1010, 1030, 1050, 1070, 1100, 1150]) func aPinUnderWayComesToItsEnd(_ milliseconds: Int) throws {
        let report = try run(["move c5 0,2,3 @1s", "kill control @\(milliseconds)ms for 2s"], seconds: 6)
        #expect(report.isOk, "\(report.complaint)")
    }

    /// Cells come into a region and go, while others die, and the coordinator with them.
    @Test(arguments: [
        ["add-cell r1 @500ms"], ["drain r1-2 @500ms"], ["add-cell r1 @500ms", "pause router-1 @600ms for 4s"],
        ["add-cell r1 @500ms", "kill r1-1 @1800ms for 3s", "drain r2-1 @7s"],
        ["add-cell r2 @500ms", "kill control @1650ms for 2s"], ["drain r1-1 @500ms", "kill r1-1 @800ms for 4s"],
        ["drain r1-1 @500ms", "add-cell r1 @7s"], ["add-cell r1 @500ms", "evacuate r1 @6s"],
    ])
    func cellsComeAndGo(_ faults: [String]) throws {
        let report = try run(faults, seconds: 12)
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.verdict("moves")?.detail.contains(" 0 completed") == false, "\(report.complaint)")
    }

    /// A cell that was added while the coordinator was dying is there, and idle: the next command takes it first.
    @Test func aCellThatWasAddedInVainIsTakenByTheNextCommand() throws {
        let report = try run(["add-cell r1 @500ms", "kill control @600ms for 3s", "add-cell r1 @6s"], seconds: 14)
        #expect(report.isOk, "\(report.complaint)")
        #expect(report.verdict("moves")?.detail.contains("1 plans: 1 completed") == true, "\(report.complaint)")
    }

    /// A region is dead and one cell elsewhere with it: who has one cell left stays, and everybody else moves; with the cells
    /// back and the region restored nobody is held any more.
    /// The first time they are known to be dead as it begins, the second time not yet.
    @Test(arguments: [3_000, 800]) func whoHasNoMajorityIsHeldBackAndTheOthersMove(_ milliseconds: Int) throws {
        let dead = ["r1-1", "r1-2", "r3-2"].map { "kill \($0) @500ms for 20s" }
        let away = try run(dead + ["evacuate r1 @\(milliseconds)ms"], seconds: 20)
        #expect(away.isOk, "\(away.complaint)")
        let detail = try #require(away.verdict("moves")?.detail)
        #expect(detail.contains("1 plans: 1 completed"), "\(detail)")
        let held = try #require(detail.firstMatch(of: /(\d+) customers held back/).flatMap { Int($0.1) })
        #expect(held > 5 && held < 35, "\(detail)")
        let back = try run(dead + ["evacuate r1 @\(milliseconds)ms", "restore r1 @22s"], seconds: 28)
        #expect(back.isOk, "\(back.complaint)")
        #expect(
            back.verdict("moves")?.detail.contains("2 plans: 2 completed") == true
                && back.verdict("moves")?.detail.hasSuffix(" 0 customers held back") == true, "\(back.complaint)")
    }

    /// As above, and what only the dead cells have of those customers is given up: nobody is left behind, and who has
    /// lost nothing loses nothing. Cells that were given up return, and drop what they have.
    @Test(arguments: [3_000, 800]) func whatDeadCellsHoldIsGivenUp(_ milliseconds: Int) throws {
        let dead = ["r1-1", "r1-2", "r3-2"].map { "kill \($0) @500ms for 20s" }
        let away = try run(dead + ["evacuate-with-loss r1 @\(milliseconds)ms"], seconds: 26)
        #expect(away.isOk, "\(away.complaint)")
        let detail = try #require(away.verdict("moves")?.detail)
        #expect(detail.contains("1 plans: 1 completed") && detail.hasSuffix(" 0 customers held back"), "\(detail)")
        #expect(away.verdict("acknowledged-writes")?.detail.contains("given up") == true, "\(away.complaint)")
        #expect(away.verdict("isolation")?.ok == true)
    }

    /// One who was held back goes home once its cells are given up, though they never come back.
    @Test func whoWasHeldBackIsGivenUpLater() throws {
        let dead = ["r1-1", "r1-2", "r3-2"].map { "kill \($0) @500ms for 40s" }
        let held = try run(dead + ["evacuate r1 @3s"], seconds: 20)
        let before = try #require(held.verdict("moves")?.detail.firstMatch(of: /(\d+) customers held back/)?.1)
        let commands = (1...Meshes.small().customers.count).map { "give-up c\($0) @22s" }
        let after = try run(dead + ["evacuate r1 @3s"] + commands, seconds: 30)
        #expect(Int(before)! > 0 && after.isOk, "\(after.complaint)")
        #expect(after.verdict("moves")?.detail.hasSuffix(" 0 customers held back") == true, "\(after.complaint)")
    }

    /// Where enough of the cohort's own customers was read, one of the cohort who moves by hand was taken for read as well:
    /// two epochs had their quorums (seed 708 of a swarm).
    @Test func whoMovesByHandIsReadFromAMajorityToo() throws {
        var swarm = SimSwarm(topology: Meshes.shipped("nine-cells"), duration: .milliseconds(3_322), rate: 100)
        swarm.losesDisks = true
        swarm.movesCustomers = true
        var configuration = swarm.configuration(seed: 708)
        configuration.faults = [
            "kill eu-west-1 @1257ms for 1965ms", "kill us-east-3 @2370ms for 32ms", "move c24 1,0 @2375ms",
        ].map { SimFault($0)! }
        let report = try SimRun.run(configuration)
        #expect(report.isOk, "\(report.complaint)")
    }

    /// Deciders that lost their disks are replaced one by one: in the end none of the first is left.
    @Test func decidersWithoutTheirDisksAreReplaced() throws {
        let losses = ["r1-1", "r2-1", "r3-1", "r1-2"].enumerated().map {
            "lose-disk \($0.element) @\($0.offset * 6 + 1)s for 300ms"
        }
        let report = try run(losses + ["evacuate r2 @26s"], seconds: 30)
        #expect(report.isOk, "\(report.complaint)")
        // A disk is spared where a majority of the deciders would go with it: all are lost because each was replaced.
        #expect(report.faultsFired == 5, "a decider was not replaced in time")
        #expect(report.verdict("moves")?.detail.contains("1 completed") == true, "\(report.complaint)")
    }
}
