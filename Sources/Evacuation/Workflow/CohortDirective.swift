import MeshBase
import Sharding

/// What a coordinator has to do with one cohort next: a function of its entry and the plan, and of nothing that anybody
/// has to remember. Whoever resumes, and two at once, come to the same.
public enum CohortDirective: Sendable, Equatable {
    /// Nothing: it is where it should be.
    case rest
    /// Its stage has not come.
    case wait
    /// Decide that these cells shall take its customers.
    case begin(Eligibility)
    /// Decide this step as soon as the cells are filled for it.
    case whenFilled(MoveStep)
    /// Decide this step now.
    case now(MoveStep)
    /// Decide this step as soon as every live cell is filled and all was verified.
    case whenVerified(MoveStep)

    /// - Parameters:
    ///   - mayBegin: its stage has come, and the plan is not paused.
    public init(_ entry: PlacementEntry, plan: PlanDecree?, mayBegin: Bool) {
        guard let plan else {
            // No open plan explains a move: one that has only begun is taken back. One that has switched is brought to its
            // end, since nothing says any more which of its sides was the first.
            switch entry.state {
            case .stable: self = .rest
            case .joint: self = .now(.abort)
            case .new: self = .whenVerified(.release)
            }
            return
        }
        switch (plan.state, entry.state) {
        case (.moving, .stable(let side)):
            self = plan.isTarget(side) ? .rest : mayBegin ? .begin(plan.target(from: side.eligibility)) : .wait
        case (.moving, .joint(_, let new)), (.releasing, .joint(_, let new)):
            self = plan.isTarget(new) ? .whenFilled(.switchOver) : .now(.abort)
        case (.moving, .new(let side, _)):
            self = plan.isTarget(side) ? .rest : .now(.reverse)
        case (.releasing, .new(let side, _)):
            self = plan.isTarget(side) ? .whenVerified(.release) : .now(.reverse)
        case (.releasing, .stable), (.reversing, .stable): self = .rest
        case (.reversing, .joint(let old, let new)):
            // Forward: the side in force is where it was. Backward: the move back is under way.
            self = plan.isTarget(new) && !plan.isTarget(old) ? .now(.abort) : .whenFilled(.switchOver)
        case (.reversing, .new(let side, _)):
            self = plan.isTarget(side) ? .now(.reverse) : .whenVerified(.release)
        }
    }

    /// What a pin under way needs: pins are carried to their end whatever plan is open.
    public init(_ pin: PlacementEntry.Pin) {
        switch pin.state {
        case .stable: self = .rest
        case .joint: self = .whenFilled(.switchOver)
        case .new: self = .whenVerified(.release)
        }
    }
}
