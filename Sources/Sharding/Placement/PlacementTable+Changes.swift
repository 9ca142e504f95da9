import MeshBase

/// Why a change of the placement was refused; the table is as it was.
public enum PlacementChangeError: Error, Equatable, Sendable {
    /// There is no cohort of this number.
    case noSuchCohort(Int)
    /// The cohort is not in the state from which this step leads on.
    case wrongState(cohort: Int)
    /// 100 000 customers are pinned already: remove pins first.
    case tooManyPins
    /// A pin needs at least one cell.
    case emptyShard
    /// The customer has no pin.
    case notPinned
    /// Epochs are used up (2^32 of them).
    case epochsExhausted
}

extension PlacementTable {
    /// stable -> old: decides that a cohort shall leave the given regions (positions; empty to return to all).
    public mutating func decide(cohort: Int, evacuated: some Sequence<Int>) throws(PlacementChangeError) {
        guard case .stable(let placement) = try state(of: cohort) else { throw .wrongState(cohort: cohort) }
        guard lastEpoch.rawValue <= .max - 2 else { throw .epochsExhausted }
        let next = CohortPlacement(epoch: Epoch(lastEpoch.rawValue + 2), evacuated: evacuated)
        advance(cohort, to: .old(at: placement, joint: lastEpoch.rawValue + 1, next: next))
        lastEpoch = next.epoch
    }

    /// old -> stable: drops a change that was decided and is not in force yet. Its epochs are never used again.
    public mutating func withdraw(cohort: Int) throws(PlacementChangeError) {
        guard case .old(let placement, _, _) = try state(of: cohort) else { throw .wrongState(cohort: cohort) }
        advance(cohort, to: .stable(at: placement))
    }

    /// old -> joint: a quorum of the old members has stored the joint epoch.
    public mutating func enterJoint(cohort: Int) throws(PlacementChangeError) {
        guard case .old(let placement, let joint, let next) = try state(of: cohort) else {
            throw .wrongState(cohort: cohort)
        }
        advance(cohort, to: .joint(epoch: joint, old: placement, new: next))
    }

    /// joint -> new: every key is copied to a new quorum, and quorums of both sides have stored the new epoch.
    public mutating func leaveJoint(cohort: Int) throws(PlacementChangeError) {
        guard case .joint(_, let old, let new) = try state(of: cohort) else { throw .wrongState(cohort: cohort) }
        advance(cohort, to: .new(at: new, previous: old))
    }

    /// new -> stable: members that only the previous placement had are released.
    public mutating func release(cohort: Int) throws(PlacementChangeError) {
        guard case .new(let placement, _) = try state(of: cohort) else { throw .wrongState(cohort: cohort) }
        advance(cohort, to: .stable(at: placement))
    }

    /// Gives one customer a shard by hand, in a new epoch. Records are not moved by this.
    public mutating func pin(_ customer: CustomerHash, to shard: Shard) throws(PlacementChangeError) {
        guard !shard.isEmpty else { throw .emptyShard }
        guard lastEpoch.rawValue < .max else { throw .epochsExhausted }
        let position = pinPosition(of: customer)
        let exists = position < pins.count && pins[position].customer == customer
        guard exists || pins.count < PlacementTable.maximumPinCount else { throw .tooManyPins }
        lastEpoch = Epoch(lastEpoch.rawValue + 1)
        let pin = Pin(customer: customer, shard: shard, epoch: lastEpoch)
        if exists { pins[position] = pin } else { pins.insert(pin, at: position) }
        version += 1
    }

    /// Gives one customer back to its cohort. The cohort takes a new epoch, so that the customer's epoch rises too;
    /// it must be stable.
    public mutating func unpin(_ customer: CustomerHash) throws(PlacementChangeError) {
        let position = pinPosition(of: customer)
        guard position < pins.count, pins[position].customer == customer else { throw .notPinned }
        let cohort = cohort(of: customer)
        guard case .stable(var placement) = cohorts[cohort] else { throw .wrongState(cohort: cohort) }
        guard lastEpoch.rawValue < .max else { throw .epochsExhausted }
        lastEpoch = Epoch(lastEpoch.rawValue + 1)
        placement.epoch = lastEpoch
        pins.remove(at: position)
        advance(cohort, to: .stable(at: placement))
    }

    private func state(of cohort: Int) throws(PlacementChangeError) -> CohortState {
        guard cohorts.indices.contains(cohort) else { throw .noSuchCohort(cohort) }
        return cohorts[cohort]
    }

    private mutating func advance(_ cohort: Int, to state: CohortState) {
        cohorts[cohort] = state
        version += 1
    }
}
