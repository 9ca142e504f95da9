import MeshBase

/// Sheds by priority as a place fills: the less a request matters, the earlier it is refused, so that room is left for
/// what matters more. Load is the work in hand over what the place can hold; a class is refused from its threshold on.
///
///     guard shedder.admit(.normal, inWork: pool.busy + pool.waiting) else { return refuse(.shed) }
///
/// Critical work is never shed, nor is a class whose threshold is 100 %: of these the place's own hard bound decides.
/// As thresholds fall with importance, no class is refused while a lesser one would be admitted. Pure: the holder keeps
/// the work and tells how much of it there is.
public struct LoadShedder: Sendable {
    /// How long after what was shed another attempt may be worth it, as a client is told.
    public static let retryAfter = TimeAmount.seconds(1)

    /// What the place can hold, at least 1: workers and queue of a pool, orders of a store.
    public private(set) var capacity: Int
    private let thresholds: ShedThresholds
    /// Work in hand from which on a class is refused; `Int.max` for never.
    @usableFromInline var highBound: Int
    @usableFromInline var normalBound: Int
    @usableFromInline var lowBound: Int
    /// What was refused since the start, by class; critical stays 0.
    public private(set) var shed = PriorityCounts()
    private var watch = ShedWatch()

    /// - Parameters:
    ///   - capacity: at least 1.
    ///   - thresholds: made to fall with importance where they do not.
    public init(capacity: Int, thresholds: ShedThresholds = ShedThresholds()) {
        precondition(capacity > 0)
        self.capacity = capacity
        self.thresholds = thresholds.ordered
        (highBound, normalBound, lowBound) = (0, 0, 0)
        resize(to: capacity)
    }

    /// What the place can hold has changed; what was counted stays.
    ///
    /// - Parameter capacity: less than 1 is 1.
    public mutating func resize(to capacity: Int) {
        self.capacity = max(capacity, 1)
        highBound = Self.bound(thresholds.high, of: self.capacity)
        normalBound = Self.bound(thresholds.normal, of: self.capacity)
        lowBound = Self.bound(thresholds.low, of: self.capacity)
    }

    /// The least work in hand at which the load is at or above the threshold. In millionths, so that 55 % of 100 is 55
    /// and not the 56 that rounding up 55.00000000000001 would give.
    private static func bound(_ threshold: Double, of capacity: Int) -> Int {
        guard threshold < 1 else { return .max }
        let millionths = UInt64((max(threshold, 0) * 1_000_000).rounded())
        guard millionths < 1_000_000 else { return .max }
        let product = UInt64(capacity).multipliedFullWidth(by: millionths)
        let (whole, rest) = UInt64(1_000_000).dividingFullWidth(product)
        return Int(whole) + (rest > 0 ? 1 : 0)
    }

    /// Whether work of this class is taken up beside so much in hand. Counts nothing.
    @inlinable public func admits(_ priority: Priority, inWork: Int) -> Bool {
        switch priority {
        case .critical: true
        case .high: inWork < highBound
        case .normal: inWork < normalBound
        case .low: inWork < lowBound
        }
    }

    /// Whether work of this class is taken up beside so much in hand; a refusal is counted.
    @inlinable public mutating func admit(_ priority: Priority, inWork: Int) -> Bool {
        // Below the lowest bound, which is nearly always, one comparison is all.
        if inWork < lowBound || admits(priority, inWork: inWork) { return true }
        refuse(priority)
        return false
    }

    @usableFromInline mutating func refuse(_ priority: Priority) { shed[priority] += 1 }

    /// Tells of each class whether shedding it has begun (true) or ended (false) since this was last asked. It has begun
    /// once one was refused, and ended once none was from one asking to the next: asked once a second, a place at the
    /// edge tells of each class no more than once a second.
    public mutating func changes(_ tell: (Priority, Bool) -> Void) { watch.changes(shed, tell) }
}
