import Sharding

/// Why no plan can be made of what was asked for; nothing was changed.
public enum EvacuationPlanFault: Error, Equatable, Sendable {
    /// The topology has no region at this position.
    case noSuchRegion(Int)
    /// Cohorts are 1 to `PlacementTable.maximumCohortCount`.
    case badCohortCount(Int)
    /// No stage is named.
    case noStages
    /// What stands between two commas is no whole number.
    case notANumber(String)
    /// A stage is a percentage of 1 to 100.
    case badPercent(Int)
    /// The second of two neighbours is not above the first.
    case stagesDoNotRise(Int, Int)
    /// The last stage leaves customers behind.
    case lastStageLeaves(Int)
}

extension EvacuationPlanFault: CustomStringConvertible {
    public var description: String {
        let hint = "give percentages that rise and end with 100, as in 5,25,50,75,95,100"
        return switch self {
        case .noSuchRegion(let position): "the topology has no region number \(position)"
        case .badCohortCount(let count):
            "\(count) cohorts: a mesh has 1 to \(PlacementTable.maximumCohortCount) of them"
        case .noStages: "no stage is named: \(hint)"
        case .notANumber(let text): "the stage '\(text)' is no whole number: \(hint)"
        case .badPercent(let percent): "a stage of \(percent) %: \(hint)"
        case .stagesDoNotRise(let first, let second): "a stage of \(second) % after one of \(first) %: \(hint)"
        case .lastStageLeaves(let percent): "the last stage moves \(percent) % only: \(hint)"
        }
    }
}
