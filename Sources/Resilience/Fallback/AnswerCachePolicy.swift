import MeshBase

/// How many last good answers are kept, and for how long they are good.
public struct AnswerCachePolicy: Sendable, Equatable {
    /// The most answers, at least 1: one for each edge and customer.
    public var entries: Int
    /// How long an answer stands in for another unsaid; older ones only where `stale` is what was chosen. At least 0.
    public var ttl: TimeAmount
    /// The most bytes of all answers, at least 1: ten thousand answers of a megabyte would be no cache.
    public var bytes: Int

    /// - Parameters: what is below its least is raised to it, and entries above 16 million are those.
    public init(entries: Int = 10_000, ttl: TimeAmount = .seconds(60), bytes: Int = 64 << 20) {
        self.entries = min(max(entries, 1), 1 << 24)
        self.ttl = max(ttl, .zero)
        self.bytes = max(bytes, 1)
    }

    /// An hour of faults is over in minutes on one machine.
    public static let local = AnswerCachePolicy()
    /// As published: 300 s.
    public static let seed = AnswerCachePolicy(ttl: .seconds(300))
}
