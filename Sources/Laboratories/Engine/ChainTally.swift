import MeshBase

/// What was seen of a chain, second by second.
struct ChainTally: Sendable {
    struct Second: Sendable, Equatable {
        /// Requests of clients.
        var offered = 0
        /// Answers that clients got, in the second in which they got them.
        var answered = 0
        var failed = 0
        /// By hop: calls that began, and attempts that were sent.
        var calls: [Int]
        var attempts: [Int]
        /// Work that was ended of which nobody took the result.
        var wasted = 0
        /// Work that was ended.
        var worked = 0
    }

    private(set) var seconds: [Second]
    /// Of answers to requests that came once latencies are collected.
    var latencies: [TimeAmount] = []
    /// Permits' time at the gates of the last hop, and how many were given.
    var held = TimeAmount.zero
    var permits = 0

    init(hops: Int, end: Instant) {
        let count = Int(max(end.nanoseconds, 0) / 1_000_000_000) + 1
        let none = [Int](repeating: 0, count: hops)
        seconds = Array(repeating: Second(calls: none, attempts: none), count: count)
    }

    mutating func at(_ now: Instant, _ change: (inout Second) -> Void) {
        change(&seconds[min(Int(now.nanoseconds / 1_000_000_000), seconds.count - 1)])
    }

    /// Sums over the seconds [from, to).
    func sum(_ from: Int, _ to: Int, _ value: (Second) -> Int) -> Int {
        guard from < to else { return 0 }
        return seconds[max(from, 0)..<min(to, seconds.count)].reduce(0) { $0 + value($1) }
    }

    /// One over another in the seconds [from, to); 0 where there is nothing.
    func ratio(_ from: Int, _ to: Int, _ part: (Second) -> Int, of whole: (Second) -> Int) -> Double {
        let whole = sum(from, to, whole)
        return whole > 0 ? Double(sum(from, to, part)) / Double(whole) : 0
    }
}
