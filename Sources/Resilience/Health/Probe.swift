import MeshBase

/// One probe of one target: when it is due, when it has taken too long, and what its results amount to.
///
/// The holder makes it: `begin` when `due`, then `ended` with the token or, at `overdue`, `elapsed`. At most one is out,
/// and a result of one that is over changes nothing.
public struct Probe: Sendable {
    /// What the results amount to.
    public enum Verdict: UInt8, Sendable {
        /// None came yet.
        case unknown
        case up
        case down
    }

    /// Names one probe that is out.
    public struct Token: Sendable, Equatable { let number: UInt64 }

    private enum State: Sendable {
        case waiting(due: Instant)
        case out(Token, began: Instant, until: Instant)
        /// Startup, once it has passed or its time is over.
        case over
    }

    /// What it asks.
    public let kind: ProbeKind
    /// How it is made.
    public let settings: ProbeSettings
    /// What the results amount to.
    public private(set) var verdict = Verdict.unknown
    /// The last 100 results.
    public private(set) var history = ResultHistory()
    /// Results in a row that were the same as the last.
    public private(set) var streak = 0
    /// When the last result came.
    public private(set) var lastAt: Instant?
    private var isLastGood = true
    private var state: State
    private var number: UInt64 = 0
    private let since: Instant

    /// - Parameters:
    ///   - settings: of a `ProbePolicy`.
    ///   - due: when the first is made; probes of many targets are spread by it.
    public init(_ kind: ProbeKind, settings: ProbeSettings, now: Instant, due: Instant? = nil) {
        self.kind = kind
        self.settings = settings
        since = now
        state = .waiting(due: due ?? now)
    }

    /// When the next is made; nil while one is out, or none is made any more.
    public var due: Instant? { if case .waiting(let due) = state { due } else { nil } }

    /// When the one that is out has failed; nil while none is.
    public var overdue: Instant? { if case .out(_, _, let until) = state { until } else { nil } }

    /// Begins one.
    ///
    /// - Returns: nil before it is due.
    public mutating func begin(now: Instant) -> Token? {
        guard case .waiting(let due) = state, now >= due else { return nil }
        number += 1
        let token = Token(number: number)
        // All probes of a startup share its time, so that one that hangs does not take all of it.
        let limit = kind == .startup ? min(settings.timeout, max(settings.every, .seconds(1))) : settings.timeout
        state = .out(token, began: now, until: now + limit)
        return token
    }

    /// Takes the result of one.
    ///
    /// - Returns: the verdict, if this changed it.
    public mutating func ended(_ token: Token, isGood: Bool, now: Instant) -> Verdict? {
        guard case .out(token, let began, let until) = state else { return nil }
        // An answer after the timeout is none, whether or not the timer came first.
        return record(isGood && now <= until, began: began, now: now)
    }

    /// Fails the one that is out once its time is over.
    ///
    /// - Returns: the verdict, if this changed it.
    public mutating func elapsed(now: Instant) -> Verdict? {
        guard case .out(_, let began, let until) = state, now >= until else { return nil }
        return record(false, began: began, now: now)
    }

    private mutating func record(_ isGood: Bool, began: Instant, now: Instant) -> Verdict? {
        history.record(isGood)
        streak = isGood == isLastGood || lastAt == nil ? streak + 1 : 1
        isLastGood = isGood
        lastAt = now
        state = .waiting(due: max(began + settings.every, now))
        let before = verdict
        if kind == .startup { judgeStartup(isGood, now: now) } else { judge(isGood) }
        return verdict == before ? nil : verdict
    }

    private mutating func judge(_ isGood: Bool) {
        if isGood {
            // The first success of all suffices: there is no failure that it would have to outweigh.
            if verdict == .unknown || streak >= settings.successes { verdict = .up }
        } else if streak >= settings.failures {
            verdict = .down
        }
    }

    private mutating func judgeStartup(_ isGood: Bool, now: Instant) {
        if isGood {
            verdict = .up
            state = .over
        } else if now - since >= settings.timeout {
            verdict = .down
            state = .over
        }
    }

    /// What the verdict stands on.
    public func explain() -> Explanation {
        let result = lastAt == nil ? "no result yet" : "\(streak) \(isLastGood ? "passed" : "failed") in a row"
        return Explanation(
            "\(kind.name) \(verdict): \(result), \(history.good) of the last \(history.count) passed",
            [
                .init("streak", Double(streak)), .init("good", Double(history.good)),
                .init("of", Double(history.count)),
            ])
    }
}
