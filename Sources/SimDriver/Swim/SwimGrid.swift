import Membership
import MeshBase

/// The starved-node experiment over a grid of sizes, losses, shares of starved members and arms.
package struct SwimGrid: Sendable {
    package var members = [50, 200]
    package var losses = [0.01, 0.05]
    package var starved = [0.0, 0.10]
    package var arms = [SwimArm.lifeguard, .plain]
    /// Runs of each cell of the grid, with the seeds `firstSeed`...; an arm meets the same seeds as the others.
    package var seeds = 20
    package var firstSeed: UInt64 = 1
    package var duration = TimeAmount.seconds(120)
    /// Of one member, in every run.
    package var fault: SwimFault?
    package var swim = SWIMConfiguration.lan

    package init() {}

    /// A mesh above this size is not small: one run of it says what many of small ones say, and takes as long.
    package static let mostSmall = 1_000

    /// What is simulated of these sizes where nothing else is asked for: the comparison, or, where none of them is small,
    /// one run of Lifeguard each, without loss and without starved members.
    package init(members: [Int]) {
        self.members = members
        guard !members.isEmpty, members.allSatisfy({ $0 > Self.mostSmall }) else { return }
        losses = [0]
        starved = [0]
        arms = [.lifeguard]
        seeds = 1
    }

    /// What is simulated of these sizes under a fault where nothing else is asked for: Lifeguard, and nothing else wrong.
    package init(members: [Int], fault: SwimFault) {
        self.init(members: members)
        losses = [0]
        starved = [0]
        arms = [.lifeguard]
        self.fault = fault
        duration = fault.end + SwimFault.rest
    }

    /// One cell of the grid.
    package struct Cell: Sendable, Hashable {
        package var members: Int
        package var loss: Double
        package var starved: Double
        package var arm: SwimArm
    }

    package var cells: [Cell] {
        members.flatMap { members in
            losses.flatMap { loss in
                starved.flatMap { starved in
                    arms.map { Cell(members: members, loss: loss, starved: starved, arm: $0) }
                }
            }
        }
    }

    /// How many runs there are.
    package var runs: Int { members.count * losses.count * starved.count * arms.count * seeds }

    /// Runs are numbered cell by cell; each is independent of the others, so that they may be made at the same time.
    package func trial(_ run: Int) -> SwimTrial {
        let cell = cells[run / seeds]
        var trial = SwimTrial(
            members: cell.members, loss: cell.loss, starved: cell.starved, swim: cell.arm.configuration(swim),
            seed: firstSeed &+ UInt64(run % seeds))
        trial.duration = duration
        trial.fault = fault
        // In the middle: at 60 of 120 s.
        trial.crashAt = duration / 2
        return trial
    }

    /// Why this cannot be run, in words; nil when it can.
    package var problem: String? {
        if seeds < 1 || seeds > 100_000 { return "a cell of the grid has 1 to 100 000 runs" }
        if members.isEmpty || losses.isEmpty || starved.isEmpty || arms.isEmpty { return "the grid has no cells" }
        if cells.count > 10_000 { return "the grid has more than 10 000 cells" }
        if Set(arms).count != arms.count { return "an arm is named twice" }
        for cell in cells.indices {
            if let problem = trial(cell * seeds).problem { return problem }
        }
        return nil
    }
}
