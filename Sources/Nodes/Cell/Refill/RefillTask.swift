import MeshBase
import Replication
import Sharding

/// One cohort that a cell reads from others: to refill a disk that was lost, to be filled for a move, or to verify that
/// nothing was left behind.
struct RefillTask {
    enum Purpose: Equatable {
        /// The store has no vote before it has all of this.
        case life
        case move
        /// As a move's, from the live cells of both shards, with a look at the values.
        case verify
    }
    let purpose: Purpose
    /// The version of the entry at which everything is read.
    let fence: CohortFence
    /// The move that the cell is filled for when all is read.
    let move: Epoch
    /// Of the shards of the side in force; to verify, of the other too.
    let shapes: [ShardShape]
    /// The pinned customers' shards, likewise.
    let pins: [Shard]
    let since: Instant
    /// Those of the cohort without a pin, once they were looked for.
    var customers: [CustomerHash]?
    /// Cells that were not read when the customers were looked at one by one, and what came of it.
    var named: (missing: [CellIndex], isCovered: Bool)?
    /// It began at the cohort's first record: one that goes on behind an earlier life's pages says nothing of a move that
    /// began since.
    var isWhole = true
    /// A line of equal version had another value here.
    var isDamaged = false

    var cohort: Int { fence.cohort }

    /// - Parameter member: whose task it is, and the move that it is filled for. It needs to read what is on the way since
    ///   then, and only where it takes part: one customer of a cohort who has no majority does not hold up another that is
    ///   moved by hand.
    init(
        _ purpose: Purpose, _ entry: PlacementEntry, _ placement: Placement,
        of member: (cell: CellIndex, filled: Epoch)? = nil, now: Instant
    ) {
        self.purpose = purpose
        fence = CohortFence(placement.table, cohort: entry.cohort)
        move = entry.fillMove
        since = now
        var shapes = placement.shapes(ofCohort: entry.cohort, other: false)
        // Who is held back moves nowhere.
        var movers = entry.pins.filter { !$0.isHeld }
        if purpose == .move, let (cell, filled) = member {
            let holds = [false, true].contains { placement.mayHold(entry.cohort, cell, other: $0) }
            if !holds || entry.move <= filled { shapes = [] }
            movers.removeAll { pin in
                pin.move <= filled
                    || ![pin.state.inForce, pin.state.target].contains { $0.shard.contains(cell) }
            }
        }
        var pins = movers.map(\.state.inForce.shard)
        if purpose == .verify {
            shapes += placement.shapes(ofCohort: entry.cohort, other: true)
            pins += entry.pins.compactMap { $0.state.other?.shard }
        }
        self.shapes = shapes
        self.pins = pins
    }

    /// Every cell that may have a record of the cohort.
    var cells: Set<UInt16> {
        var cells = Set<UInt16>()
        for shape in shapes { for domain in shape.domains { cells.formUnion(domain.cells.map(\.rawValue)) } }
        for pin in pins { cells.formUnion(pin.map(\.rawValue)) }
        return cells
    }

    /// Whether, whatever a customer's name is, enough of its shard is read.
    /// - Parameters:
    ///   - most: how many of a shard of so many may be missing.
    ///   - missing: cells that are not read.
    func isCovered(most: (Int) -> Int, missing: (CellIndex) -> Bool) -> Bool {
        shapes.allSatisfy { $0.mostOfAll(where: missing) <= most($0.size) }
            && pins.allSatisfy { pin in pin.count(where: missing) <= most(pin.count) }
    }
}

extension Placement {
    /// Whether a cell takes part in a cohort, for some customer: on the side that is to hold it, or on either.
    func mayHold(_ cohort: Int, _ cell: CellIndex, targetOnly: Bool) -> Bool {
        let isJoint = phase(ofCohort: cohort) == .joint
        if mayHold(cohort, cell, other: isJoint) || isJoint && !targetOnly && mayHold(cohort, cell, other: false) {
            return true
        }
        return table.entries[cohort].pins.contains { pin in
            pin.state.target.shard.contains(cell)
                || !targetOnly && pin.state.phase == .joint && pin.state.inForce.shard.contains(cell)
        }
    }
}
