import MeshBase

/// How long to wait before the next attempt: keys `backoff`, `base`, `cap`, `multiplier`, `schedule` under `retry`.
/// Formulas by M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015, where they have no other source.
public struct BackoffPolicy: Sendable, Equatable {
    /// How the wait grows with the number n of the retry, counted from 0.
    public enum Growth: UInt8, Sendable, CaseIterable {
        /// base.
        case constant
        /// base x (n + 1).
        case linear
        /// base x multiplier^n.
        case exponential
        /// base x F(n + 1): 1, 1, 2, 3, 5.
        case fibonacci
        /// A draw from [base, multiplier x the wait before it], of which the first is taken as base. Jitter of its own.
        case decorrelated
        /// As decorrelated, with base x (1 + 9 x the share of failures at the target).
        case adaptive
        /// As written, one after the other; the last of them for all beyond. Neither base nor cap holds.
        case schedule
    }

    /// How a wait d that has grown is spread, so that clients that failed together do not come back together.
    public enum Jitter: UInt8, Sendable, CaseIterable {
        /// d.
        case none
        /// [0, d].
        case full
        /// [d/2, d].
        case equal
        /// [d, 2 d].
        case additive
        /// [d/2, 3 d/2].
        case proportional
    }

    /// Waits that are written one by one, at most 16.
    public struct Schedule: Sendable, Equatable {
        private var waits = InlineArray<16, TimeAmount>(repeating: .zero)
        /// How many there are, 0...16.
        public let count: Int

        /// The first 16; one below zero is zero.
        public init(_ waits: [TimeAmount]) {
            count = min(waits.count, 16)
            for index in 0..<count { self.waits[index] = max(waits[index], .zero) }
        }

        /// The n-th, from 0; the last of them for all beyond, zero where there is none.
        public subscript(_ n: Int) -> TimeAmount { count == 0 ? .zero : waits[min(max(n, 0), count - 1)] }

        public static func == (a: Schedule, b: Schedule) -> Bool {
            a.count == b.count && (0..<a.count).allSatisfy { a.waits[$0] == b.waits[$0] }
        }

        /// As for payments that a bank turned down: 30 min, 4 h, 24 h (the same time of day), then 3, 7, 14 and 30 days.
        public static let payment = Schedule([
            .minutes(30), .hours(4), .hours(24), .hours(72), .hours(168), .hours(336), .hours(720),
        ])
    }

    /// How the wait grows.
    public let growth: Growth
    /// How it is spread; `decorrelated`, `adaptive` and `schedule` take none.
    public let jitter: Jitter
    /// The first wait; zero or more.
    public let base: TimeAmount
    /// No wait is longer, jitter included; at least `base`.
    public let cap: TimeAmount
    /// Of `exponential`, 2 where nothing else is said, and of `decorrelated` and `adaptive`, 3; 1...100.
    public let multiplier: Double
    /// Of `schedule`.
    public let schedule: Schedule

    /// Settings out of range become the nearest that are sound.
    ///
    /// - Parameter multiplier: nil is what is usual for `growth`.
    public init(
        _ growth: Growth, jitter: Jitter = .none, base: TimeAmount, cap: TimeAmount, multiplier: Double? = nil,
        schedule: Schedule = Schedule([])
    ) {
        self.growth = growth
        self.jitter = jitter
        self.base = max(base, .zero)
        self.cap = max(cap, self.base)
        let usual = growth == .exponential ? 2.0 : 3.0
        let wanted = multiplier ?? usual
        self.multiplier = wanted.isNaN ? usual : min(max(wanted, 1), 100)
        self.schedule = schedule
    }

    /// 20 ms to 200 ms: on one machine all is near.
    public static let local = BackoffPolicy(.decorrelated, base: .milliseconds(20), cap: .milliseconds(200))
    /// 100 ms to 30 s.
    public static let seed = BackoffPolicy(.decorrelated, base: .milliseconds(100), cap: .seconds(30))
    /// The waits of a bank, for what is retried for weeks.
    public static let payment = BackoffPolicy(
        .schedule, base: .minutes(30), cap: .hours(720), schedule: .payment)

    /// Whether clients that failed together stay together (lint `retry-without-jitter`): nothing is drawn, or it is drawn
    /// from a single point.
    public var isSynchronous: Bool {
        switch growth {
        case .decorrelated, .adaptive: base == cap || multiplier == 1
        case .schedule: true
        default: jitter == .none
        }
    }

    /// What of the written settings cannot be meant, by key.
    public static func problems(
        base: TimeAmount?, cap: TimeAmount?, multiplier: Double?, schedule: [TimeAmount]?
    ) -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        if let base, base < .zero { problems.append(("base", "below zero")) }
        if let base, let cap, cap < base { problems.append(("cap", "below base")) }
        if let multiplier, !(1...100).contains(multiplier) { problems.append(("multiplier", "not between 1 and 100")) }
        if let schedule, schedule.count > 16 { problems.append(("schedule", "more than 16 waits")) }
        if let schedule, schedule.contains(where: { $0 < .zero }) { problems.append(("schedule", "a wait below zero")) }
        return problems
    }
}
