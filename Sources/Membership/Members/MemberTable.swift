import MeshBase

/// One observer's view: a state, an endpoint and a shared profile for each number of the directory.
///
/// An observer that begins with a census shares its storage. In a large one the few members of which it comes to believe
/// something else stand in a table beside it, until they are many.
struct MemberTable {
    let directory: MemberDirectory
    /// Members believed alive or suspect, the observer among them.
    private(set) var liveCount = 0
    private(set) var knownCount = 0
    /// Rises with each change of any member.
    private(set) var revision: UInt64 = 0
    private var states: [MemberState] = []
    /// What differs from `states`; in use only while these are shared.
    private var differing = SparseStates()
    private var isShared = false
    private var endpoints: [Endpoint] = []
    private var profiles: [SharedProfile?] = []
    /// The digest of the live part of the view, kept up to date.
    private(set) var digest = SyncDigest()

    /// Smaller censuses are copied at the first change.
    private static let smallestShared = 1_024
    /// How many may differ from a shared view: one in so many.
    private static let mostDiffering = 16

    init(directory: MemberDirectory) { self.directory = directory }

    /// A view to begin with: what follows is kept apart from it.
    mutating func share() { isShared = states.count >= Self.smallestShared }

    @inline(__always) func isKnown(_ id: MemberID) -> Bool { id.index < states.count && self[id].isKnown }

    /// The number of a member this observer knows.
    @inline(__always) func find(_ name: String) -> MemberID? {
        guard let id = directory.find(name), isKnown(id) else { return nil }
        return id
    }

    @inline(__always) subscript(id: MemberID) -> MemberState {
        if differing.mayHold(id), let state = differing[id] { return state }
        return states[id.index]
    }
    @inline(__always) func profile(_ id: MemberID) -> SharedProfile? {
        id.index < profiles.count ? profiles[id.index] : nil
    }
    @inline(__always) func name(_ id: MemberID) -> String { directory.names[id.index] }
    @inline(__always) func hash(_ id: MemberID) -> UInt32 { directory.hashes[id.index] }
    /// Where a member that this observer knows takes gossip.
    @inline(__always) func endpoint(_ id: MemberID) -> Endpoint? {
        guard id.index < endpoints.count, endpoints[id.index] != .unspecified else { return nil }
        return endpoints[id.index]
    }

    mutating func setListed(_ id: MemberID, _ value: Bool) {
        var state = self[id]
        guard state.isListed != value else { return }
        state.isListed = value
        set(id, state)
    }
    mutating func setRemembered(_ id: MemberID, _ value: Bool) {
        var state = self[id]
        guard state.isRemembered != value else { return }
        state.isRemembered = value
        set(id, state)
    }

    /// Sets status and incarnation, and the profile and metadata when they are given.
    mutating func update(
        _ id: MemberID, _ status: MemberStatus, incarnation: UInt32, profile: SharedProfile? = nil,
        metadata: MemberMetadata? = nil, now: Instant
    ) {
        if states.count <= id.index { extend(to: id.index + 1) }
        toggleDigest(id)
        var state = self[id]
        if !state.isKnown {
            knownCount += 1
        } else if state.status.isLive {
            liveCount -= 1
        }
        state.set(status, incarnation: incarnation, since: now)
        if status.isLive { liveCount += 1 }
        if let metadata { state.metadata = metadata }
        set(id, state)
        // Most news of a member comes with the profile that it had: the storage stays shared.
        if let profile, profiles[id.index] !== profile {
            profiles[id.index] = profile
            endpoints[id.index] = profile.profile.gossip
        }
        toggleDigest(id)
    }

    /// Counts the status of a known member from `now` on, although it is the same as before.
    mutating func restart(_ id: MemberID, now: Instant) {
        var state = self[id]
        let since = state.since
        state.restart(since: now)
        if state.since != since { set(id, state) }
    }

    mutating func forget(_ id: MemberID) {
        guard isKnown(id) else { return }
        toggleDigest(id)
        var state = self[id]
        if state.status.isLive { liveCount -= 1 }
        knownCount -= 1
        state.forget()
        set(id, state)
        profiles[id.index] = nil
        endpoints[id.index] = .unspecified
    }

    /// Names beyond those of a census make the view the observer's own.
    private mutating func extend(to count: Int) {
        separate()
        let missing = count - states.count
        states.append(contentsOf: repeatElement(MemberState(), count: missing))
        profiles.append(contentsOf: repeatElement(nil, count: missing))
        endpoints.append(contentsOf: repeatElement(.unspecified, count: missing))
    }

    private mutating func set(_ id: MemberID, _ state: MemberState) {
        revision &+= 1
        if isShared, differing.count * Self.mostDiffering > states.count { separate() }
        if isShared {
            differing.set(id, state)
        } else {
            states[id.index] = state
        }
    }

    private mutating func separate() {
        guard isShared else { return }
        isShared = false
        let own = differing
        differing = SparseStates()
        own.forEach { states[$0.index] = $1 }
    }

    /// The dead and the departed stand outside the digest, so that forgetting them at different times is no difference.
    private mutating func toggleDigest(_ id: MemberID) {
        let state = self[id]
        guard state.isKnown, state.status.isLive, let profile = profiles[id.index] else { return }
        digest.toggle(hash: hash(id), incarnation: state.incarnation, fingerprint: profile.fingerprint)
    }

    /// The members this observer knows, in order of their names.
    func sorted() -> [MemberID] {
        var ids: [MemberID] = []
        ids.reserveCapacity(knownCount)
        for index in states.indices where isKnown(MemberID(UInt32(index))) { ids.append(MemberID(UInt32(index))) }
        ids.sort { name($0) < name($1) }
        return ids
    }
}
