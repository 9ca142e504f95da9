import MeshBase

/// What a cell was asked and answered over a sliding window, in slices. Recording allocates once a slice.
struct ObjectiveWindow: Sendable {
    /// The most slices of a window.
    static let mostSlices = 64

    /// Counts of a slice, or of several.
    struct Counts: Sendable, Equatable {
        /// Requests that came, those that were shed too.
        var offered: UInt64 = 0
        var answered: UInt64 = 0
        var failed: UInt64 = 0
        /// Answers that took longer than the target; at least twice, at least five times as long.
        var slow: UInt64 = 0
        var twice: UInt64 = 0
        var fiveTimes: UInt64 = 0

        mutating func add(_ other: Counts) {
            offered += other.offered
            answered += other.answered
            failed += other.failed
            slow += other.slow
            twice += other.twice
            fiveTimes += other.fiveTimes
        }
    }

    private struct Slice: Sendable {
        var number: Int64 = -1
        var counts = Counts()
        var durations = DurationHistogram()
    }

    private let every: TimeAmount
    private let target: TimeAmount?
    /// Of the whole window, and the one that is being filled.
    private var slices: [Slice]
    private var began: Instant?

    init(window: TimeAmount, every: TimeAmount, target: TimeAmount?) {
        self.every = every
        self.target = target
        let count = min((window.nanoseconds - 1) / every.nanoseconds + 1, Int64(Self.mostSlices))
        slices = Array(repeating: Slice(), count: Int(count) + 1)
    }

    mutating func offered(now: Instant) {
        let index = slice(now)
        slices[index].counts.offered += 1
    }

    mutating func answered(ok: Bool, took: TimeAmount, now: Instant) {
        let index = slice(now)
        slices[index].counts.answered += 1
        if !ok { slices[index].counts.failed += 1 }
        guard let target else { return }
        slices[index].durations.record(took)
        // Counted against the target itself: buckets are an eighth wide, and a p99 just below the target is none above.
        if took > target {
            slices[index].counts.slow += 1
            if took >= target * 2 { slices[index].counts.twice += 1 }
            if took >= target * 5 { slices[index].counts.fiveTimes += 1 }
        }
    }

    /// All of the window, and how much time that is.
    func sum(now: Instant) -> (counts: Counts, p99: TimeAmount, span: TimeAmount) {
        guard let began else { return (Counts(), .zero, .zero) }
        let current = number(now, began)
        let oldest = max(current - Int64(slices.count) + 1, 0)
        var counts = Counts()
        var durations = DurationHistogram()
        for slice in slices where slice.number >= oldest && slice.number <= current {
            counts.add(slice.counts)
            durations.merge(slice.durations)
        }
        return (counts, durations.quantile(0.99), now - (began + every * oldest))
    }

    /// Whether a whole window has passed since the first request.
    func isFull(now: Instant) -> Bool {
        guard let began else { return false }
        return now - began >= every * Int64(slices.count - 1)
    }

    private func number(_ now: Instant, _ began: Instant) -> Int64 {
        max((now - began).nanoseconds, 0) / every.nanoseconds
    }

    private mutating func slice(_ now: Instant) -> Int {
        let began = self.began ?? now
        self.began = began
        let number = number(now, began)
        let index = Int(number % Int64(slices.count))
        if slices[index].number != number { slices[index] = Slice(number: number) }
        return index
    }
}
