/// Shows traces as they come: each once, when it has ended, and no more than so many a second. What is beyond is counted.
package struct TraceTap: Sendable {
    /// Traces in a second that are shown.
    package let rate: Int
    /// Traces that were not shown as too many came.
    package private(set) var leftOut = 0
    /// Those that were shown or left out, with when they began.
    private var seen: [String: Double] = [:]
    private var second = -Double.infinity
    private var shown = 0

    /// How long a request that has not ended is waited for, in milliseconds.
    package static let patience = 5_000.0
    /// How far back is looked, in milliseconds.
    package static let window = 60_000.0

    /// - Parameters:
    ///   - rate: at least 1.
    ///   - now: milliseconds since 1970; what began before is not shown.
    package init(rate: Int, now: Double) {
        self.rate = max(rate, 1)
        start = now
    }

    private let start: Double

    /// From when on processes are to list what they have.
    package func since(now: Double) -> Double { max(start, now - Self.window) }

    /// Of what processes list now, those to show, the oldest first.
    package mutating func take(_ heads: [TraceHead], now: Double) -> [TraceHead] {
        if now - second >= 1_000 {
            second = now
            shown = 0
        }
        let since = since(now: now)
        seen = seen.filter { $0.value >= since }
        var found: [TraceHead] = []
        for head in heads.sorted(by: { $0.began < $1.began }) where head.began >= since && seen[head.trace] == nil {
            guard head.durationMilliseconds != nil || now - head.began >= Self.patience else { continue }
            seen[head.trace] = head.began
            guard shown < rate else {
                leftOut += 1
                continue
            }
            shown += 1
            found.append(head)
        }
        return found
    }
}
