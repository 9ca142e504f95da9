import MeshBase
import Resilience
import Wire

/// The traces of a router: which requests are followed, and what is kept of them.
///
/// A request is followed where its client asks for it, and one in so many is anyway; of one that fails the router keeps what
/// it knows at its end. Whoever is not followed costs a branch.
package struct RouterTraces: Sendable {
    /// Failures of requests that nobody followed: so many a second are kept, as a flood of them says little more.
    package static let failures = 50

    /// What is kept.
    package internal(set) var log = TraceLog()
    /// The request that was taken up last, or is being answered.
    var answering = Answering()
    private let sample: UInt64
    /// Requests until the next of the sample.
    private var gap: UInt64
    private var coins: Generator
    private var second = Instant.zero
    private var kept = 0

    /// A request between its end in the router's tables and its answer.
    struct Answering: Sendable {
        var request = RequestID(rawValue: 0)
        var trace: FrameTrace?
        var began = Instant.zero
        /// Of the service's name; 0 for records.
        var service: UInt64 = 0

        init() {}
        init(_ request: RequestID, _ trace: FrameTrace?, began: Instant, service: UInt64) {
            self.request = request
            self.trace = trace
            self.began = began
            self.service = service
        }
    }

    /// - Parameter sample: one of so many requests is followed unasked; 0 for none.
    init(sample: UInt64, seed: UInt64) {
        self.sample = sample
        coins = Generator(seed: seed, concern: "traces")
        gap = 0
        gap = nextGap()
    }

    /// The trace that a request belongs to; nil where nobody wants to know.
    @inline(__always)
    mutating func context(of request: DataRequest) -> FrameTrace? {
        gap &-= 1
        guard gap == 0 || request.isExplained || request.trace != nil else { return nil }
        return make(request.trace, isExplained: request.isExplained)
    }

    @inline(never)
    private mutating func make(_ parent: FrameTrace?, isExplained: Bool) -> FrameTrace {
        var trace = parent ?? identify()
        trace.isExplained = isExplained
        if gap == 0 {
            trace.isSampled = true
            gap = nextGap()
        }
        return trace
    }

    /// A trace for a request that has failed; nil where enough of them were kept in this second.
    mutating func failed(_ trace: FrameTrace?, now: Instant) -> FrameTrace? {
        if now - second >= .seconds(1) {
            second = now
            kept = 0
        }
        guard kept < Self.failures else { return nil }
        kept += 1
        var trace = trace ?? identify()
        trace.isSampled = true
        return trace
    }

    private mutating func identify() -> FrameTrace {
        let (high, low) = (coins.next(), coins.next())
        return FrameTrace(high: high, low: max(low, 1), isExplained: false)
    }

    /// Of any length, so that no rhythm of requests meets it: `sample` on average.
    private mutating func nextGap() -> UInt64 { sample == 0 ? .max : 1 + coins.below(2 * sample - 1) }
}
