import MeshBase

/// What a probe asks.
public enum ProbeKind: UInt8, Sendable, CaseIterable {
    /// The process answers; a failure restarts it.
    case liveness
    /// It can serve; after a failure routers stop sending.
    case readiness
    /// It has begun; until then it gets no traffic.
    case startup
    /// It is there at all; after a failure routers stop sending.
    case shallow
    /// Everything in it works; a failure tells operators.
    case deep
    /// What an edge calls works; the edge's breaker takes it for a call when there are none.
    case dependency
    /// A whole transaction works; a failure wakes somebody.
    case synthetic

    /// The word in files, metrics and answers.
    public var name: StaticString {
        switch self {
        case .liveness: "liveness"
        case .readiness: "readiness"
        case .startup: "startup"
        case .shallow: "shallow"
        case .deep: "deep"
        case .dependency: "dependency"
        case .synthetic: "synthetic"
        }
    }
}

/// How a probe of one kind is made, and when its results change the verdict.
public struct ProbeSettings: Sendable, Equatable {
    /// From the begin of one to the begin of the next, at least 1 ms.
    public var every: TimeAmount
    /// What has not answered by then has failed; at least 1 ms and, except of startup, at most `every`. Of startup: the
    /// time that it may take in all, over any number of probes.
    public var timeout: TimeAmount
    /// Failures in a row that make it down, at least 1.
    public var failures: Int
    /// Successes in a row that make it up again, at least 1.
    public var successes: Int

    /// As given; `ProbePolicy` makes it sound.
    public init(every: TimeAmount, timeout: TimeAmount, failures: Int = 3, successes: Int = 2) {
        self.every = every
        self.timeout = timeout
        self.failures = failures
        self.successes = successes
    }
}

/// Settings of all kinds of probes.
public struct ProbePolicy: Sendable, Equatable {
    private var settings: [ProbeSettings]

    /// On one machine: what fails is seen within seconds.
    public static let local = ProbePolicy([
        ProbeSettings(every: .seconds(2), timeout: .seconds(1)),
        ProbeSettings(every: .milliseconds(500), timeout: .milliseconds(200)),
        ProbeSettings(every: .milliseconds(200), timeout: .seconds(30)),
        ProbeSettings(every: .seconds(1), timeout: .milliseconds(200)),
        ProbeSettings(every: .seconds(5), timeout: .seconds(1)),
        ProbeSettings(every: .seconds(2), timeout: .milliseconds(500)),
        ProbeSettings(every: .seconds(30), timeout: .seconds(3)),
    ])

    /// As production does.
    public static let seed = ProbePolicy([
        ProbeSettings(every: .seconds(10), timeout: .seconds(1)),
        ProbeSettings(every: .seconds(10), timeout: .seconds(1)),
        ProbeSettings(every: .seconds(1), timeout: .seconds(300)),
        ProbeSettings(every: .seconds(10), timeout: .seconds(1)),
        ProbeSettings(every: .seconds(60), timeout: .seconds(5)),
        ProbeSettings(every: .seconds(30), timeout: .seconds(3)),
        ProbeSettings(every: .minutes(5), timeout: .seconds(30)),
    ])

    private init(_ settings: [ProbeSettings]) { self.settings = settings }

    /// The settings of one kind; what is written is made sound.
    public subscript(_ kind: ProbeKind) -> ProbeSettings {
        get { settings[Int(kind.rawValue)] }
        set { settings[Int(kind.rawValue)] = Self.sound(newValue, kind) }
    }

    private static func sound(_ settings: ProbeSettings, _ kind: ProbeKind) -> ProbeSettings {
        var sound = settings
        sound.every = max(sound.every, .milliseconds(1))
        sound.timeout = max(sound.timeout, .milliseconds(1))
        // Two probes of a kind are never out at once.
        if kind != .startup { sound.timeout = min(sound.timeout, sound.every) }
        sound.failures = max(sound.failures, 1)
        sound.successes = max(sound.successes, 1)
        return sound
    }

    /// What of written settings cannot be meant, by key; `every` below `timeout` is the lint `probe-interval`.
    public static func problems(_ settings: ProbeSettings, of kind: ProbeKind) -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        if settings.every < .milliseconds(1) { problems.append(("every", "shorter than 1 ms")) }
        if settings.timeout < .milliseconds(1) { problems.append(("timeout", "shorter than 1 ms")) }
        if kind != .startup, settings.every < settings.timeout {
            problems.append(("every", "shorter than its timeout"))
        }
        if settings.failures < 1 { problems.append(("failures", "below 1")) }
        if settings.successes < 1 { problems.append(("successes", "below 1")) }
        return problems
    }
}
