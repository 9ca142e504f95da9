import Consensus
import Evacuation
import MeshBase
import Sharding

/// How far one change that a coordinator proposes has come: what a crash may leave behind differs between these.
package struct CoordinatorStep: Sendable, Hashable, CustomStringConvertible {
    package enum Moment: String, Sendable, CaseIterable {
        /// What is to be decided was chosen, and no decider was asked to accept it.
        case begun
        /// A majority has accepted it, and the coordinator has told nobody.
        case decided
        /// It is the coordinator's too, and told to whoever can be reached in the same turn.
        case recorded
    }

    package var moment: Moment
    package var decree: DecreeName
    /// What it does to the decree: `begin`, `switch`, `release` and so on.
    package var change: String

    package var description: String {
        switch decree {
        case .cohort(let cohort): "\(change) of cohort \(cohort) \(moment.rawValue)"
        case .plan, .cell: "\(change) \(moment.rawValue)"
        case .deciders: "\(change) of who decides \(moment.rawValue)"
        }
    }
}

extension CoordinatorJob.Purpose {
    /// In words, for a step.
    var name: String {
        switch self {
        case .readPlan, .readEntry: "read"
        case .beginPlan: "plan"
        case .changePlan(_, .pause): "pause of the plan"
        case .changePlan(_, .reverse): "reverse of the plan"
        case .changePlan(_, .release): "release of the plan"
        case .changePlan(_, .end): "end of the plan"
        case .entry(_, _, .begin): "begin"
        case .entry(_, _, .step(let step)): step.rawValue
        case .entry(_, _, .pin): "pin"
        case .entry(_, _, .unpin): "unpin"
        case .entry(_, _, .pinStep(_, let step)): "pin's \(step.rawValue)"
        case .entry(_, _, .giveUp): "give up"
        case .entry(_, _, .hold): "hold"
        case .entry(_, _, .sweep): "sweep"
        case .deciders: "renewal"
        }
    }
}
