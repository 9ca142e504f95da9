import MeshBase
import Resilience

/// The peaks of a cell: the one that goes on, and when others begin by themselves.
struct PeakDesk {
    let profiles: [PeakProfile]
    /// By profile: the gates of edges at the peak, as `EdgeRoutes.gates`.
    let gates: [[GatePolicy]]
    /// By profile.
    private var triggers: [PeakTrigger]
    private var ramp = PeakRamp()
    /// In `profiles`: the one that goes on, or the last that did.
    private(set) var current = 0
    /// How the one that goes on is reached and left.
    private var policy = PeakPolicy.local
    /// The one that was told to begin.
    private var entry: PeakEntry?
    /// Calls of the last second are counted from here.
    private var seen: UInt64 = 0

    init(_ profiles: [PeakProfile], gates: [[GatePolicy]]) {
        self.profiles = profiles
        self.gates = gates
        triggers = profiles.map { _ in PeakTrigger() }
    }

    /// Whether one begins by itself.
    var looks: Bool { profiles.contains { $0.policy.at != nil } }
    /// Tenths of the way, 0...10.
    var step: Int { ramp.step }
    /// Whether the sizes of a pool are those of a peak, and nothing else moves them.
    func holds(_ service: Int) -> Bool { ramp.isActive && profiles[current].pools[service] != nil }
    var isActive: Bool { ramp.isActive }
    /// When `advance` is due.
    var nextStep: Instant { ramp.nextStep }

    /// What was told in place of what was before. A name that is not known is another release's, and no peak.
    ///
    /// - Parameter wall: of `now`.
    mutating func set(_ entry: PeakEntry?, now: Instant, wall: WallTime) -> PeakRamp.Event? {
        guard entry != self.entry else { return nil }
        let hadOne = self.entry != nil
        self.entry = entry
        guard let entry, let profile = profiles.firstIndex(where: { $0.name == entry.name }) else {
            if hadOne { ramp.end(policy, now: now) }
            return nil
        }
        let over = profiles[profile].policy.over
        let lasts = TimeAmount.milliseconds(max(entry.until.milliseconds - entry.set.milliseconds, 0)) - over
        // A process that starts amid a peak is where the others are.
        let since = TimeAmount.milliseconds(min(max(wall.milliseconds - entry.set.milliseconds, 0), 366 * 86_400_000))
        return begin(profile, PeakPolicy(over: over, lasts: lasts), now: now - since)
    }

    /// One begins, in place of another that goes on.
    private mutating func begin(_ profile: Int, _ policy: PeakPolicy, now: Instant) -> PeakRamp.Event? {
        if ramp.isActive, profile != current { ramp = PeakRamp() }
        current = profile
        self.policy = policy
        return ramp.begin(policy, now: now)
    }

    /// Takes the steps that are due, one event at most; ask again while `nextStep` is due.
    mutating func advance(now: Instant) -> PeakRamp.Event? { ramp.advance(policy, now: now) }

    /// Once a second: whether the load begins one by itself. One that was told to begin has the word.
    ///
    /// - Parameter calls: by clients, since the start.
    mutating func look(calls: UInt64, now: Instant) -> PeakRamp.Event? {
        let load = Double(calls &- seen)
        seen = calls
        var begun: Int?
        for profile in profiles.indices where profiles[profile].policy.at != nil {
            if triggers[profile].look(load, profiles[profile].policy, now: now), begun == nil { begun = profile }
        }
        guard let begun, entry == nil, !ramp.isActive || begun == current else { return nil }
        return begin(begun, profiles[begun].policy, now: now)
    }
}
