import MeshBase

/// What an observer makes of a member that takes part: how far it is to be relied on, whatever the protocol says at this
/// moment.
public enum Standing: UInt8, Sendable, CaseIterable {
    /// Nothing is held against it.
    case steady = 0
    /// It is suspected, or was until just now.
    case doubted = 1
    /// It was suspected again and again, not by one member alone, and refuted it each time: it lives, and its packets
    /// get lost.
    case unsteady = 2

    /// The word in `members` and its JSON.
    public var name: String {
        switch self {
        case .steady: "steady"
        case .doubted: "doubted"
        case .unsteady: "unsteady"
        }
    }
}

/// How the standing of members moves.
struct StandingRules: Sendable, Equatable {
    /// Refutations within `window` that make unsteady.
    static let refutations = 3

    /// Within this time refutations are counted together, and so long without one makes steady again: 60 probe intervals.
    let window: TimeAmount
    /// A refuted suspicion is held against it for so long: 10 probe intervals. A member with lossy links is suspected
    /// again before, so that a view does not go back and forth; one that was suspected by mistake is back within about the
    /// time that the suspicion itself took. The second within `window` is held against it for `window`.
    let hold: TimeAmount
    /// An unsteady member that has just refuted is not accused again for so long: 10 probe intervals. That it dies just
    /// then is seen so much later, and by that its suspicions become few.
    let patience: TimeAmount

    /// - Parameter interval: of the probes, unscaled by local health; at least 1 ns.
    init(interval: TimeAmount) {
        let interval = max(interval, .nanoseconds(1))
        window = interval * 60
        hold = interval * 10
        patience = interval * 10
    }
}

/// One member's standing.
struct StandingRecord: Sendable {
    /// A refutation that happened. One accuser alone makes nobody unsteady: it may be the accuser whose packets get lost,
    /// and it would take all others with it.
    private struct Refutation {
        let at: Instant
        /// Nil for several.
        let accuser: MemberID?

        func agrees(with other: Refutation) -> Bool { accuser == nil || accuser != other.accuser }
    }

    private(set) var standing = Standing.steady
    private(set) var isAccused = false
    private var accuser: MemberID?
    /// The last refutations, the oldest first.
    private var refuted: (Refutation?, Refutation?, Refutation?) = (nil, nil, nil)

    mutating func accused(by accuser: MemberID) {
        isAccused = true
        self.accuser = accuser
        if standing == .steady { standing = .doubted }
    }

    /// Another says so too.
    mutating func confirmed() { accuser = nil }

    mutating func refuted(at now: Instant, rules: StandingRules) {
        refuted = (refuted.1, refuted.2, Refutation(at: now, accuser: isAccused ? accuser : nil))
        isAccused = false
        if standing == .steady { standing = .doubted }
        guard let (first, second, third) = lastThree, now - first.at <= rules.window else { return }
        if first.agrees(with: second) || second.agrees(with: third) { standing = .unsteady }
    }

    private var lastThree: (Refutation, Refutation, Refutation)? {
        guard let first = refuted.0, let second = refuted.1, let third = refuted.2 else { return nil }
        return (first, second, third)
    }

    /// It died: what was refuted before tells of its links all the same, should it live. One that was unsteady is so when
    /// it comes back, however long that takes.
    mutating func died() { if standing != .unsteady { isAccused = false } }

    /// When it is steady again unless something happens; nil while it is accused, or is steady.
    func end(rules: StandingRules) -> Instant? {
        guard !isAccused, let last = refuted.2 else { return nil }
        switch standing {
        case .steady: return nil
        case .unsteady: return last.at + rules.window
        case .doubted:
            guard let former = refuted.1, last.at - former.at <= rules.window, former.agrees(with: last) else {
                return last.at + rules.hold
            }
            return last.at + rules.window
        }
    }

    mutating func elapse(now: Instant, rules: StandingRules) {
        if let end = end(rules: rules), now >= end { standing = .steady }
    }

    /// Whether it has been quiet for so long that nothing of it matters any more.
    func isForgettable(now: Instant, rules: StandingRules) -> Bool {
        !isAccused && (refuted.2.map { now - $0.at > rules.window && standing == .steady } ?? true)
    }

    func mayAccuse(now: Instant, rules: StandingRules) -> Bool {
        guard standing == .unsteady, !isAccused, let last = refuted.2 else { return true }
        return now - last.at >= rules.patience
    }
}
