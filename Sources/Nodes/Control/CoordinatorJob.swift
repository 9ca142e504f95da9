import Consensus
import Evacuation
import MeshBase
import Sharding

/// One change of one decree that a coordinator is working on.
struct CoordinatorJob {
    /// What it is for; what to propose is a function of this and of the value found.
    enum Purpose: Equatable {
        /// What the deciders say of the plan.
        case readPlan
        /// The plan is to be this one; only where none is open.
        case beginPlan(PlanDecree)
        /// The open plan of this id is to be changed.
        case changePlan(id: UInt64, PlanChange)
        /// A cohort's entry, as long as it has this version.
        case entry(cohort: Int, version: UInt64, EntryChange)
        /// What the deciders say of a cohort.
        case readEntry(Int)
        /// A decree is decided once more, or the deciders change; see `DeciderChange`.
        case deciders
    }
    enum PlanChange: Equatable {
        case pause(Bool)
        case reverse(isAborted: Bool)
        case release
        case end
    }
    /// Where customers go of whom something is given up.
    enum Destination: Equatable {
        /// Pinned to these cells.
        case cells(Shard)
        /// To the cells that their cohort has.
        case cohort
        /// To those that it is about to have; it moves first.
        case cohortAfter(Eligibility)
    }
    enum EntryChange: Equatable {
        case begin(Eligibility)
        case step(MoveStep)
        case pin(CustomerHash, to: Shard, home: Shard)
        case unpin(CustomerHash)
        case pinStep(CustomerHash, MoveStep)
        /// What only these cells hold of these customers is given up.
        case giveUp([CustomerHash], lost: [CellIndex], to: Destination)
        /// These customers stay where they are, for want of a majority.
        case hold([CustomerHash])
        /// Tombstones are to be dropped in the epoch that this begins.
        case sweep
    }

    let purpose: Purpose
    var change: CASChange
    /// When the answers count as missing, or when the next round begins.
    var until: Instant
    var isResting = false
    /// Until then it waits for links to a quorum; nil where it has not had to wait.
    var patience: Instant?
}

extension CoordinatorJob.Purpose {
    var decree: DecreeName {
        switch self {
        case .readPlan, .beginPlan, .changePlan: .plan
        case .entry(let cohort, _, _), .readEntry(let cohort): .cohort(cohort)
        case .deciders: .deciders
        }
    }
}

/// What a command to a coordinator has come to.
package enum CoordinatorAnswer: Sendable, Equatable {
    /// It was decided.
    case done
    /// Another plan is open.
    case planOpen(PlanDecree)
    /// There is no plan that this could change, or it has gone too far.
    case noPlan(String)
    /// The entry is not in a state from which this leads on.
    case refused(String)
    /// The deciders could not be asked, or did not agree in time; it may be decided all the same where `isUncertain`.
    case undecided(String, isUncertain: Bool)
}

/// What happened to a plan, for the log and the journal.
package enum CoordinatorEvent: Sendable, Equatable {
    case planBegan(PlanDecree)
    case planChanged(PlanDecree)
    /// - Parameter completed: it was not taken back.
    case planEnded(PlanDecree, completed: Bool)
    case stageBegan(percent: Int, cohorts: Int)
    case stageEnded(percent: Int, EvacuationGate.Verdict, requests: UInt64)
    case entryDecided(cohort: Int, version: UInt64, phase: UnitPhase)
    /// The new cells of a cohort hold what they need, so that it is switched.
    case cohortFilled(cohort: Int)
    case decidersReplaced([CellIndex])
    /// What only these cells had of these customers of a cohort was given up.
    case givenUp(cohort: Int, customers: [CustomerHash], lost: [CellIndex])
    /// Something does not go on; told once.
    case stalled(String)
}
