import MeshBase

/// How long the last 100 answered attempts at a target took, with three of their quantiles: what adaptive timeouts,
/// hedges and explanations stand on. The quantiles are looked at anew with every tenth duration, so that a request pays
/// for a tenth of the search.
public struct DurationRing: Sendable {
    /// How many durations are held.
    public static let capacity = 100
    /// From how many durations on the quantiles mean something, and how often they are looked at anew.
    public static let enough = 10

    private var durations = InlineArray<100, Int64>(repeating: 0)
    private var next: UInt8 = 0
    private var held: UInt8 = 0
    private var sinceLook: UInt8 = 0
    /// Half of them took no longer; zero before `enough`.
    public private(set) var p50 = TimeAmount.zero
    /// Of 100, 95 took less; zero before `enough`.
    public private(set) var p95 = TimeAmount.zero
    /// Of 100, 99 took less; zero before `enough`.
    public private(set) var p99 = TimeAmount.zero

    /// Without any.
    public init() {}

    /// Durations held, 0...100.
    public var count: Int { Int(held) }
    /// Whether the quantiles mean something.
    public var isReady: Bool { held >= Self.enough }

    /// Takes one up, in place of the oldest.
    ///
    /// - Parameter duration: of an attempt that was answered; less than zero counts as zero.
    /// - Returns: whether the quantiles were looked at anew.
    @discardableResult public mutating func record(_ duration: TimeAmount) -> Bool {
        durations[Int(next)] = max(duration.nanoseconds, 0)
        next = next == Self.capacity - 1 ? 0 : next + 1
        if held < Self.capacity { held += 1 }
        sinceLook += 1
        guard sinceLook >= Self.enough else { return false }
        sinceLook = 0
        look()
        return true
    }

    private mutating func look() {
        var search = Selection(values: durations, count: Int(held))
        // Upwards: each search has only what is above the one before it.
        p50 = .nanoseconds(search.value(at: index(0.5)))
        p95 = .nanoseconds(search.value(at: index(0.95)))
        p99 = .nanoseconds(search.value(at: index(0.99)))
    }

    /// The duration at index floor(share x count) of those held now, in ascending order; zero where there is none.
    ///
    /// - Parameter share: 0...1; what lies outside is clamped.
    public func quantile(_ share: Double) -> TimeAmount {
        guard held > 0 else { return .zero }
        var search = Selection(values: durations, count: Int(held))
        return .nanoseconds(search.value(at: index(share)))
    }

    private func index(_ share: Double) -> Int {
        min(Int(Double(held) * (share > 0 ? min(share, 1) : 0)), Int(held) - 1)
    }
}

/// Finds values by their place in ascending order without sorting all (C. A. R. Hoare, "Algorithm 65: Find", CACM 4(7),
/// 1961), in place: the library's sort would take memory for its runs.
private struct Selection {
    var values: InlineArray<100, Int64>
    let count: Int
    /// All before it are known to be no larger than what follows.
    var from = 0

    init(values: InlineArray<100, Int64>, count: Int) {
        self.values = values
        self.count = count
    }

    /// - Parameter place: 0..<count, and none that is below that of the call before.
    mutating func value(at place: Int) -> Int64 {
        var (low, high) = (from, count)
        from = place
        while high - low > 1 {
            let pivot = median(values[low], values[(low + high) / 2], values[high - 1])
            let less = partition(low, high, below: pivot)
            if place < less {
                high = less
                continue
            }
            // Those that equal the pivot, of which there may be many, are done with at once.
            let equal = partition(less, high, below: pivot + 1)
            if place < equal { return pivot }
            low = equal
        }
        return values[low]
    }

    /// Without a branch that depends on a value: which of two is the larger nobody can foretell.
    private mutating func partition(_ low: Int, _ high: Int, below bound: Int64) -> Int {
        var end = low
        var at = low
        while at < high {
            let value = values[at]
            values[at] = values[end]
            values[end] = value
            end += value < bound ? 1 : 0
            at += 1
        }
        return end
    }

    private func median(_ a: Int64, _ b: Int64, _ c: Int64) -> Int64 { max(min(a, b), min(max(a, b), c)) }
}
