import MeshBase
import Sharding

/// Which records a cell keeps as it installs an entry: those of customers of whose shard it is a member on a side of the
/// new state that it has belonged to without a gap. All others are dropped before it votes in the new epoch: what it
/// holds of them may be old. This one rule is the release of a source, the abort of a target, and the return of a cell
/// that was away.
public struct RecordKeeper: Sendable, Equatable {
    private let cell: CellIndex
    private let previous: PlacementEntry
    /// The entry that is being installed.
    public let entry: PlacementEntry
    private let placement: Placement
    /// The cohort's hashes.
    public let hashes: ClosedRange<UInt64>

    /// - Parameters:
    ///   - previous: what the cell had installed.
    ///   - placement: has `entry` installed.
    public init(cell: CellIndex, previous: PlacementEntry, entry: PlacementEntry, placement: Placement) {
        self.cell = cell
        self.previous = previous
        self.entry = entry
        self.placement = placement
        hashes = placement.table.hashes(of: entry.cohort)
    }

    /// The cohort's number.
    public var cohort: Int { entry.cohort }
    /// Of the entry.
    public var version: UInt64 { entry.version }

    /// Whether the records of a customer of the cohort stay.
    public func keeps(_ customer: CustomerHash) -> Bool {
        let epoch = previous.epoch(of: customer)
        if let pin = entry.pin(of: customer) {
            return [pin.state.inForce, pin.state.other].compactMap { $0 }.contains { side in
                side.shard.contains(cell) && epoch >= side.since
            }
        }
        let assignment = placement.cohortAssignment(of: customer)
        if assignment.inForce.contains(cell), epoch >= entry.state.inForce.since { return true }
        guard let other = entry.state.other else { return false }
        return assignment.other.contains(cell) && epoch >= other.since
    }

    /// Whether a cell that goes from one entry to another may hold anything that it must not keep; false only where it
    /// certainly does not.
    public static func mayDrop(from old: PlacementEntry, to new: PlacementEntry) -> Bool {
        func sides<Side>(_ state: UnitState<Side>) -> [Side] { [state.inForce, state.other].compactMap { $0 } }
        let kept = sides(new.state)
        if !sides(old.state).allSatisfy({ kept.contains($0) }) { return true }
        for pin in old.pins {
            guard let now = new.pin(of: pin.customer) else { return true }
            let kept = sides(now.state)
            if !sides(pin.state).allSatisfy({ kept.contains($0) }) { return true }
        }
        // A pin that is new here has begun with the cohort's cells.
        return new.pins.contains { pin in
            old.pin(of: pin.customer) == nil && pin.state.phase != .joint && pin.move > Epoch(0)
        }
    }

    public static func == (a: RecordKeeper, b: RecordKeeper) -> Bool {
        a.cell == b.cell && a.previous == b.previous && a.entry == b.entry
    }
}
