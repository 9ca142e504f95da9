/// The policy that said no, as problems, traces and metrics name it.
public enum PolicyName: UInt8, Sendable, CaseIterable {
    case admission, attemptTimeout, breaker, bulkhead, capital, concurrency, deadline, degradation, dependency
    case earlyShed, failover, health, idempotency, queue, rateLimit, retryBudget, service, shedding, throttle, value

    /// The id, as in `policy` of a problem.
    public var name: StaticString {
        switch self {
        case .admission: "admission"
        case .attemptTimeout: "attempt-timeout"
        case .breaker: "breaker"
        case .bulkhead: "bulkhead"
        case .capital: "capital"
        case .concurrency: "concurrency"
        case .deadline: "deadline"
        case .degradation: "degradation"
        case .dependency: "dependency"
        case .earlyShed: "early-shed"
        case .failover: "failover"
        case .health: "health"
        case .idempotency: "idempotency"
        case .queue: "queue"
        case .rateLimit: "rate-limit"
        case .retryBudget: "retry-budget"
        case .service: "service"
        case .shedding: "shedding"
        case .throttle: "throttle"
        case .value: "value"
        }
    }
}

/// Why a policy decided as it did, in a sentence and in the figures that it stands on. Made only for who asks: a trace
/// that is explained, a row that is shown.
public struct Explanation: Sendable, Equatable {
    /// One figure by its name.
    public struct Number: Sendable, Equatable {
        /// As in `failure_rate`.
        public let name: String
        /// In the unit that its name says; seconds for times.
        public let value: Double
        /// A figure and its name.
        public init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }
    /// Without a period: `failure rate 0.62 of 26, threshold 0.53, open for 1.4 s more`.
    public var detail: String
    /// The figures in the order in which they are worth reading.
    public var numbers: [Number]

    /// A sentence and the figures that it stands on.
    public init(_ detail: String, _ numbers: [Number] = []) {
        self.detail = detail
        self.numbers = numbers
    }
}
