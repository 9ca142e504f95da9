import Evacuation
import MeshBase
import Sharding

/// What a coordinator has to know of each cohort again and again: a function of its entry and the plan, looked at anew
/// when one of them has changed.
struct CohortLooks {
    struct Look {
        /// Of the entry that it was made from.
        let version: UInt64
        let phase: UnitPhase
        /// The side in force, and the side that is aimed at, is one that the plan leads to.
        let isThere: Bool
        let leadsThere: Bool
        let isStable: Bool
        /// As above, or a pin of it is about to go.
        let isMoving: Bool
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
        let isOtherPlan = self.plan != plan || all.isEmpty
        digest = ledger.digest
        self.plan = plan
        let look = { (entry: PlacementEntry) in
            Look(
                version: entry.version, phase: entry.state.phase,
                isThere: plan?.isTarget(entry.state.inForce) ?? false,
                leadsThere: plan?.isTarget(entry.state.target) ?? false, isStable: entry.isStable,
                isMoving: !entry.isStable || entry.pins.contains(where: \.isLeaving),
                hasPins: !entry.pins.isEmpty, directive: CohortDirective(entry, plan: plan, mayBegin: true))
        }
        if isOtherPlan {
            all = ledger.table.entries.map(look)
        } else {
            for cohort in all.indices where ledger.versions[cohort] != all[cohort].version {
                all[cohort] = look(ledger.table.entries[cohort])
            }
        }
        isAnyMoving = all.contains(where: \.isMoving)
        return true
    }

    /// Of the cohorts at these places of the order, each has gone where the plan leads.
    func areWhole(upTo count: Int) -> Bool {
        stages?.order.prefix(count).allSatisfy { all[$0].phase != .joint && all[$0].isThere } ?? false
    }
}
