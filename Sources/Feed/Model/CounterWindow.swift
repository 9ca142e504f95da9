import MeshBase

/// Counters of one process over the last 10 s: what they rose by, and in how long.
struct CounterWindow: Sendable {
    /// Rates are over so much.
    static let length = TimeAmount.seconds(10)
    /// One sample in so much time is kept, and the latest: thirteen at most.
    private static let spacing = TimeAmount.milliseconds(900)
    /// Over less than this there is no rate.
    private static let shortest = TimeAmount.milliseconds(500)

    private struct Sample: Sendable {
        var at: Instant
        var values: [UInt64]
    }
    private var samples: [Sample] = []
    private var latest: Sample?

    /// Counters that have fallen, or are others, are of a new life: the window begins with them.
    mutating func take(_ values: [UInt64], at: Instant) {
        if let latest {
            let isSameLife =
                values.count == latest.values.count && at >= latest.at
                && zip(values, latest.values).allSatisfy { $0 >= $1 }
            if !isSameLife { samples = [] }
        }
        latest = Sample(at: at, values: values)
        if let last = samples.last, at - last.at < Self.spacing { return }
        samples.append(Sample(at: at, values: values))
        while samples.count > 1, at - samples[1].at >= Self.length { samples.removeFirst() }
    }

    /// Nil before there is a window.
    var change: CounterChange? {
        guard let first = samples.first, let latest, latest.at - first.at >= Self.shortest else { return nil }
        return CounterChange(first: first.values, last: latest.values, seconds: (latest.at - first.at).seconds)
    }
}

/// What counters rose by.
struct CounterChange {
    fileprivate let first: [UInt64]
    fileprivate let last: [UInt64]
    /// More than 0.
    let seconds: Double

    /// Zero for a counter that there is none of.
    subscript(_ counter: Int) -> UInt64 { counter < last.count ? last[counter] - first[counter] : 0 }

    /// A second.
    func rate(_ counter: Int) -> Double { Double(self[counter]) / seconds }

    /// Of counters of `LatencyBuckets`, from one on.
    func latency(from counter: Int) -> LatencyCounts {
        LatencyCounts(counts: (counter..<counter + LatencyBuckets.count).map { self[$0] })
    }
}
