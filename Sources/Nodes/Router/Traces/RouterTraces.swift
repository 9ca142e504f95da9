import MeshBase
import Resilience
import Wire

/// The traces of a router: which requests are followed, and what is kept of them.
package struct RouterTraces: Sendable {
    /// What is kept.
    package internal(set) var log = TraceLog()
    /// The request that was taken up last, or is being answered.
    var answering = Answering()
    /// Which requests are followed.
    var sampler: TraceSampler

    /// A request between its end in the router's tables and its answer.
    struct Answering: Sendable {
        var request = RequestID(rawValue: 0)
        var trace: FrameTrace?
        var began = Instant.zero
        /// Of the service's name; 0 for records.
        var service: UInt64 = 0
        /// That the client named; nil where it named none.
        var priority: Priority?
        /// It is no customer's.
        var isCheck = false

        init() {}
        init(
            _ request: RequestID, _ trace: FrameTrace?, began: Instant, service: UInt64, priority: Priority?,
            isCheck: Bool
        ) {
            self.request = request
            self.trace = trace
            self.began = began
            self.service = service
            self.priority = priority
            self.isCheck = isCheck
        }
    }

    /// From when on a record is slow.
    let slowRecords: TimeAmount

    /// - Parameters:
    ///   - sample: one of so many requests is followed unasked; 0 for none.
    ///   - slowRecords: the shortest p99 that cells with a store are to hold; nil where none has one.
    init(sample: UInt64, slowRecords: TimeAmount? = nil, seed: UInt64) {
        self.slowRecords = slowRecords ?? .nanoseconds(.max)
        sampler = TraceSampler(sample: sample, coins: Generator(seed: seed, concern: "traces"))
    }
}
