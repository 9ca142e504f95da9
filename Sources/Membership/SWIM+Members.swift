import MeshBase

extension SWIM {
    /// The member this value is.
    public var name: String { table.name(selfID) }
    /// The incarnation of this node: rises with each refutation and each change of metadata.
    public var ownIncarnation: UInt32 { incarnation }
    /// What this node tells of itself.
    public var ownMetadata: MemberMetadata { table[selfID].metadata }
    /// 0 (sound) up to the configuration's `awareness` - 1.
    public var localHealthScore: Int { health.score }
    /// Members believed alive or suspect, this one among them.
    public var liveCount: Int { table.liveCount }
    /// Members known, the dead and departed among them.
    public var memberCount: Int { table.knownCount }
    /// True once `.leave` has been told to all that could be told.
    public var hasLeft: Bool { phase == .left }
    /// The digest of the live view: equal at two observers that agree.
    public var digest: SyncDigest { table.digest }

    /// Rises whenever `members` may have become another list.
    public var revision: UInt64 { table.revision &+ standings.revision }

    /// All members this observer knows, sorted by name.
    public var members: [Member] {
        table.sorted().compactMap(member)
    }

    /// A member by its name; nil when it is unknown here.
    public func member(named name: String) -> Member? {
        table.find(name).flatMap(member)
    }

    /// What happened to a member lately, oldest first.
    public func history(of name: String) -> [MemberEvent] {
        table.find(name).map(history.events) ?? []
    }

    /// The suspicion of a member that is under way here.
    public func suspicion(of name: String) -> SuspicionReport? {
        guard let id = table.find(name), let suspicion = suspicions[id] else { return nil }
        return SuspicionReport(
            began: suspicion.began, ends: suspicion.end, accusers: suspicion.accusers.map(table.name),
            expected: suspicion.timeout.expected)
    }

    func member(_ id: MemberID) -> Member? {
        guard let shared = table.profile(id) else { return nil }
        let state = table[id]
        return Member(
            profile: shared.profile, status: state.status, standing: standings[id], incarnation: state.incarnation,
            metadata: state.metadata, since: state.since, isSelf: id == selfID)
    }
}
