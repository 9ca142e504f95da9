import MeshBase

/// Whether somebody looks at the mesh while a scenario runs: a control plane tells what it sees each second, and the routers that the
/// load goes through tell what customers got. What nobody has seen is neither kept nor broken.
struct ScenarioGaze: Sendable {
    /// Who has told nothing for so long does not look.
    static let silence = TimeAmount.seconds(5)
    /// Longer than from one look to the next.
    private static let pace = TimeAmount.seconds(2)
    /// For so long in all a control plane may be away.
    static let patience = TimeAmount.minutes(1)

    /// When somebody looked last; nil before the first time.
    private(set) var last: Instant?
    /// Requests that failed since, and those that failed while nobody looked.
    private var failed: UInt64 = 0
    private(set) var unseen: UInt64 = 0
    /// It was told that nobody looks.
    private var isLost = false
    /// The routers told nothing of customers when somebody looked last.
    private var isBlind = false
    /// From when on time counts in which nobody looks, and how much there was of it.
    private var from: Instant?
    private var absence = TimeAmount.zero

    /// From here on it counts who fails while nobody looks.
    mutating func beginCounting() { (failed, unseen) = (0, 0) }

    /// From here on time is counted in which nobody looks.
    mutating func beginTiming(now: Instant) { (from, absence) = (now, .zero) }

    mutating func take(failed count: UInt64) { failed += count }

    /// Somebody has told that nobody looks.
    mutating func lose() { isLost = true }

    /// Somebody has looked.
    ///
    /// - Parameter isBlind: no router told anything of customers.
    mutating func look(isBlind: Bool, now: Instant) {
        absence = absence + missing(now)
        if isAway(now) || isBlind || self.isBlind { unseen += failed }
        (last, failed, isLost, self.isBlind) = (now, 0, false, isBlind)
    }

    func isAway(_ now: Instant) -> Bool { isLost || last.map { now - $0 > Self.silence } ?? true }

    /// Nobody has looked for as long as is waited for.
    func isForsaken(_ now: Instant) -> Bool { last.map { now - $0 >= Self.patience } ?? false }

    /// For how long nobody has looked since somebody did.
    private func missing(_ now: Instant) -> TimeAmount {
        guard let from, isLost || last.map({ now - $0 > Self.pace }) ?? true else { return .zero }
        return max(now - max(last ?? from, from), .zero)
    }

    /// For how long nobody has looked, as far as it is waited for.
    func absence(_ now: Instant) -> TimeAmount { min(absence + missing(now), Self.patience) }
}
