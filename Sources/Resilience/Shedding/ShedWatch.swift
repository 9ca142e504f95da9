import MeshBase

/// Tells when shedding a class begins and when it ends, from counts of what was refused.
struct ShedWatch: Sendable {
    /// When `changes` was last asked.
    private var seen = PriorityCounts()
    /// Bit n: the class of raw value n is being shed.
    private var active: UInt8 = 0

    /// Of each class whether shedding it has begun (true) or ended (false) since this was last asked: begun once one was
    /// refused, ended once none was from one asking to the next.
    mutating func changes(_ shed: PriorityCounts, _ tell: (Priority, Bool) -> Void) {
        guard shed != seen || active != 0 else { return }
        for priority in Priority.allCases {
            let bit: UInt8 = 1 << priority.rawValue
            let isActive = shed[priority] != seen[priority]
            guard isActive != (active & bit != 0) else { continue }
            active ^= bit
            tell(priority, isActive)
        }
        seen = shed
    }
}
