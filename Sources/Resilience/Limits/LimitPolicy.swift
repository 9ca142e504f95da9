import MeshBase

/// What moves the limit of a bulkhead, and how far (C15, C34): key `bulkhead.limit`; also the size of a pool that follows
/// its load: `pool.dynamic`.
public struct LimitPolicy: Sendable, Equatable {
    /// The rule.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// Nothing does.
        case fixed
        /// The share of errors of the last 20 calls, see `ErrorsLimit`.
        case errors
        /// How full it is and how well it answers, by a quarter at a time, see `StepLimit`.
        case step
        /// A controller that holds it at a share of its size, see `PIDLimit`.
        case pid
        /// Up by one, down by a tenth, see `AIMDLimit`.
        case aimd
        /// The best round trip over the present one, see `GradientLimit`.
        case gradient
        /// The queue that the round trips tell of, see `VegasLimit`.
        case vegas

        /// The word in files.
        public var name: StaticString {
            switch self {
            case .fixed: "fixed"
            case .errors: "errors"
            case .step: "step"
            case .pid: "pid"
            case .aimd: "aimd"
            case .gradient: "gradient"
            case .vegas: "vegas"
            }
        }

        /// Who says no at this limit: a limit that is found by measuring is a policy of its own.
        public var refusedBy: PolicyName {
            switch self {
            case .fixed, .errors, .step, .pid: .bulkhead
            case .aimd, .gradient, .vegas: .concurrency
            }
        }
    }

    /// The rule that the limit follows.
    public let kind: Kind
    /// What it begins with and comes back to.
    public private(set) var base: Int
    /// The limit never leaves these.
    public private(set) var bounds: ClosedRange<Int>
    /// What `errors`, `step` and `pid` look at is looked at so often.
    public var every: TimeAmount = .seconds(1)
    /// `step`: a call that took longer was not answered well; nil: any success was.
    public var objective: TimeAmount?
    /// `step`: between two changes at least; and so long without one before it contracts.
    public var coolDown: TimeAmount = .seconds(60)
    /// How long a limit stands before idleness makes it smaller.
    public var contractAfter: TimeAmount = .seconds(300)
    /// `pid`: the share of the limit that should be in use, 0.05...0.95.
    public var target = 0.75 {
        didSet { target = target.isFinite ? min(max(target, 0.05), 0.95) : 0.75 }
    }
    /// `pid`: of the size per second, by the error, its integral and its slope.
    public var gains = PIDGains()
    /// `gradient`: how long a best round trip is believed.
    public var bestFor: TimeAmount = .seconds(60)

    /// Bounds that contradict are moved: none below 1, and the base lies within.
    public init(_ kind: Kind, base: Int, bounds: ClosedRange<Int>) {
        let base = max(base, 1)
        self.kind = kind
        self.base = base
        self.bounds = kind == .fixed ? base...base : min(max(bounds.lowerBound, 1), base)...max(bounds.upperBound, base)
    }

    /// The same rule at another size; bounds that contradict are moved as by `init`.
    public func sized(base: Int, bounds: ClosedRange<Int>) -> LimitPolicy {
        let sized = LimitPolicy(kind, base: base, bounds: bounds)
        var policy = self
        (policy.base, policy.bounds) = (sized.base, sized.bounds)
        return policy
    }

    /// As production has it: steps between half of the size and four times of it.
    public static func seed(_ concurrent: Int) -> LimitPolicy { of(.step, concurrent, isLocal: false) }

    /// Of an edge on one machine: by errors, between two and the caller's workers.
    public static func local(_ concurrent: Int, workers: Int) -> LimitPolicy {
        of(.errors, concurrent, isLocal: true, most: workers)
    }

    /// A kind with its own bounds.
    ///
    /// - Parameters:
    ///   - base: calls at once to begin with.
    ///   - isLocal: with times of seconds where production has minutes.
    ///   - most: the caller's workers, where more would be of no use.
    public static func of(_ kind: Kind, _ base: Int, isLocal: Bool, most: Int? = nil) -> LimitPolicy {
        let base = max(base, 1)
        let bounds: ClosedRange<Int> =
            switch kind {
            case .fixed: base...base
            case .errors: isLocal ? 2...max(most ?? 100, 2) : 5...100
            case .step, .pid: max(base / 2, 1)...min(base * 4, max(most ?? .max, base))
            // The floor of a limit that measures: with one call at a time there is nothing left to compare.
            case .aimd, .gradient, .vegas: 3...max(most ?? 1_000, 3)
            }
        var policy = LimitPolicy(kind, base: base, bounds: bounds)
        if isLocal {
            policy.coolDown = .seconds(2)
            policy.contractAfter = .seconds(10)
            policy.bestFor = .seconds(10)
        }
        return policy
    }
}

/// Gains of a controller.
public struct PIDGains: Sendable, Equatable {
    /// By the error; 0.5.
    public var proportional: Double
    /// By its integral over seconds; 0.1.
    public var integral: Double
    /// By its change per second; 0.05.
    public var derivative: Double

    /// What is no number is zero.
    public init(proportional: Double = 0.5, integral: Double = 0.1, derivative: Double = 0.05) {
        self.proportional = proportional.isFinite ? proportional : 0
        self.integral = integral.isFinite ? integral : 0
        self.derivative = derivative.isFinite ? derivative : 0
    }
}
