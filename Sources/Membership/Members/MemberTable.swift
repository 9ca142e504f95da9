import MeshBase

/// One observer's view: a state and a shared profile for each number of the directory.
struct MemberTable {
    let directory: MemberDirectory
    private(set) var states: [MemberState] = []
    private(set) var profiles: [SharedProfile?] = []
    /// The digest of the live part of the view, kept up to date.
    private(set) var digest = SyncDigest()
    /// Members believed alive or suspect, the observer among them.
    private(set) var liveCount = 0
    private(set) var knownCount = 0

    init(directory: MemberDirectory) { self.directory = directory }

    func isKnown(_ id: MemberID) -> Bool { id.index < states.count && states[id.index].isKnown }

    /// The number of a member this observer knows.
    func find(_ name: String) -> MemberID? {
        guard let id = directory.find(name), isKnown(id) else { return nil }
        return id
    }

    subscript(id: MemberID) -> MemberState { states[id.index] }
    func profile(_ id: MemberID) -> SharedProfile? { id.index < profiles.count ? profiles[id.index] : nil }
    func name(_ id: MemberID) -> String { directory.names[id.index] }
    func hash(_ id: MemberID) -> UInt32 { directory.hashes[id.index] }
    func endpoint(_ id: MemberID) -> Endpoint? { profile(id)?.profile.gossip }

    mutating func setListed(_ id: MemberID, _ value: Bool) { states[id.index].isListed = value }
    mutating func setRemembered(_ id: MemberID, _ value: Bool) { states[id.index].isRemembered = value }

    /// Sets status and incarnation, and the profile and metadata when they are given.
    mutating func update(
        _ id: MemberID, _ status: MemberStatus, incarnation: UInt32, profile: SharedProfile? = nil,
        metadata: MemberMetadata? = nil, now: Instant
    ) {
        if states.count <= id.index {
            let missing = id.index + 1 - states.count
            states.append(contentsOf: repeatElement(MemberState(), count: missing))
            profiles.append(contentsOf: repeatElement(nil, count: missing))
        }
        toggleDigest(id)
        if !states[id.index].isKnown {
            knownCount += 1
        } else if states[id.index].status.isLive {
            liveCount -= 1
        }
        states[id.index].set(status, incarnation: incarnation, since: now)
        if status.isLive { liveCount += 1 }
        if let profile { profiles[id.index] = profile }
        if let metadata { states[id.index].metadata = metadata }
        toggleDigest(id)
    }

    /// Counts the status of a known member from `now` on, although it is the same as before.
    mutating func restart(_ id: MemberID, now: Instant) { states[id.index].restart(since: now) }

    mutating func forget(_ id: MemberID) {
        guard isKnown(id) else { return }
        toggleDigest(id)
        if states[id.index].status.isLive { liveCount -= 1 }
        knownCount -= 1
        states[id.index].forget()
        profiles[id.index] = nil
    }

    /// The dead and the departed stand outside the digest, so that forgetting them at different times is no difference.
    private mutating func toggleDigest(_ id: MemberID) {
        let state = states[id.index]
        guard state.isKnown, state.status.isLive, let profile = profiles[id.index] else { return }
        digest.toggle(hash: hash(id), incarnation: state.incarnation, fingerprint: profile.fingerprint)
    }

    /// The members this observer knows, in order of their names.
    func sorted() -> [MemberID] {
        var ids: [MemberID] = []
        ids.reserveCapacity(knownCount)
        for index in states.indices where states[index].isKnown { ids.append(MemberID(UInt32(index))) }
        ids.sort { name($0) < name($1) }
        return ids
    }
}
