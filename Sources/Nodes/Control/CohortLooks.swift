import Evacuation
import MeshBase
import Sharding

/// What a coordinator has to know of each cohort again and again: a function of its entry and the plan, looked at anew
/// when one of them has changed.
struct CohortLooks {
    struct Look {
        let phase: UnitPhase
        /// The side in force, and the side that is aimed at, is one that the plan leads to.
        let isThere: Bool
        let leadsThere: Bool
        let isStable: Bool
        let hasPins: Bool
        /// With its stage come.
        let directive: CohortDirective
    }

    private(set) var all: [Look] = []
    /// In the order of the plan's stages; empty without a plan.
    private(set) var stages: EvacuationStages?
    /// The place of each cohort in that order.
    private(set) var ranks: [Int] = []
    private(set) var isAnyMoving = false
    private var digest: UInt64?
    private var plan: PlanDecree?

    /// Whether anything is another now.
    mutating func refresh(_ ledger: PlacementLedger, _ plan: PlanDecree?) -> Bool {
        guard digest != ledger.digest || self.plan != plan else { return false }
        if stages == nil || self.plan?.id != plan?.id {
            stages = plan.flatMap {
                try? EvacuationStages(planID: $0.id, cohorts: ledger.cohorts, percents: $0.percents)
            }
            ranks = Array(repeating: 0, count: ledger.cohorts)
            for (rank, cohort) in (stages?.order ?? []).enumerated() { ranks[cohort] = rank }
        }
        digest = ledger.digest
        self.plan = plan
        all = ledger.table.entries.map { entry in
            Look(
                phase: entry.state.phase, isThere: plan?.isTarget(entry.state.inForce) ?? false,
                leadsThere: plan?.isTarget(entry.state.target) ?? false, isStable: entry.isStable,
                hasPins: !entry.pins.isEmpty, directive: CohortDirective(entry, plan: plan, mayBegin: true))
        }
        isAnyMoving = ledger.table.entries.contains { !$0.isStable || $0.pins.contains(where: \.isLeaving) }
        return true
    }

    /// Of the cohorts at these places of the order, each has gone where the plan leads.
    func areWhole(upTo count: Int) -> Bool {
        stages?.order.prefix(count).allSatisfy { all[$0].phase != .joint && all[$0].isThere } ?? false
    }
}
