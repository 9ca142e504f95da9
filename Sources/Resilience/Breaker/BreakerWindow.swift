import MeshBase

/// Results that a breaker looks back on: ten buckets of counts, or three sums that decay. 152 bytes.
struct BreakerWindow: Sendable {
    struct Bucket: Sendable {
        var ok: UInt32 = 0
        var failed: UInt32 = 0
        var slow: UInt32 = 0
        var total: UInt32 { ok &+ failed &+ slow }
    }
    /// What is in the window.
    struct Counts: Sendable, Equatable {
        var total: Double
        var failed: Double
        var slow: Double
        var failureShare: Double { total > 0 ? failed / total : 0 }
        var slowShare: Double { total > 0 ? slow / total : 0 }
    }

    private static let slots = 10

    // The sums of a decaying window lie in the first two buckets: one window is of one kind.
    private var buckets = InlineArray<10, Bucket>(repeating: Bucket())
    private var sum = Bucket()
    /// When the newest bucket ends; of decay, when the sums were last brought up to date.
    private var edge: Int64 = .min
    private var newest: UInt8 = 0

    /// Nothing is held any more.
    mutating func clear() { self = BreakerWindow() }

    private static func tenth(_ length: TimeAmount) -> Int64 { max(length.nanoseconds / 10, 1_000_000) }

    /// Counts one result.
    @inline(__always)
    mutating func add(_ mark: Mark, _ window: BreakerPolicy.Window, now: Instant) {
        switch window {
        case .time(let length):
            if now.nanoseconds >= edge { roll(length, now: now) }
        case .calls(let calls):
            rotate(calls)
        case .decay(let half):
            addDecaying(mark, half, now: now)
            return
        }
        let index = Int(newest)
        switch mark {
        case .success:
            buckets[index].ok &+= 1
            sum.ok &+= 1
        case .failure:
            buckets[index].failed &+= 1
            sum.failed &+= 1
        case .slow:
            buckets[index].slow &+= 1
            sum.slow &+= 1
        case .nothing: break
        }
    }

    /// What is held now. A window of time lets go of what is too old only when it is written to or rolled, so that a
    /// look changes nothing.
    @inline(__always)
    func counts(_ window: BreakerPolicy.Window, now: Instant) -> Counts {
        switch window {
        case .time, .calls:
            return Counts(total: Double(sum.total), failed: Double(sum.failed), slow: Double(sum.slow))
        case .decay(let half):
            let weight = Self.weight(now.nanoseconds, edge, half)
            let (ok, failed, slow) = sums
            return Counts(total: (ok + failed + slow) * weight, failed: failed * weight, slow: slow * weight)
        }
    }

    /// Brings a window of time up to date, for a look without a result.
    mutating func advance(_ window: BreakerPolicy.Window, now: Instant) {
        if case .time(let length) = window, now.nanoseconds >= edge { roll(length, now: now) }
    }

    @inline(never)
    private mutating func roll(_ length: TimeAmount, now: Instant) {
        let width = Self.tenth(length)
        guard edge != .min else {
            edge = (now + .nanoseconds(width)).nanoseconds
            return
        }
        let steps = (now.nanoseconds - edge) / width + 1
        edge = (Instant(nanoseconds: edge) + .nanoseconds(width) * steps).nanoseconds
        for _ in 0..<min(steps, Int64(Self.slots)) { drop(slots: Self.slots) }
    }

    private mutating func rotate(_ calls: Int) {
        let calls = min(max(calls, 1), 1_000_000)
        let size = (calls + Self.slots - 1) / Self.slots
        if buckets[Int(newest)].total >= UInt32(size) { drop(slots: (calls + size - 1) / size) }
    }

    /// The oldest bucket leaves and becomes the newest.
    private mutating func drop(slots: Int) {
        newest = Int(newest) + 1 >= slots ? 0 : newest + 1
        let oldest = buckets[Int(newest)]
        sum.ok &-= oldest.ok
        sum.failed &-= oldest.failed
        sum.slow &-= oldest.slow
        buckets[Int(newest)] = Bucket()
    }

    // MARK: Decay

    private var sums: (ok: Double, failed: Double, slow: Double) {
        func number(_ high: UInt32, _ low: UInt32) -> Double {
            Double(bitPattern: UInt64(high) << 32 | UInt64(low))
        }
        return (
            number(buckets[0].ok, buckets[0].failed), number(buckets[0].slow, buckets[1].ok),
            number(buckets[1].failed, buckets[1].slow)
        )
    }

    // An exponential costs more than all the rest of a call: below a thousandth of the half-life (0.07 %) nothing decays
    // yet, and what is owed is made up for then.
    private static func weight(_ now: Int64, _ since: Int64, _ half: TimeAmount) -> Double {
        let half = max(half.nanoseconds, 10_000_000)
        guard since != .min, now &- since > half >> 10 else { return 1 }
        return exponential(-0.6931471805599453 * Double(now - since) / Double(half))
    }

    private mutating func addDecaying(_ mark: Mark, _ half: TimeAmount, now: Instant) {
        let weight = Self.weight(now.nanoseconds, edge, half)
        var (ok, failed, slow) = sums
        if weight != 1 || edge == .min {
            ok *= weight
            failed *= weight
            slow *= weight
            edge = now.nanoseconds
        }
        switch mark {
        case .success: ok += 1
        case .failure: failed += 1
        case .slow: slow += 1
        case .nothing: break
        }
        buckets[0] = Bucket(
            ok: UInt32(truncatingIfNeeded: ok.bitPattern >> 32), failed: UInt32(truncatingIfNeeded: ok.bitPattern),
            slow: UInt32(truncatingIfNeeded: failed.bitPattern >> 32))
        buckets[1] = Bucket(
            ok: UInt32(truncatingIfNeeded: failed.bitPattern),
            failed: UInt32(truncatingIfNeeded: slow.bitPattern >> 32),
            slow: UInt32(truncatingIfNeeded: slow.bitPattern))
    }
}
