import MeshBase

/// Attempts of the last 10 s of one scope, in ten parts of a second, of which the oldest leaves whole.
public struct AttemptWindow: Sendable {
    /// How far it looks back.
    public static let length = TimeAmount.seconds(10)

    private struct Part: Sendable {
        var firsts: UInt32 = 0
        var extras: UInt32 = 0
        var hedges: UInt32 = 0
        var retried: UInt32 = 0
    }

    private var parts = InlineArray<10, Part>(repeating: Part())
    /// The second that is written to.
    private var current: Int64 = 0
    /// First attempts that were sent.
    public private(set) var firsts: Int64 = 0
    /// Retries and hedges.
    public private(set) var extras: Int64 = 0
    /// Hedges among them.
    public private(set) var hedges: Int64 = 0
    /// Calls that were retried at least once.
    public private(set) var retried: Int64 = 0

    init() {}

    /// Lets go of what is older; a clock that was set back leaves all where it is.
    mutating func advance(_ now: Instant) {
        let second = max(now.nanoseconds, 0) / 1_000_000_000
        guard second > current else { return }
        let steps = min(second - current, 10)
        for step in 0..<steps {
            let index = Int((second - step) % 10)
            let old = parts[index]
            firsts -= Int64(old.firsts)
            extras -= Int64(old.extras)
            hedges -= Int64(old.hedges)
            retried -= Int64(old.retried)
            parts[index] = Part()
        }
        current = second
    }

    mutating func noteFirst() {
        parts[Int(current % 10)].firsts += 1
        firsts += 1
    }

    mutating func noteRetriedCall() {
        parts[Int(current % 10)].retried += 1
        retried += 1
    }

    mutating func noteExtra(isHedge: Bool) {
        parts[Int(current % 10)].extras += 1
        extras += 1
        guard isHedge else { return }
        parts[Int(current % 10)].hedges += 1
        hedges += 1
    }

    /// One that was noted was never sent. It is taken from the newest part that has one: where the one that it was
    /// noted in has left the window, there is nothing to take back.
    mutating func takeBack(isHedge: Bool) {
        for step in 0..<min(current + 1, 10) {
            let index = Int((current - step) % 10)
            let has = isHedge ? parts[index].hedges : parts[index].extras - parts[index].hedges
            guard has > 0 else { continue }
            parts[index].extras -= 1
            extras -= 1
            if isHedge {
                parts[index].hedges -= 1
                hedges -= 1
            }
            return
        }
    }
}
