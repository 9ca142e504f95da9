import MeshBase

/// When a process is under pressure, and what clients are told then.
public struct AdaptivePolicy: Sendable, Equatable {
    /// Share of a core from which on there is pressure; at 1 it is whole. In [0, 0.99].
    public var cpu: Double
    /// Share of the declared memory from which on there is pressure; at 1 it is whole. In [0, 0.99].
    public var memory: Double
    /// p95 of the answers from which on there is pressure; at twice of it it is whole. At least 1 ms. Where the service
    /// has an objective, that; nil: nobody has said how long an answer may take, and nobody asks.
    public var p95: TimeAmount?
    /// The CPU counts only while the loop is later than this: a busy loop that is on time is no overload.
    public var loopLag: TimeAmount
    /// What a refused client is told to wait.
    public var retryAfter: TimeAmount

    /// Out of range: the nearest that is sound.
    public init(
        cpu: Double = 0.8, memory: Double = 0.85, p95: TimeAmount? = .seconds(1),
        loopLag: TimeAmount = .milliseconds(10),
        retryAfter: TimeAmount = .seconds(1)
    ) {
        self.cpu = Self.ratio(cpu, or: 0.8)
        self.memory = Self.ratio(memory, or: 0.85)
        self.p95 = p95.map { max($0, .milliseconds(1)) }
        self.loopLag = max(loopLag, .zero)
        self.retryAfter = max(retryAfter, .zero)
    }

    private static func ratio(_ value: Double, or other: Double) -> Double {
        value.isNaN ? other : min(max(value, 0), 0.99)
    }

    /// On one machine: try again after a second.
    public static let local = AdaptivePolicy(p95: nil)
    /// As production does: after five.
    public static let seed = AdaptivePolicy(p95: nil, retryAfter: .seconds(5))

    /// The keys under `shedding.adaptive` whose written values cannot be meant, each with its reason.
    public static func problems(cpu: Double?, memory: Double?, p95: TimeAmount?) -> [(key: String, reason: String)] {
        var problems: [(key: String, reason: String)] = []
        if let cpu, !(0...0.99).contains(cpu) { problems.append(("cpu", "not between 0 and 0.99")) }
        if let memory, !(0...0.99).contains(memory) { problems.append(("memory", "not between 0 and 0.99")) }
        if let p95, p95 < .milliseconds(1) { problems.append(("p95", "shorter than 1 ms")) }
        return problems
    }
}
