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
        table.share()
        self.table = table
        self.ids = ids
    }

    /// Whether a new member of this profile stands here as it would stand in a view of its own.
    func introduces(_ id: MemberID, _ profile: SharedProfile, _ metadata: MemberMetadata) -> Bool {
        table.isKnown(id) && table.profile(id) === profile && table[id].incarnation == 1
            && table[id].metadata == metadata
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
        guard phase == .running, order.isEmpty, incarnation == 1, census.table.isKnown(selfID),
            census.table.directory === table.directory
        else { return }
        // Another census than the member was made with counts for nothing.
        if table.knownCount == 1 { table = census.table }
        guard table.knownCount == census.table.knownCount else { return }
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
