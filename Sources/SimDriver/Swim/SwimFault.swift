import MeshBase

/// What befalls one member of a trial that is sound otherwise: for a while its packets get lost, both ways or one.
package struct SwimFault: Sendable, Hashable {
    /// Whose packets are lost.
    package enum Ways: String, Sendable, CaseIterable, Codable {
        /// Those that it sends, and those that are sent to it.
        case both
        /// Those that are sent to it: it hears nothing and is heard.
        case inward = "in"
        /// Those that it sends: it hears all and is not heard.
        case outward = "out"
    }

    /// Share of the packets that are lost, each by itself; 1 is a partition.
    package var share: Double
    package var ways: Ways
    package var begin = TimeAmount.seconds(10)
    package var length = TimeAmount.minutes(2)
    /// What the trial goes on for afterwards: whether an unsteady member's standing has come back is seen in it.
    package static let rest = TimeAmount.seconds(90)

    package init(share: Double, ways: Ways = .both) {
        self.share = share
        self.ways = ways
    }

    package var end: TimeAmount { begin + length }

    /// Why it cannot be, in words; nil when it can.
    package var problem: String? {
        if !(share > 0 && share <= 1) {
            return "the share of its packets that a lossy member loses lies above 0 and goes up to 100%"
        }
        if length <= .zero || length > .hours(12) { return "a member is lossy for up to 12 hours" }
        return nil
    }
}

/// What a fault of one member came to, at the members that had none: neither it, nor the starved, nor the crashed.
package struct SwimFaultResult: Sendable, Equatable {
    /// How often what an observer holds it to be has changed, most and in sum: its standing while it is believed to take
    /// part, else that it is dead.
    package var mostViewChanges = 0
    package var viewChanges: UInt64 = 0
    /// Suspicions of it, and declarations of its death.
    package var suspicions: UInt64 = 0
    package var deaths: UInt64 = 0
    /// The same of members that had no fault.
    package var soundSuspicions: UInt64 = 0
    package var soundDeaths: UInt64 = 0
    /// Members that had no fault and were unsteady for somebody, each observer counted.
    package var soundUnsteady: UInt64 = 0
    /// For how long an observer suspected one that had no fault, at most.
    package var longestSoundSuspicion = TimeAmount.zero
}

/// Keeps what the sound members of one trial make of the lossy one and of each other.
struct SwimFaultTally {
    private enum View: Hashable { case standing(UInt8), gone }

    let faulty: Int
    private var views: [View]
    private var changes: [Int]
    private var suspected: [UInt64: Int64] = [:]
    private(set) var result = SwimFaultResult()

    init(of faulty: Int, among count: Int) {
        self.faulty = faulty
        views = Array(repeating: .standing(0), count: count)
        changes = Array(repeating: 0, count: count)
    }

    /// - Parameter standing: in the observer's view, if it takes part there.
    mutating func saw(_ member: Int, standing: UInt8?, by observer: Int) {
        guard member == faulty else {
            if standing == 2 { result.soundUnsteady += 1 }
            return
        }
        let view = standing.map(View.standing) ?? .gone
        guard view != views[observer] else { return }
        views[observer] = view
        changes[observer] += 1
        result.viewChanges += 1
        result.mostViewChanges = max(result.mostViewChanges, changes[observer])
    }

    mutating func changed(_ member: Int, isSuspect: Bool, isDead: Bool, by observer: Int, now: Int64) {
        if member == faulty {
            if isSuspect { result.suspicions += 1 }
            if isDead { result.deaths += 1 }
            return
        }
        if isDead { result.soundDeaths += 1 }
        let key = UInt64(observer) << 32 | UInt64(member)
        if isSuspect {
            result.soundSuspicions += 1
            if suspected[key] == nil { suspected[key] = now }
        } else if let since = suspected.removeValue(forKey: key) {
            result.longestSoundSuspicion = max(result.longestSoundSuspicion, .nanoseconds(now - since))
        }
    }

    /// From now on it is suspected with reason, and suspects nobody.
    mutating func crashed(_ member: Int) {
        suspected = suspected.filter { $0.key & 0xFFFF_FFFF != UInt64(member) && $0.key >> 32 != UInt64(member) }
    }

    /// What the end of the trial finds.
    func final(now: Int64) -> SwimFaultResult {
        var result = result
        for since in suspected.values {
            result.longestSoundSuspicion = max(result.longestSoundSuspicion, .nanoseconds(now - since))
        }
        return result
    }
}
