import MeshBase

/// How calls come back after probes have passed (C9): the share that is admitted grows with the time since the last
/// failure, with successes in a row and with how well it went before. Key `breaker.recovery`.
public struct RecoveryRamp: Sendable, Equatable {
    /// Per second, above 0: how fast time alone gives trust back.
    public var rate: Double
    /// Successes in a row that close, 1...200.
    public var successes: Int

    /// A tenth of the way in a second.
    public static let seed = RecoveryRamp(rate: 0.1)
    /// Nearly two thirds of the way in a second.
    public static let local = RecoveryRamp(rate: 1, successes: 5)

    /// - Parameters: how fast time alone admits more, per second, and how many successes in a row close.
    public init(rate: Double, successes: Int = 10) {
        self.rate = rate
        self.successes = successes
    }

    /// How long no failure has to come for it to close whatever has come: by then time has given back 95 %. Who calls seldom
    /// would never have so many successes in a row as close, and be turned away by chance for hours.
    public var rest: TimeAmount { rate > 0 ? TimeAmount(seconds: min(3 / rate, 86_400)) : .hours(24) }

    /// The share of calls that is admitted, 0.05...1; with the catalogue's weights it never is above 0.73.
    ///
    /// - Parameters:
    ///   - sinceFailure: time since the last failure; nil: there was none.
    ///   - inARow: successes since then, at least 0.
    ///   - history: share of former recoveries that held, 0...1; 0.5 before any.
    public func share(sinceFailure: TimeAmount?, inARow: Int, history: Double) -> Double {
        let rested = sinceFailure.map { 1 - exponential(-max(rate, 0) * max($0.seconds, 0)) } ?? 1
        let proven = inARow == 0 ? 0.1 : min(1, Double(inARow) / Double(max(successes, 1)))
        let share = 0.3 * 0.1 + 0.3 * rested + 0.2 * proven + 0.2 * history
        return min(max(share, 0.05), 1)
    }
}
