/// Whether a loop rests for a moment before it looks for what has come, so that more comes together: each frame for itself wakes
/// a process that sleeps, which costs more than what is done with it.
///
/// It rests only while there is much in work, and only as long as that gathers something; where it does not, it tries again after
/// a while that doubles. Pure: who uses it counts, and sleeps.
package struct Nap: Sendable {
    /// How long a rest is: short beside the round trip that it makes cheaper.
    package static let length = TimeAmount.microseconds(100)
    /// With fewer requests in work nothing could come together: who waits for an answer does not wait for a nap.
    package static let leastInWork = 4
    /// Turns that are looked at before it is decided anew.
    package static let window = 32
    /// What a rest has to gather, of what a turn had without: so much more, in percent.
    package static let gain = 25
    /// Turns until the next try, at most.
    package static let longestPause = 8_192

    private enum Phase: Sendable { case watching, resting }

    private var phase = Phase.watching
    /// Of the window.
    private var turns = 0
    private var gathered = 0
    /// What a window without rests gathered.
    private var plain = 0
    /// Turns left until it may try again, and how many it will be then.
    private var pause = 0
    private var nextPause = Self.window
    /// Rests taken, from the start.
    package private(set) var taken: UInt64 = 0

    package init() {}

    /// After each turn, before the wait.
    ///
    /// - Parameters:
    ///   - gathered: what came in this turn.
    ///   - inWork: requests that are not answered yet.
    /// - Returns: whether to rest.
    package mutating func rests(after gathered: Int, inWork: Int) -> Bool {
        guard inWork >= Self.leastInWork else {
            (turns, self.gathered) = (0, 0)
            return false
        }
        if pause > 0 {
            pause -= 1
            return false
        }
        turns += 1
        self.gathered += gathered
        if turns == Self.window { decide() }
        guard phase == .resting, pause == 0 else { return false }
        taken += 1
        return true
    }

    private mutating func decide() {
        switch phase {
        case .watching:
            plain = max(gathered, 1)
            phase = .resting
        case .resting where gathered * 100 < plain * (100 + Self.gain):
            phase = .watching
            pause = nextPause
            nextPause = min(2 * nextPause, Self.longestPause)
        case .resting:
            nextPause = Self.window
        }
        (turns, gathered) = (0, 0)
    }
}
