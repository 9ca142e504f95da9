import MeshBase

/// What is written of a breaker (C8-C12): key `breaker`.
public struct BreakerSettings: PolicySettings {
    /// How it judges.
    public enum Kind: String, SettingWord {
        case rate, consecutive, ewma, sigmoid, spc, bayes
    }
    /// What reopens a half-open breaker.
    public enum Reopen: String, SettingWord {
        /// The share of its results.
        case rate
        /// The first bad one.
        case first
    }
    /// What is done about a failure that is foreseen.
    public enum Predict: String, SettingWord {
        case off
        /// It is told, and thresholds are lower.
        case watch
        /// The breaker opens.
        case open
    }

    /// Values to begin with.
    public var preset: Preset?
    /// How it judges.
    public var kind: Kind?
    /// Opens at this share of failures, 0.01...1.
    public var failureRate: Double?
    /// Opens at this share of slow calls, 0.01...1.
    public var slowRate: Double?
    /// A call that takes longer is slow.
    public var slowAfter: TimeAmount?
    /// With fewer results nothing is judged.
    public var volume: Int?
    /// Not together with `decay`.
    public var window: BreakerWindow?
    /// The half-life of results.
    public var decay: TimeAmount?
    /// So many bad ones in a row open.
    public var consecutive: Int?
    /// If the first of them is so long ago.
    public var consecutiveFor: TimeAmount?
    /// The first opening.
    public var open: TimeAmount?
    /// The longest opening.
    public var openMax: TimeAmount?
    /// How much longer each opening in a row lasts.
    public var growth: BreakerGrowth?
    /// Up to this share is added at random, and at least a third of it.
    public var jitter: Double?
    /// Half-open, calls begin so far apart.
    public var probeInterval: TimeAmount?
    /// Half-open, so many are out at once.
    public var halfOpen: Int?
    /// What reopens it while it is half-open.
    public var reopen: Reopen?
    /// Closes at this share of successes; left out: where failures and slow calls are below their rates.
    public var successRate: Double?
    /// Whether load comes back little by little (C9).
    public var recovery: Bool?
    /// How fast, per second.
    public var recoveryRate: Double?
    /// So many successes in a row close.
    public var recoverySuccesses: Int?
    /// Whether the threshold follows how much the share of failures varies (C10).
    public var adaptive: Bool?
    /// What is done about a failure that is foreseen.
    public var predict: Predict?
    /// Whether openings are told to callers (C12).
    public var coordinate: Bool?

    /// Nothing is written.
    public init() {}

    private static let rate = SettingForm.ratio(0.01...1)
    /// Counted in 16 bits.
    private static let results = SettingForm.integer(1...65_535)

    /// Every key.
    public static let fields: [SettingField<Self>] = [
        SettingField("preset", \.preset), SettingField("kind", \.kind),
        SettingField("failure_rate", \.failureRate, rate), SettingField("slow_rate", \.slowRate, rate),
        SettingField("slow-after", \.slowAfter, .timeout), SettingField("volume", \.volume, results),
        SettingField(
            "window", \.window, .either(.duration(.milliseconds(10)...(.hours(24))), .integer(1...1_000_000))),
        SettingField("decay", \.decay, .duration(.milliseconds(10)...(.hours(24)))),
        SettingField("consecutive", \.consecutive, results), SettingField("consecutive-for", \.consecutiveFor, .wait),
        SettingField("open", \.open, .timeout), SettingField("open-max", \.openMax, .day),
        SettingField("growth", \.growth, .either(.words(["linear"]), .factor)),
        SettingField("jitter", \.jitter, .ratio), SettingField("probe-interval", \.probeInterval, .wait),
        SettingField("half-open", \.halfOpen, .integer(1...200)), SettingField("reopen", \.reopen),
        SettingField("success_rate", \.successRate, rate), SettingField("recovery", \.recovery, .toggle),
        SettingField("recovery.rate", \.recoveryRate, .number(0.001...1_000)),
        SettingField("recovery.successes", \.recoverySuccesses, .integer(1...200)),
        SettingField("adaptive", \.adaptive, .toggle), SettingField("predict", \.predict),
        SettingField("coordinate", \.coordinate, .toggle),
    ]
    /// Results count by a window or by their age.
    public static let alternatives = [["window", "decay"]]

    /// The preset's values under those that are written.
    public var expanded: Self { preset.map { over($0.settings) } ?? self }
    /// As in files.
    public var presetName: String? { preset?.rawValue }
}
