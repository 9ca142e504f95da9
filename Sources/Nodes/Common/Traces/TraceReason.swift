/// Why a process keeps its part of a trace. Whoever was not followed and ends unlike the others is kept all the same, so that an
/// error has its trace without luck.
package enum TraceReason: UInt8, Sendable, CaseIterable {
    /// One of so many, unasked.
    case sampled
    /// The caller has a tracer of its own that keeps it (`traceparent`, flag 01).
    case caller
    /// `X-Explain: 1`.
    case explained
    /// 500 and above, and 429.
    case failed
    /// Refused for its class, where room was kept for others.
    case shed
    /// Less than all was answered, and the answer says so.
    case degraded
    /// It took longer than the objective of its cells (`objectives.p99`).
    case slow
    /// A second attempt was made after one that came to nothing.
    case failedOver
    /// A second attempt was made beside one that took long.
    case hedged

    /// The word in documents.
    package var name: StaticString {
        switch self {
        case .sampled: "sampled"
        case .caller: "caller"
        case .explained: "explained"
        case .failed: "failed"
        case .shed: "shed"
        case .degraded: "degraded"
        case .slow: "slow"
        case .failedOver: "failed-over"
        case .hedged: "hedged"
        }
    }

    /// It says how the request ended, not that somebody wished to know.
    package var isOutcome: Bool {
        switch self {
        case .sampled, .caller, .explained: false
        case .failed, .shed, .degraded, .slow, .failedOver, .hedged: true
        }
    }
}
