/// Counts of durations in buckets that grow by an eighth at most: quantiles of what is above a microsecond are off by
/// 12.5 % at most, and nothing is allocated after the first.
public struct DurationHistogram: Sendable, Equatable {
    private var counts: [UInt32] = []
    /// How many durations were recorded.
    public private(set) var count: UInt64 = 0
    /// The longest of them; zero for none.
    public private(set) var longest = TimeAmount.zero

    private static let perOctave = 8
    private static let octaves = 40

    /// Nothing recorded.
    public init() {}

    /// A negative duration counts as none.
    public mutating func record(_ duration: TimeAmount) {
        if counts.isEmpty { counts = Array(repeating: 0, count: Self.perOctave * Self.octaves) }
        counts[Self.bucket(duration)] &+= 1
        count += 1
        longest = max(longest, duration)
    }

    /// Adds what another has counted.
    public mutating func merge(_ other: DurationHistogram) {
        guard other.count > 0 else { return }
        if counts.isEmpty { counts = Array(repeating: 0, count: Self.perOctave * Self.octaves) }
        for bucket in counts.indices { counts[bucket] &+= other.counts[bucket] }
        count += other.count
        longest = max(longest, other.longest)
    }

    /// The duration that a share of all, 0 to 1, does not exceed: the upper end of its bucket, and no more than the
    /// longest. Zero where nothing was recorded.
    public func quantile(_ share: Double) -> TimeAmount {
        guard count > 0 else { return .zero }
        let wanted = UInt64((Double(count) * min(max(share, 0), 1)).rounded(.up))
        var sum: UInt64 = 0
        for bucket in counts.indices {
            sum += UInt64(counts[bucket])
            // The last bucket holds all that is longer than the others take.
            if sum >= max(wanted, 1) {
                return bucket == counts.count - 1 ? longest : min(Self.end(of: bucket), longest)
            }
        }
        return longest
    }

    /// Buckets with what they have counted, each by its upper end, for those who add up over processes.
    public var buckets: [(upTo: TimeAmount, count: UInt32)] {
        counts.indices.filter { counts[$0] > 0 }.map { (Self.end(of: $0), counts[$0]) }
    }

    /// How wide the bucket is that has this upper end.
    public static func width(ofBucketUpTo end: TimeAmount) -> TimeAmount {
        let last = UInt64(max(end.nanoseconds / 1_000 - 1, 0))
        guard last >= 8 else { return .microseconds(1) }
        return .microseconds(Int64(1) << Int64(63 - last.leadingZeroBitCount - 3))
    }

    private static func bucket(_ duration: TimeAmount) -> Int {
        // Microseconds, in eighths of an octave above 8 of them.
        let value = UInt64(max(duration.nanoseconds, 0)) / 1_000
        guard value >= 8 else { return Int(value) }
        let octave = 63 - value.leadingZeroBitCount
        let eighth = Int(value >> UInt64(octave - 3)) & 7
        return min((octave - 2) * perOctave + eighth, perOctave * octaves - 1)
    }

    private static func end(of bucket: Int) -> TimeAmount {
        guard bucket >= 8 else { return .microseconds(Int64(bucket + 1)) }
        let octave = bucket / perOctave + 2
        let eighth = Int64(bucket % perOctave)
        return .microseconds((8 + eighth + 1) << Int64(octave - 3))
    }
}
