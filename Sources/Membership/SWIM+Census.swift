import MeshBase

/// A mesh whose members have known each other for long: the common beginning of simulated members.
///
/// The views of all observers that begin with it share its storage until they change.
public struct MemberCensus {
    let table: MemberTable
    let ids: [MemberID]

    /// Everybody is alive in the first incarnation. Profiles beyond the directory's limit are left out.
    public init(
        _ profiles: [MemberProfile], metadata: MemberMetadata = MemberMetadata(state: .serving),
        directory: MemberDirectory, now: Instant
    ) {
        var table = MemberTable(directory: directory)
        var ids: [MemberID] = []
        for profile in profiles {
            guard let id = directory.intern(profile.name), !table.isKnown(id) else { continue }
            table.update(
                id, .alive, incarnation: 1, profile: directory.intern(profile, of: id), metadata: metadata, now: now)
            table.setListed(id, true)
            ids.append(id)
        }
        self.table = table
        self.ids = ids
    }
}

extension SWIM {
    /// Begins with a view instead of joining. To be called after `.start`, once; ignored by a member that knows others
    /// already, that has a past of its own, or that stands in another directory.
    ///
    /// - Parameter sharesOrder: probe in the census's order, from a random place, instead of in an order of one's own:
    ///   the first turn of the list then costs no memory.
    public mutating func adopt(
        _ census: MemberCensus, sharesOrder: Bool = false, now: Instant, rng: inout Generator
    ) {
        guard phase == .running, table.knownCount == 1, incarnation == 1, census.table.isKnown(selfID),
            census.table.directory === table.directory
        else { return }
        table = census.table
        // The member itself stands in it too: it is passed over, and dropped at the end of the turn.
        order = census.ids
        if sharesOrder {
            cursor = Int(rng.below(UInt64(order.count)))
        } else {
            order.shuffle(using: &rng)
        }
        beginRounds(now: now, rng: &rng)
    }
}
