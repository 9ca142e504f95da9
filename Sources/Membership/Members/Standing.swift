import MeshBase

/// What an observer makes of a member that takes part: how far it is to be relied on, whatever the protocol says at this
/// moment.
public enum Standing: UInt8, Sendable, CaseIterable {
    /// Nothing is held against it.
    case steady = 0
    /// It is suspected, or was until just now.
    case doubted = 1
    /// It was suspected again and again, and refuted it each time: it lives, and its packets get lost.
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
    /// A refuted suspicion is held against it for so long: 5 probe intervals. A member with lossy links is suspected
    /// again long before, so that a view does not go back and forth; one that was suspected by mistake is back within
    /// about the time that the suspicion itself took.
    let hold: TimeAmount
    /// An unsteady member that has just refuted is not accused again for so long: 10 probe intervals. That it dies just
    /// then is seen so much later, and by that its suspicions become few.
    let patience: TimeAmount

    /// - Parameter interval: of the probes, unscaled by local health; at least 1 ns.
    init(interval: TimeAmount) {
        let interval = max(interval, .nanoseconds(1))
        window = interval * 60
        hold = interval * 5
        patience = interval * 10
    }
}

/// One member's standing.
struct StandingRecord: Sendable {
    private(set) var standing = Standing.steady
    private(set) var isAccused = false
    /// The last refutations, the oldest first; those that did not happen are long past.
    private var refuted: (Instant, Instant, Instant) = (Self.never, Self.never, Self.never)
    private static let never = Instant(nanoseconds: .min)

    mutating func accused() {
        isAccused = true
        if standing == .steady { standing = .doubted }
    }

    mutating func refuted(at now: Instant, rules: StandingRules) {
        isAccused = false
        refuted = (refuted.1, refuted.2, now)
        if standing == .steady { standing = .doubted }
        if refuted.0 != Self.never, now - refuted.0 <= rules.window { standing = .unsteady }
    }

    /// When it is steady again unless something happens; nil while it is accused, or is steady.
    func end(rules: StandingRules) -> Instant? {
        guard !isAccused else { return nil }
        return switch standing {
        case .steady: nil
        case .doubted: refuted.2 + rules.hold
        case .unsteady: refuted.2 + rules.window
        }
    }

    mutating func elapse(now: Instant, rules: StandingRules) {
        if let end = end(rules: rules), now >= end { standing = .steady }
    }

    /// Whether it has been quiet for so long that nothing of it matters any more.
    func isForgettable(now: Instant, rules: StandingRules) -> Bool {
        standing == .steady && !isAccused && now - refuted.2 > rules.window
    }

    func mayAccuse(now: Instant, rules: StandingRules) -> Bool {
        standing != .unsteady || isAccused || now - refuted.2 >= rules.patience
    }
}
