import MeshBase

/// What time it is by the clocks of many: a node whose own clock is far off from those of the cells it speaks to goes by
/// theirs, and one insane cell moves nobody.
///
/// Of the own clock and of the cells' that were heard lately, more than half have to agree: with three clocks at hand, any
/// one may be wrong by any amount. Where no majority agrees, nothing is known, and what was decided before stays in force.
/// Differences up to `tolerance` are those of the way between, and change nothing.
public struct ClockConsensus: Sendable {
    /// Clocks that differ by no more than this agree.
    public static let tolerance = TimeAmount.milliseconds(250)
    /// A clock that was not heard for so long has no say.
    public static let memory = TimeAmount.seconds(10)
    /// Smaller changes of one clock are not worth deciding anew.
    private static let step = Int64(50)

    private struct Heard: Sendable {
        /// Milliseconds ahead of the own clock; negative for behind.
        var ahead: Int64
        var at: Instant
    }
    private var heard: [Heard?]
    /// To be added to the own clock.
    public private(set) var correction = TimeAmount.zero

    /// - Parameter cells: how many clocks there are besides the own one.
    public init(cells: Int) { heard = Array(repeating: nil, count: cells) }

    /// There are further clocks.
    public mutating func grow(cells: Int) { heard += Array(repeating: nil, count: max(cells - heard.count, 0)) }

    /// The clock of a cell as it stands in a frame: the low 32 bits of its milliseconds since 1970, which tell a difference
    /// of up to 24 days; 0 for none.
    public static func stamp(wall: Int64) -> UInt32 {
        let stamp = UInt32(truncatingIfNeeded: wall / 1_000_000)
        return stamp == 0 ? 1 : stamp
    }

    /// A cell has said what time it is. A position beyond the cells is ignored.
    /// - Parameters:
    ///   - stamp: see `stamp(wall:)`.
    ///   - wall: the own clock, nanoseconds since 1970, without the correction.
    /// - Returns: whether the correction is another one now.
    @discardableResult
    public mutating func heard(_ cell: Int, stamp: UInt32, wall: Int64, now: Instant) -> Bool {
        guard stamp != 0, heard.indices.contains(cell) else { return false }
        let ahead = Int64(Int32(bitPattern: stamp &- Self.stamp(wall: wall)))
        if let known = heard[cell], abs(known.ahead - ahead) <= Self.step, now - known.at <= Self.memory {
            heard[cell]?.at = now
            return false
        }
        heard[cell] = Heard(ahead: ahead, at: now)
        let before = correction
        decide(now: now)
        return correction != before
    }

    /// The own clock was set, by so many nanoseconds: all others are as far behind it as before, and as much more.
    public mutating func ownClockMoved(by amount: Int64) {
        let moved = amount / 1_000_000
        guard abs(moved) > Self.step else { return }
        var newest = Instant.zero
        for cell in heard.indices {
            guard let clock = heard[cell] else { continue }
            heard[cell]?.ahead = clock.ahead &- moved
            newest = max(newest, clock.at)
        }
        decide(now: newest)
    }

    private mutating func decide(now: Instant) {
        var ahead: [Int64] = [0]
        for case let clock? in heard where now - clock.at <= Self.memory { ahead.append(clock.ahead) }
        ahead.sort()
        // Whatever more than half agree on, the one in the middle is among them.
        let middle = ahead[(ahead.count - 1) / 2]
        let agreeing = ahead.count { TimeAmount.milliseconds(abs($0 &- middle)) <= Self.tolerance }
        guard agreeing * 2 > ahead.count else { return }
        let amount = TimeAmount.milliseconds(middle)
        correction = amount > Self.tolerance || amount < .zero - Self.tolerance ? amount : .zero
    }
}
