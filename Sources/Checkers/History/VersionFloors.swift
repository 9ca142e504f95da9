import MeshBase

/// What each record must be as new as: the newest version that was acknowledged to anybody. Runs on one loop may share it,
/// as clients on both sides of a cut.
///
/// It remembers the newest acknowledgement of a record and the one before, so that a read that began before the newest is
/// held against that one; where two came while it was under way it is let go. So reads are called stale too seldom, and
/// never wrongly.
package final class VersionFloors {
    private struct Floor {
        var version: VersionWitness
        var at: Instant
        var former: VersionWitness
        var formerAt: Instant
    }
    /// Records beyond so many are not judged.
    package static let limit = 1_000_000
    private var floors: [RecordID: Floor] = [:]

    package init() {}

    /// A write was acknowledged; `none` says nothing of an order.
    package func acknowledged(_ record: RecordID, _ version: VersionWitness, at now: Instant) {
        guard version != .none else { return }
        guard var floor = floors[record] else {
            guard floors.count < Self.limit else { return }
            floors[record] = Floor(version: version, at: now, former: .none, formerAt: now)
            return
        }
        guard version > floor.version else { return }
        (floor.former, floor.formerAt) = (floor.version, floor.at)
        (floor.version, floor.at) = (version, now)
        floors[record] = floor
    }

    /// Whether a read that began then and gave this is stale.
    /// - Parameter version: `none` for a record that was not there.
    package func isStale(_ record: RecordID, _ version: VersionWitness, began: Instant) -> Bool {
        guard let floor = floors[record] else { return false }
        if floor.at <= began { return version < floor.version }
        return floor.former != .none && floor.formerAt <= began && version < floor.former
    }
}
