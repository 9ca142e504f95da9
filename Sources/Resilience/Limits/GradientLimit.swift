import MeshBase

/// A limit by the gradient of round trips (as adaptive concurrency of Envoy and Netflix): over a window of calls,
/// g = best x (1 + buffer) / median, within 0.5...2, and the limit becomes g x limit + the square root of it, which is the
/// queue that is allowed. The best round trip is measured anew now and then, with the limit at its floor, so that a
/// target that became slower for good is not starved for ever.
struct GradientLimit: Sendable, Equatable {
    /// How much longer than the best a round trip may be before the limit falls.
    static let buffer = 0.25
    /// Samples of a window.
    static let window = 25
    /// Samples of a measurement of the best.
    static let measurement = 50
    /// Windows in a row in which the limit could fall no further after which the best is not believed any more. That is
    /// at 4, where half of it and its square root are it, or at a floor above that.
    static let windowsAtEnd = 5

    private(set) var limit: Int
    /// The median of the last measurement; zero before any.
    private(set) var best = TimeAmount.zero
    /// Of the last window.
    private(set) var gradient = 1.0
    private var samples = InlineArray<50, Int64>(repeating: 0)
    private var count = 0
    /// What the limit was before a measurement lowered it; nil: none is going on.
    private var before: Int?
    private var measureAt: Instant?
    private var atEnd = 0
    private var salt: UInt64

    init(limit: Int, salt: UInt64 = 0) {
        self.limit = limit
        self.salt = salt
        before = limit
    }

    static func == (a: GradientLimit, b: GradientLimit) -> Bool {
        a.limit == b.limit && a.best == b.best && a.count == b.count && a.before == b.before
    }

    mutating func ended(
        _ sample: ConcurrencyLimit.Sample, bounds: ClosedRange<Int>, bestFor: TimeAmount, now: Instant
    ) {
        if before == nil, let measureAt, now >= measureAt { beginMeasurement(bounds) }
        let took: Int64
        switch sample {
        case .answered(let amount) where amount > .zero: took = amount.nanoseconds
        // Without room a call has no round trip. It counts as one twice as long as the best, the worst there is.
        case .dropped where before == nil: took = (best * (2 * (1 + Self.buffer))).nanoseconds
        case .answered, .dropped, .failed, .nothing: return
        }
        samples[count] = took
        count += 1
        if before != nil {
            // The first measurement is made at the limit that was set: nothing is known to be too much yet.
            if count == Self.measurement { endMeasurement(bestFor, now) }
        } else if count == Self.window {
            endWindow(bounds, now)
        }
    }

    private mutating func beginMeasurement(_ bounds: ClosedRange<Int>) {
        before = limit
        limit = bounds.lowerBound
        count = 0
        atEnd = 0
    }

    private mutating func endMeasurement(_ bestFor: TimeAmount, _ now: Instant) {
        best = .nanoseconds(max(median(), 1))
        limit = before ?? limit
        before = nil
        salt = StableHash.mix(salt &+ 0x9E37_79B9_7F4A_7C15)
        // Up to a tenth later, so that gates do not measure together.
        measureAt = now + bestFor + bestFor / 10_000 * Int64(salt % 1_000)
    }

    private mutating func endWindow(_ bounds: ClosedRange<Int>, _ now: Instant) {
        gradient = Self.gradient(best: best, sample: .nanoseconds(max(median(), 1)))
        let former = limit
        limit = Self.next(limit, gradient: gradient, bounds: bounds)
        atEnd = gradient == 0.5 && limit == former ? atEnd + 1 : 0
        if atEnd >= Self.windowsAtEnd { measureAt = now }
    }

    /// Best over present with its buffer, 0.5...2.
    static func gradient(best: TimeAmount, sample: TimeAmount) -> Double {
        min(max(best.seconds * (1 + buffer) / sample.seconds, 0.5), 2)
    }

    /// g x limit + its square root, rounded, within the bounds.
    static func next(_ limit: Int, gradient: Double, bounds: ClosedRange<Int>) -> Int {
        let limit = Double(limit)
        // The floor keeps it far below what an integer takes.
        let next = gradient * limit + limit.squareRoot()
        return min(max(Int(min(next, 1e9).rounded(.down)), bounds.lowerBound), bounds.upperBound)
    }

    /// Of the samples so far, the upper one of two; empties them. An insertion sort in place: at most 50.
    private mutating func median() -> Int64 {
        for from in 1..<max(count, 2) where from < count {
            let value = samples[from]
            var to = from
            while to > 0, samples[to - 1] > value {
                samples[to] = samples[to - 1]
                to -= 1
            }
            samples[to] = value
        }
        let median = samples[count / 2]
        count = 0
        return median
    }
}
