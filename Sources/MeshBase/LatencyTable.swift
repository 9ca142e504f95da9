/// Latencies of several things, each counted in `LatencyBuckets`: from the start, and over the last seconds. Made once,
/// counting allocates nothing.
package struct LatencyTable: Sendable {
    /// What `recent` looks back on, at most.
    package static let window = TimeAmount.seconds(10)
    /// How far apart the marks are that a window begins at.
    package static let spacing = TimeAmount.seconds(2)

    private struct Mark: Sendable {
        var at: Instant
        /// The lower halves of the counts: differences are right as long as a window holds less than 2^32.
        var counts: [UInt32]
    }

    /// How many things there are.
    package private(set) var rows: Int
    /// Row by row.
    private var counts: [UInt64]
    /// Nanoseconds, by row.
    private var sums: [UInt64]
    /// The oldest first.
    private var marks: [Mark] = []

    /// - Parameter rows: at least 0.
    package init(rows: Int) {
        self.rows = rows
        counts = Array(repeating: 0, count: rows * LatencyBuckets.count)
        sums = Array(repeating: 0, count: rows)
    }

    /// Further rows, behind the others; windows begin anew.
    package mutating func grow(rows: Int) {
        guard rows > self.rows else { return }
        counts += repeatElement(0, count: (rows - self.rows) * LatencyBuckets.count)
        sums += repeatElement(0, count: rows - self.rows)
        self.rows = rows
        marks = []
    }

    /// Counts one; less than nothing counts as nothing.
    @inline(__always)
    package mutating func record(_ duration: TimeAmount, in row: Int) {
        counts[row * LatencyBuckets.count + LatencyBuckets.bucket(of: duration)] &+= 1
        sums[row] &+= UInt64(max(duration.nanoseconds, 0))
    }

    /// Lets windows begin here; to be called once a second or so. Calls closer than `spacing` do nothing.
    package mutating func mark(_ now: Instant) {
        if let last = marks.last, now - last.at < Self.spacing { return }
        marks.append(Mark(at: now, counts: counts.map { UInt32(truncatingIfNeeded: $0) }))
        while marks.count > 1, now - marks[0].at > Self.window { marks.removeFirst() }
    }

    /// What was counted in a row from the start.
    package func total(_ row: Int) -> LatencyCounts { LatencyCounts(counts: counts[range(row)]) }

    /// All that a row has counted, together.
    package func sum(_ row: Int) -> TimeAmount { .nanoseconds(Int64(clamping: sums[row])) }

    /// What was counted in a row over the window: since the oldest mark, or the start where there is none.
    package func recent(_ row: Int) -> LatencyCounts {
        guard let mark = marks.first else { return total(row) }
        return LatencyCounts(
            counts: range(row).lazy.map { UInt64(UInt32(truncatingIfNeeded: counts[$0]) &- mark.counts[$0]) })
    }

    private func range(_ row: Int) -> Range<Int> {
        row * LatencyBuckets.count..<(row + 1) * LatencyBuckets.count
    }
}
