import MeshBase

/// How long the last 100 answered attempts at a target took, with three of their quantiles: what adaptive timeouts,
/// hedges and explanations stand on. The quantiles are looked at anew with every tenth duration, so that a request pays
/// for a tenth of a sort.
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
        let sorted = sorted()
        p50 = at(0.5, of: sorted)
        p95 = at(0.95, of: sorted)
        p99 = at(0.99, of: sorted)
        return true
    }

    /// The duration at index floor(share x count) of those held now, in ascending order; zero where there is none.
    ///
    /// - Parameter share: 0...1; what lies outside is clamped.
    public func quantile(_ share: Double) -> TimeAmount { held == 0 ? .zero : at(share, of: sorted()) }

    private func at(_ share: Double, of sorted: InlineArray<100, Int64>) -> TimeAmount {
        let index = Int(Double(held) * (share > 0 ? min(share, 1) : 0))
        return .nanoseconds(sorted[min(index, Int(held) - 1)])
    }

    /// A shell sort: in place, where the library's would take memory for its runs.
    private func sorted() -> InlineArray<100, Int64> {
        var sorted = durations
        var gap = 40
        while gap > 0 {
            var from = gap
            while from < Int(held) {
                let value = sorted[from]
                var to = from
                while to >= gap, sorted[to - gap] > value {
                    sorted[to] = sorted[to - gap]
                    to -= gap
                }
                sorted[to] = value
                from += 1
            }
            gap /= 3
        }
        return sorted
    }
}
