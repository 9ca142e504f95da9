import MeshBase

/// What is written of retries and their backoff (C4, C5): key `retry`.
public struct RetrySettings: PolicySettings {
    /// Failures that are tried again.
    public enum Failure: String, SettingWord {
        case timeout, connect, reset, overloaded, limited, unavailable, deadlock
        /// A 5xx that nothing says is transient.
        case failed
        /// An attempt that a gate refused.
        case blocked
    }
    /// How long to wait before the next attempt.
    public enum Backoff: String, SettingWord {
        case constant, linear, exponential, fibonacci
        case fullJitter = "full-jitter"
        case equalJitter = "equal-jitter"
        case additive, proportional, decorrelated, adaptive, schedule

        /// Whether callers that failed together come back apart.
        public var hasJitter: Bool {
            switch self {
            case .constant, .linear, .exponential, .fibonacci, .schedule: false
            case .fullJitter, .equalJitter, .additive, .proportional, .decorrelated, .adaptive: true
            }
        }
    }
    /// What bounds retries as a whole.
    public enum BudgetKind: String, SettingWord {
        /// A share of the first attempts of the last 10 s.
        case rate
        /// A share of what is out now.
        case concurrent
    }
    /// Rows of the catalogue's table.
    public enum Preset: String, SettingWord {
        case userFacing = "user-facing"
        case background, foundation, general, orchestra

        /// What it stands for.
        public var settings: RetrySettings {
            var settings = RetrySettings()
            settings.backoff = .decorrelated
            switch self {
            case .userFacing: settings.set(attempts: 3, base: .milliseconds(500), cap: .seconds(10))
            case .background: settings.set(attempts: 5, base: .seconds(1), cap: .seconds(300))
            case .foundation: settings.set(attempts: 3, base: .seconds(1), cap: .seconds(30))
            case .general: settings.set(attempts: 5, base: .seconds(1), cap: .seconds(60))
            case .orchestra: settings.set(attempts: 3, base: .milliseconds(100), cap: .seconds(30))
            }
            return settings
        }
    }

    /// Values to begin with.
    public var preset: Preset?
    /// The first one among them, 1...10.
    public var attempts: Int?
    /// Each once.
    public var on: [Failure]?
    /// How long to wait.
    public var backoff: Backoff?
    /// The first delay, or what it is drawn from.
    public var base: TimeAmount?
    /// The longest delay, at least `base`.
    public var cap: TimeAmount?
    /// By how much `exponential` and `decorrelated` grow, 1...100; left out: 2 and 3.
    public var multiplier: Double?
    /// Delays one by one, for `backoff: schedule`; at most 16.
    public var schedule: [TimeAmount]?
    /// What the budget is a share of.
    public var budgetKind: BudgetKind?
    /// Of the first attempts, or of what is out; 0...1.
    public var budgetRatio: Double?
    /// What is allowed however little there is: per second for `rate`, at once for `concurrent`.
    public var budgetFloor: Double?

    /// Nothing is written.
    public init() {}

    private mutating func set(attempts: Int, base: TimeAmount, cap: TimeAmount) {
        self.attempts = attempts
        self.base = base
        self.cap = cap
    }

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("preset", \.preset), SettingField("attempts", \.attempts, .integer(1...10)),
        SettingField("on", \.on, .list(Failure.form, 0...Failure.allCases.count)),
        SettingField("backoff", \.backoff), SettingField("base", \.base, .wait), SettingField("cap", \.cap, .wait),
        SettingField("multiplier", \.multiplier, .factor),
        SettingField("schedule", \.schedule, .list(.duration(.zero...(.hours(1_000))), 1...16)),
        SettingField("budget.kind", \.budgetKind), SettingField("budget.ratio", \.budgetRatio, .ratio),
        SettingField("budget.floor", \.budgetFloor, .number(0...1e6)),
    ]

    /// The preset's values under those that are written.
    public var expanded: Self { preset.map { over($0.settings) } ?? self }
    /// As in files.
    public var presetName: String? { preset?.rawValue }
}
