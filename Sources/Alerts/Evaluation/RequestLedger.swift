import MeshBase

/// How many requests were answered and how many of them failed, back to three days: what rates over windows are made of. Bounded:
/// close moments are kept finely, far ones coarsely.
package struct RequestLedger: Sendable {
    /// Sums of so many steps of one length.
    private struct Ring: Sendable {
        let step: TimeAmount
        let most: Int
        /// The sums at the beginning of each step, the oldest first.
        var marks: [(at: Instant, total: UInt64, failed: UInt64)] = []

        init(step: TimeAmount, most: Int) {
            self.step = step
            self.most = most
        }

        mutating func note(_ now: Instant, _ total: UInt64, _ failed: UInt64) {
            if let last = marks.last, now - last.at < step { return }
            marks.append((now, total, failed))
            if marks.count > most { marks.removeFirst(marks.count - most) }
        }

        var reach: TimeAmount { step * Int64(most) }
    }

    private var rings = [
        Ring(step: .seconds(1), most: 400), Ring(step: .seconds(10), most: 800), Ring(step: .seconds(60), most: 4_400),
    ]
    private var total: UInt64 = 0
    private var failed: UInt64 = 0

    /// Nothing was answered.
    package init() {}

    /// Takes over sums from the beginning; they only rise.
    package mutating func note(total: UInt64, failed: UInt64, now: Instant) {
        self.total = max(total, self.total)
        self.failed = max(failed, self.failed)
        for ring in rings.indices { rings[ring].note(now, self.total, self.failed) }
    }

    /// The share of requests of a window that failed; where it is longer than what is known, of all that is known. Nil where
    /// none was answered.
    package func failureShare(over window: TimeAmount, now: Instant) -> Double? {
        let ring = rings.first { $0.reach >= window } ?? rings[rings.count - 1]
        guard let from = ring.marks.last(where: { now - $0.at >= window }) ?? ring.marks.first, total > from.total
        else {
            return nil
        }
        return Double(failed - from.failed) / Double(total - from.total)
    }
}
