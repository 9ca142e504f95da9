import MeshBase

/// Tells when a place begins to be nearly full, and when that ends (event `bulkhead full`). It ends only well below where
/// it begins, so that one call more or less is no news.
public struct FullnessWatch: Sendable {
    /// The share from which a place is nearly full.
    public static let begins = 0.8
    /// The share below which it is no longer.
    public static let ends = 0.6
    /// Nearly full when last looked at.
    public private(set) var isFull = false

    /// Not full.
    public init() {}

    /// - Parameter utilisation: in use over what there is.
    /// - Returns: true where it has begun, false where it has ended, nil for no news.
    public mutating func look(_ utilisation: Double) -> Bool? {
        let now = isFull ? utilisation >= Self.ends : utilisation >= Self.begins
        guard now != isFull else { return nil }
        isFull = now
        return now
    }
}

/// Tells when what matters most waits for what matters least (event `bulkhead inversion`): critical work has waited
/// longer than 100 ms while at least half of the places do low work.
public struct InversionWatch: Sendable {
    /// How long critical work may wait.
    public static let after = TimeAmount.milliseconds(100)
    /// It held when last looked at.
    public private(set) var isInverted = false

    /// Not inverted.
    public init() {}

    /// - Parameters:
    ///   - waitsSince: of the critical job that waits longest; nil: none does.
    ///   - low: places that do low work, of so many in all.
    public static func holds(
        waitsSince: Instant?, low: Int, of places: Int, now: Instant, after: TimeAmount = after
    ) -> Bool {
        guard let waitsSince, now - waitsSince > after else { return false }
        return low * 2 >= places && low > 0
    }

    /// - Returns: true where it has begun, false where it has ended, nil for no news.
    public mutating func look(_ holds: Bool) -> Bool? {
        guard holds != isInverted else { return nil }
        isInverted = holds
        return holds
    }
}

/// Finds places that never come back (event `bulkhead leak`): those held for ten times as long as a job may take.
/// Nothing is kept of single jobs: they are counted by the quarter of that time in which they began, so one is found no
/// earlier than after ten times the limit and no later than a quarter of that afterwards. 80 bytes.
public struct LeakWatch: Sendable {
    /// How many limits a job may be held for.
    public static let patience: Int64 = 10
    private let quarter: Int64
    /// By the quarter in which they began, the present one and the five before it.
    private var counts = SIMD8<Int32>.zero
    private var old: Int32 = 0
    private var present: Int64 = 0
    /// Leaks that were told of.
    private var told: Int32 = 0

    /// - Parameter limit: how long a job may take, at least 1 ms.
    public init(limit: TimeAmount, now: Instant) {
        quarter = (max(limit, .milliseconds(1)) * Self.patience / 4).nanoseconds
        present = now.nanoseconds / quarter
    }

    private static let kept: Int64 = 6

    private mutating func advance(_ now: Instant) {
        let to = now.nanoseconds / quarter
        guard to > present else { return }
        // What is pushed out is older than ten limits for certain.
        for step in 1...min(to - present, Self.kept) {
            let slot = Self.slot(present + step)
            old &+= counts[slot]
            counts[slot] = 0
        }
        present = to
    }

    private static func slot(_ quarter: Int64) -> Int { Int(((quarter % kept) + kept) % kept) }

    /// A job has begun.
    public mutating func began(now: Instant) {
        advance(now)
        counts[Self.slot(present)] &+= 1
    }

    /// A job that began then has ended.
    public mutating func ended(began: Instant, now: Instant) {
        advance(now)
        let quarter = began.nanoseconds / self.quarter
        if quarter > present - Self.kept {
            counts[Self.slot(quarter)] &-= 1
        } else {
            old &-= 1
        }
    }

    /// Jobs held for longer than they can be.
    public func leaked(now: Instant) -> Int {
        var watch = self
        watch.advance(now)
        // A quarter that ended four quarters ago holds only what began ten limits ago or earlier.
        return Int(watch.old &+ watch.counts[Self.slot(watch.present - 5)])
    }

    /// - Returns: how many are held too long, where these are more than when this was last asked; else nil.
    public mutating func look(now: Instant) -> Int? {
        let leaked = Int32(clamping: leaked(now: now))
        defer { told = leaked }
        return leaked > told ? Int(leaked) : nil
    }
}
