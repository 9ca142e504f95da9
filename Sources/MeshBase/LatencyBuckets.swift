/// The buckets in which latencies travel: 14 a decade from 10 us to 10 s, one below and one above.
///
/// No 14 equal steps of a logarithmic scale meet both 2.5 and 5, where the bounds of the metrics lie. So each decade is cut at
/// 2.5 and 5 first and these parts in 6, 4 and 4 equal steps: every bound of the metrics is an edge, counts fold onto
/// them exactly, and no bucket is wider than a fifth of its lower end.
package enum LatencyBuckets {
    /// Buckets from one power of ten to the next.
    package static let perDecade = 14
    /// The upper ends of a decade's buckets but the last, in hundredths of its lower end.
    private static let steps: [Int64] = [116, 136, 158, 184, 215, 250, 297, 354, 420, 500, 595, 707, 841, 1_000]
    /// Upper ends in nanoseconds, in rising order: of the bucket below 10 us first, 10 s last. What is longer lies in one
    /// bucket more.
    package static let edges: [Int64] = {
        var edges: [Int64] = [10_000]
        while let low = edges.last, low < 10_000_000_000 { edges += steps.map { low / 100 * $0 } }
        return edges
    }()
    /// How many buckets there are, those at both ends among them: 86.
    package static let count = 6 * perDecade + 2

    /// The bucket of a duration: the first whose upper end is not shorter, as in Prometheus.
    package static func bucket(of duration: TimeAmount) -> Int {
        let value = duration.nanoseconds
        return edges.withUnsafeBufferPointer { edges in
            var (low, high) = (0, edges.count)
            while low < high {
                let middle = (low + high) / 2
                if edges[middle] < value { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }
}

/// Latencies counted in `LatencyBuckets`; made once, it allocates nothing. Written as the buckets that are not empty, each
/// with its count behind it: `[17,3,18,40]`.
package struct LatencyCounts: Sendable, Equatable {
    /// One for each bucket.
    package private(set) var counts = [UInt64](repeating: 0, count: LatencyBuckets.count)

    /// Nothing counted.
    package init() {}

    /// So many in each bucket; what is missing is zero, what is too much is left out.
    package init(counts: some Sequence<UInt64>) {
        for (bucket, count) in counts.prefix(LatencyBuckets.count).enumerated() { self.counts[bucket] = count }
    }

    /// Counts one.
    package mutating func record(_ duration: TimeAmount) { counts[LatencyBuckets.bucket(of: duration)] &+= 1 }

    /// How many were counted.
    package var total: UInt64 { counts.reduce(0, &+) }

    /// Forgets all.
    package mutating func reset() { for bucket in counts.indices { counts[bucket] = 0 } }

    /// Adds what another has counted.
    package mutating func merge(_ other: LatencyCounts) {
        for bucket in counts.indices { counts[bucket] &+= other.counts[bucket] }
    }

    /// The duration that a share of all, 0 to 1, does not exceed, as if each bucket were filled evenly; 10 s for all that
    /// is longer. Nil where nothing was counted.
    package func quantile(_ share: Double) -> TimeAmount? {
        let all = total
        guard all > 0 else { return nil }
        let wanted = max(Double(all) * min(max(share, 0), 1), 1)
        var sum = 0.0
        for bucket in counts.indices where counts[bucket] > 0 {
            let here = Double(counts[bucket])
            if sum + here >= wanted {
                guard bucket < LatencyBuckets.edges.count else { break }
                let low = bucket == 0 ? 0 : LatencyBuckets.edges[bucket - 1]
                let width = Double(LatencyBuckets.edges[bucket] - low)
                return .nanoseconds(low + Int64(width * (wanted - sum) / here))
            }
            sum += here
        }
        return .nanoseconds(LatencyBuckets.edges[LatencyBuckets.edges.count - 1])
    }

    /// How many did not exceed each of these bounds, which have to be edges; nil where one is none.
    package func cumulative(upTo bounds: [TimeAmount]) -> [UInt64]? {
        var sums: [UInt64] = []
        for bound in bounds {
            guard let bucket = LatencyBuckets.edges.firstIndex(of: bound.nanoseconds) else { return nil }
            sums.append(counts[...bucket].reduce(0, &+))
        }
        return sums
    }
}

extension LatencyCounts: Codable {
    package init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        while !list.isAtEnd {
            let bucket = try list.decode(Int.self)
            let count = try list.decode(UInt64.self)
            guard counts.indices.contains(bucket) else {
                throw DecodingError.dataCorruptedError(in: list, debugDescription: "there is no bucket \(bucket)")
            }
            counts[bucket] = count
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for (bucket, count) in counts.enumerated() where count > 0 {
            try list.encode(bucket)
            try list.encode(count)
        }
    }
}
