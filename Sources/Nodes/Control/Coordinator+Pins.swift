import Evacuation
import MeshBase
import Sharding

/// Customers that were moved by themselves: each is brought to its end whatever plan is open, out of a region that is
/// left, and home when that is restored.
extension Coordinator {
    /// What the next pin of an entry needs, one change at a time.
    mutating func advancePins(_ entry: PlacementEntry, plan: PlanDecree?, now: Instant) {
        guard let change = nextChange(of: entry, plan: plan, now: now) else { return }
        start(.entry(cohort: entry.cohort, version: entry.version, change), now: now)
    }

    private func nextChange(
        of entry: PlacementEntry, plan: PlanDecree?, now: Instant
    ) -> CoordinatorJob.EntryChange? {
        let isCohortStable = entry.state.phase == .stable
        for pin in entry.pins {
            switch CohortDirective(pin) {
            case .whenFilled(let step):
                if defect == .releasesEarly { return .pinStep(pin.customer, .release) }
                if defect == .switchesEarly || isFilled(entry, pin: pin) { return .pinStep(pin.customer, step) }
            case .whenVerified(let step):
                // One that goes back to its cohort ends only where the cohort stands.
                if isCohortStable || !pin.isLeaving, isVerified(entry, pin: pin) {
                    return .pinStep(pin.customer, step)
                }
            default:
                guard isCohortStable else { continue }
                // Who was held back is its cohort's again where that is back, or was never gone.
                if pin.isHeld {
                    let home = ledger.placement.cohortAssignment(of: pin.customer).inForce
                    let hasMajority = pin.shard.hasMajority(missing: isDead)
                    if plan?.state != .moving, Set(home) == Set(pin.shard), hasMajority { return .unpin(pin.customer) }
                    continue
                }
                if pin.isLeaving { return .unpin(pin.customer) }
                if let plan, let shard = shard(of: pin, entry, plan) {
                    // Out of a region it goes with the intent to return; a drained cell is left for good.
                    let home = plan.kind == .evacuate ? (pin.home.isEmpty ? pin.shard : pin.home) : Shard()
                    return .pin(pin.customer, to: shard, home: home)
                }
            }
        }
        return nil
    }

    /// Pins that the plan has still to take away from the region, or home.
    func hasPinsToMove(_ entry: PlacementEntry, _ plan: PlanDecree) -> Bool {
        entry.pins.contains { pin in
            if pin.isHeld { return false }
            return switch pin.state {
            case .stable: shard(of: pin, entry, plan) != nil
            // Also one that was under way into the region as the plan began: it comes to its end first, and leaves then.
            case .joint(let one, let other), .new(let one, let other):
                [one, other].contains { $0.shard.contains { isLeft($0, by: plan) } }
            }
        }
    }

    /// Where a plan has a pinned customer go once the cohorts have moved; nil where it may stay.
    private func shard(of pin: PlacementEntry.Pin, _ entry: PlacementEntry, _ plan: PlanDecree) -> Shard? {
        guard plan.state == .releasing else { return nil }
        let left = entry.state.inForce.evacuated
        switch plan.kind {
        case .evacuate, .drain:
            guard pin.shard.contains(where: { isLeft($0, by: plan) }) else { return nil }
            // The cohort's cells take the places: they are eligible, whatever the customer's geography is.
            return pin.shard.replacing(
                where: { isLeft($0, by: plan) }, by: ledger.placement.cohortAssignment(of: pin.customer).inForce)
        case .restore:
            guard !pin.home.isEmpty, pin.home.allSatisfy({ cell in !left.contains { isIn($0, cell) } }) else {
                return nil
            }
            return pin.home
        case .add: return nil
        }
    }

    private func isIn(_ region: Int, _ cell: CellIndex) -> Bool { topology.cells[cell.position].region == region }
}
