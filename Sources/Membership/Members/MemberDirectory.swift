import MeshBase

/// The number of a name in a `MemberDirectory`.
struct MemberID: Hashable, Sendable {
    var rawValue: UInt32
    init(_ rawValue: UInt32) { self.rawValue = rawValue }
    var index: Int { Int(rawValue) }
}

/// Constants that were validated.
final class SharedConfiguration: Sendable {
    let value: SWIMConfiguration

    init(_ value: SWIMConfiguration) { self.value = value }
}

/// A profile that every observer in the process shares.
final class SharedProfile: Sendable {
    let profile: MemberProfile
    /// Differs, very likely, when anything in the profile differs.
    let fingerprint: UInt32

    init(_ profile: MemberProfile) {
        self.profile = profile
        var mixed = StableHash.combine(StableHash.hash(profile.name), UInt64(profile.role.rawValue))
        mixed = StableHash.combine(mixed, StableHash.hash(profile.region))
        mixed = StableHash.combine(mixed, StableHash.hash(profile.zone))
        for endpoint in [profile.gossip, profile.data, profile.admin] {
            mixed = StableHash.combine(mixed, endpoint.number)
        }
        fingerprint = UInt32(truncatingIfNeeded: mixed >> 32)
    }
}

/// Names and profiles, stored once per process however many observers it hosts.
///
/// A real node has a directory of its own. A simulator gives one to all of its nodes, so that an observer pays only
/// `MemberState`, an endpoint and a reference for each member it knows. Numbers are given in order of first sight and
/// never reach an output; a directory belongs to one thread.
public final class MemberDirectory {
    /// Names beyond this are refused: a bound on what a misbehaving peer can make a node remember.
    public let limit: Int
    // None of these is touched again while it is being changed, and it belongs to one thread: the checks for that would
    // cost as much as a look.
    @exclusivity(unchecked) private(set) var names: [String] = []
    /// The high half of the stable hash of each name: the member's place in the order of the digest.
    @exclusivity(unchecked) private(set) var hashes: [UInt32] = []
    @exclusivity(unchecked) private var numbers: [String: MemberID] = [:]
    /// The profile seen last for each name.
    @exclusivity(unchecked) private var latest: [SharedProfile?] = []
    @exclusivity(unchecked) private var order: [MemberID] = []
    /// Of the member that was made last.
    private var constants: SharedConfiguration?
    /// Numbers by the low bits of their names' hashes, the last one to come in each place; `vacant` in the others. Most
    /// names are found here, which saves a hash that nobody can aim at; what is not is looked up in `numbers`.
    @exclusivity(unchecked) private var places: [UInt32] = []
    private static let vacant = UInt32.max

    /// - Parameter limit: most members in it; further ones are refused and counted.
    public init(limit: Int = 65_536) {
        precondition(limit > 0 && limit < Int(UInt32.max))
        self.limit = limit
    }

    var count: Int { names.count }

    func find(_ name: String) -> MemberID? { find(name, StableHash.hash(name)) }

    private func find(_ name: String, _ hash: UInt64) -> MemberID? {
        guard !places.isEmpty else { return nil }
        let number = places[Int(truncatingIfNeeded: hash) & (places.count - 1)]
        if number != Self.vacant, names[Int(number)] == name { return MemberID(number) }
        return numbers[name]
    }

    /// Nil when the directory is full.
    func intern(_ name: String) -> MemberID? {
        let hash = StableHash.hash(name)
        if let known = find(name, hash) { return known }
        guard names.count < limit else { return nil }
        let id = MemberID(UInt32(names.count))
        numbers[name] = id
        names.append(name)
        hashes.append(UInt32(truncatingIfNeeded: hash >> 32))
        latest.append(nil)
        if places.count < 4 * names.count { growPlaces() }
        places[Int(truncatingIfNeeded: hash) & (places.count - 1)] = id.rawValue
        return id
    }

    private func growPlaces() {
        places = Array(repeating: Self.vacant, count: max(64, 2 * places.count))
        for (number, name) in names.enumerated() {
            places[Int(truncatingIfNeeded: StableHash.hash(name)) & (places.count - 1)] = UInt32(number)
        }
    }

    func share(_ configuration: SWIMConfiguration) throws(SWIMConfiguration.Invalid) -> SharedConfiguration {
        if let constants, constants.value == configuration { return constants }
        try configuration.validate()
        let shared = SharedConfiguration(configuration)
        constants = shared
        return shared
    }

    func intern(_ profile: MemberProfile, of id: MemberID) -> SharedProfile {
        if let shared = latest[id.index], shared.profile == profile { return shared }
        let shared = SharedProfile(profile)
        latest[id.index] = shared
        return shared
    }

    /// All numbers in order of (hash, name).
    func inHashOrder() -> [MemberID] {
        if order.count != names.count {
            order = (0..<UInt32(names.count)).map(MemberID.init)
            order.sort { a, b in
                let (x, y) = (hashes[a.index], hashes[b.index])
                return x != y ? x < y : names[a.index] < names[b.index]
            }
        }
        return order
    }
}
