import MeshBase
import Reports

/// What a rollout changes, in which order and by which stages.
package struct RolloutPlan: Codable, Sendable, Equatable {
    /// A cell that gets the new blueprint.
    package struct Cell: Codable, Sendable, Equatable {
        /// Its name.
        package var name: String
        /// The name of its region: cells are compared with those of the same region, where there are any.
        package var region: String
        /// The version that it has.
        package var version: Int

        /// One cell.
        package init(_ name: String, region: String, version: Int) {
            self.name = name
            self.region = region
            self.version = version
        }
    }

    /// What a stage adds.
    package struct Step: Sendable, Equatable {
        /// Percent of the cells, as asked for.
        package var percent: Int
        /// Cells, and behind those of the last step routers.
        package var changes: [String]
    }

    /// Percent of the cells that are changed after each stage, unless told.
    package static let usualStages = [5, 25, 50, 75, 100]
    /// How long the first stage is watched, unless told.
    package static let usualWatch = TimeAmount.seconds(10)
    /// Between two stages, unless told.
    package static let usualWait = TimeAmount.seconds(2)
    /// An undecided stage is watched so many times as long, at most.
    package static let longest = 4

    /// The name of the blueprint that is replaced.
    package var blueprint: String
    /// The version that is rolled out.
    package var version: Int
    /// Where it was read from, for people.
    package var source: String
    /// In the order in which they are changed, at least one.
    package let cells: [Cell]
    /// Routers that are restarted with the last cells; empty where they go by nothing that changes.
    package var routers: [String]
    /// Rising to 100.
    package var stages: [Int]
    /// How long the first stage is watched; the n-th is watched n times as long.
    package var watch: TimeAmount
    /// Between two stages.
    package var wait: TimeAmount
    /// What becomes of a stage that is left undecided.
    package var undecided: RolloutOrder.Undecided

    /// - Parameter cells: in the order of the topology; they are changed in turn by region, so that each stage touches as many
    ///   regions as it can.
    package init(
        blueprint: String, version: Int, source: String, cells: [Cell], routers: [String] = [],
        stages: [Int] = RolloutPlan.usualStages, watch: TimeAmount = RolloutPlan.usualWatch,
        wait: TimeAmount = RolloutPlan.usualWait, undecided: RolloutOrder.Undecided = .rollback
    ) {
        self.blueprint = blueprint
        self.version = version
        self.source = source
        self.routers = routers
        self.stages = stages
        self.watch = watch
        self.wait = wait
        self.undecided = undecided
        var seen: [String: Int] = [:]
        let ranked = cells.enumerated().map { position, cell in
            defer { seen[cell.region, default: 0] += 1 }
            return (rank: seen[cell.region] ?? 0, position: position, cell: cell)
        }
        self.cells = ranked.sorted { ($0.rank, $0.position) < ($1.rank, $1.position) }.map(\.cell)
    }

    /// Those that change something: each at least one cell.
    package var steps: [Step] {
        var steps: [Step] = []
        var changed = 0
        for percent in stages {
            let upTo = percent >= 100 ? cells.count : max(1, cells.count * percent / 100)
            guard upTo > changed else { continue }
            steps.append(Step(percent: percent, changes: cells[changed..<upTo].map(\.name)))
            changed = upTo
        }
        if !steps.isEmpty { steps[steps.count - 1].changes += routers }
        return steps
    }

    /// How long a stage is watched, 0 for the first.
    package func watch(ofStage stage: Int) -> TimeAmount { watch * Int64(stage + 1) }
}
