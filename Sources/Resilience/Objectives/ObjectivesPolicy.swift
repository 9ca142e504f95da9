import MeshBase

/// What a cell is to hold.
public enum ObjectiveKind: Int, Sendable, CaseIterable {
    case p99 = 0
    case errorRate = 1
    case throughput = 2

    /// The key in files, and the label of metrics.
    public var name: StaticString {
        switch self {
        case .p99: "p99"
        case .errorRate: "error_rate"
        case .throughput: "throughput"
        }
    }
}

/// The objectives of a cell and how it is judged by them.
public struct ObjectivesPolicy: Sendable, Equatable {
    /// What is done about a violation.
    public enum Mode: Sendable, Equatable {
        /// A level for all features.
        case levels
        /// A quality for each feature.
        case optimise
    }

    /// Nearest-rank p99 of all answers, above 0; nil where it is no objective.
    public var p99: TimeAmount?
    /// The share of answers that are not ok, 0...1; nil where it is none.
    public var errorRate: Double?
    /// Good answers a second, above 0; nil where it is none. Judged only when as many were asked for.
    public var throughput: Double?
    /// What is looked at; at least `every`, and at most 64 of it.
    public var window: TimeAmount
    /// How often; at least 1 ms.
    public var every: TimeAmount
    /// From how many answers in the window on it is judged; at least 1.
    public var minimum: Int
    /// After how many met looks in a row a level is taken back; at least 1.
    public var metLooks: Int
    /// What is done about a violation.
    public var mode: Mode

    /// - Parameters: made sound where they are outside of their ranges; an objective that cannot be is none.
    public init(
        p99: TimeAmount? = nil, errorRate: Double? = nil, throughput: Double? = nil, window: TimeAmount = .seconds(5),
        every: TimeAmount = .milliseconds(500), minimum: Int = 20, metLooks: Int = 3, mode: Mode = .levels
    ) {
        self.p99 = p99.flatMap { $0 > .zero ? $0 : nil }
        self.errorRate = errorRate.flatMap { (0...1).contains($0) ? $0 : nil }
        self.throughput = throughput.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
        self.every = max(every, .milliseconds(1))
        self.window = min(max(window, self.every), self.every * ObjectiveWindow.mostSlices)
        self.minimum = max(minimum, 1)
        self.metLooks = max(metLooks, 1)
        self.mode = mode
    }

    /// 5 s every 500 ms; no objective.
    public static let local = ObjectivesPolicy()
    /// 30 s every 5 s; no objective.
    public static let seed = ObjectivesPolicy(window: .seconds(30), every: .seconds(5))

    /// What was given and is none of these: by key, as `init` would drop or change it.
    public static func problems(
        p99: TimeAmount?, errorRate: Double?, throughput: Double?, window: TimeAmount, every: TimeAmount
    ) -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        if let p99, p99 <= .zero { problems.append(("objectives.p99", "must be above 0")) }
        if let errorRate, !(0...1).contains(errorRate) {
            problems.append(("objectives.error_rate", "must be a share, 0 % to 100 %"))
        }
        if let throughput, !(throughput > 0 && throughput.isFinite) {
            problems.append(("objectives.throughput", "must be above 0"))
        }
        if every < .milliseconds(1) { problems.append(("slo.every", "must be at least 1 ms")) }
        if window < every { problems.append(("slo.window", "must be at least slo.every")) }
        if window > every * ObjectiveWindow.mostSlices {
            problems.append(("slo.window", "must be at most \(ObjectiveWindow.mostSlices) times slo.every"))
        }
        return problems
    }
}
