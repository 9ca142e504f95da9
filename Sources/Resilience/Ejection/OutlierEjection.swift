import MeshBase

/// Outlier ejection (as in Envoy): of the cells that serve a service, one that fails several times in a row, or clearly
/// more often than the others, is the last choice for a while. A breaker judges a target by itself; this compares it
/// with its like, so a share of failures that no breaker opens for is still seen. It refuses nothing.
///
///     if let change = ejection.record(cell, mark, policy, now: now) { tell(change) }
///     if now >= ejection.nextLook { ejection.look(policy, now: now) { tell($0) } }
///     if ejection.isOut(cell) { ... }     // last choice
public struct OutlierEjection: Sendable {
    /// Why a cell is out: label `why` of `ejections_total`.
    public enum Why: UInt8, Sendable, CaseIterable {
        case consecutive
        case share

        /// The word of the label.
        public var name: StaticString {
            switch self {
            case .consecutive: "consecutive"
            case .share: "share"
            }
        }
    }

    /// One event.
    public enum Change: Sendable, Equatable {
        case out(cell: Int, why: Why, until: Instant)
        case back(cell: Int)
    }

    /// What is known of a cell. 40 bytes.
    private struct Cell: Sendable {
        var good: UInt32 = 0
        var total: UInt32 = 0
        var outUntil = Instant.zero
        var run: UInt16 = 0
        /// Ejections that are not forgotten yet.
        var times: UInt8 = 0
        /// Looks without a result.
        var quiet: UInt8 = Self.forgotten
        var isOut = false
        var why = Why.consecutive
        var wasEjected = false

        /// A cell is one of those with traffic for so many looks after its last result.
        static let forgotten: UInt8 = 10
    }

    private var cells: [Cell] = []
    /// Cells that are out now.
    public private(set) var outCount = 0
    /// When `look` is due.
    public private(set) var nextLook: Instant
    private var counts = SIMD2<UInt64>.zero
    /// How often a choice was made in panic; see `countPanic`.
    public private(set) var panics: UInt64 = 0

    /// Nothing known.
    public init(_ policy: EjectionPolicy, now: Instant) { nextLook = now + policy.interval }

    /// Whether a cell is out.
    ///
    /// - Parameter cell: the holder's number for it, small and dense, 0 and more.
    public func isOut(_ cell: Int) -> Bool { outCount > 0 && cell < cells.count && cells[cell].isOut }

    /// Ejections since the start.
    public func ejections(_ why: Why) -> UInt64 { counts[Int(why.rawValue)] }

    /// Cells with traffic: those that had a result within the last ten looks, and those that are out.
    public var withTraffic: Int { cells.count { $0.isOut || $0.quiet < Cell.forgotten } }

    /// Counts a result of a cell: what counts for a breaker counts here. Those of a cell that is out are ignored, as
    /// they were begun before.
    public mutating func record(_ cell: Int, _ mark: Mark, _ policy: EjectionPolicy, now: Instant) -> Change? {
        guard mark != .nothing else { return nil }
        while cells.count <= cell { cells.append(Cell()) }
        guard !cells[cell].isOut else { return nil }
        cells[cell].quiet = 0
        cells[cell].total &+= 1
        guard mark != .success else {
            cells[cell].good &+= 1
            cells[cell].run = 0
            return nil
        }
        if cells[cell].run < .max { cells[cell].run += 1 }
        guard Int(cells[cell].run) >= policy.consecutive else { return nil }
        return eject(cell, .consecutive, policy, now)
    }

    /// The sweep: brings back who has been out for long enough, and compares the shares of success since the last one.
    /// A cell that was in all the time since has one of its ejections forgotten.
    public mutating func look(_ policy: EjectionPolicy, now: Instant, _ tell: (Change) -> Void) {
        nextLook = now + policy.interval
        for cell in cells.indices where cells[cell].isOut && now >= cells[cell].outUntil {
            cells[cell].isOut = false
            cells[cell].run = 0
            outCount -= 1
            tell(.back(cell: cell))
        }
        compare(policy, now, tell)
        for cell in cells.indices {
            let isQuiet = cells[cell].total == 0
            if cells[cell].isOut {
                cells[cell].quiet = 0
            } else if isQuiet {
                cells[cell].quiet = min(cells[cell].quiet + 1, Cell.forgotten)
            }
            // What it did while others were asked in its place proves nothing.
            if !cells[cell].isOut, !cells[cell].wasEjected, !isQuiet, cells[cell].times > 0 { cells[cell].times -= 1 }
            cells[cell].wasEjected = cells[cell].isOut
            cells[cell].good = 0
            cells[cell].total = 0
        }
    }

    private mutating func compare(_ policy: EjectionPolicy, _ now: Instant, _ tell: (Change) -> Void) {
        var count = 0.0
        var sum = 0.0
        var squares = 0.0
        for cell in cells where !cell.isOut && cell.total >= UInt32(clamping: policy.volume) {
            let share = Double(cell.good) / Double(cell.total)
            count += 1
            sum += share
            squares += share * share
        }
        guard count >= Double(policy.cells) else { return }
        let mean = sum / count
        let threshold = mean - policy.deviations * max(squares / count - mean * mean, 0).squareRoot()
        for cell in cells.indices {
            guard !cells[cell].isOut, cells[cell].total >= UInt32(clamping: policy.volume) else { continue }
            // Where all are alike the mean may lie above them by a rounding.
            guard Double(cells[cell].good) / Double(cells[cell].total) < threshold - 1e-9 else { continue }
            if let change = eject(cell, .share, policy, now) { tell(change) }
        }
    }

    private mutating func eject(_ cell: Int, _ why: Why, _ policy: EjectionPolicy, _ now: Instant) -> Change? {
        guard outCount < policy.most(of: withTraffic) else { return nil }
        outCount += 1
        counts[Int(why.rawValue)] += 1
        cells[cell].times = min(cells[cell].times + 1, UInt8(EjectionPolicy.longest))
        cells[cell].outUntil = now + policy.base * Int64(cells[cell].times)
        cells[cell].isOut = true
        cells[cell].wasEjected = true
        cells[cell].why = why
        return .out(cell: cell, why: why, until: cells[cell].outUntil)
    }

    /// Whether to use all of a shard, as too few of it are available; counted (`panic_total`).
    public mutating func countPanic(available: Int, of all: Int, _ policy: EjectionPolicy) -> Bool {
        guard policy.isPanic(available: available, of: all) else { return false }
        panics += 1
        return true
    }

    /// Where a cell stands, for who is told why it was passed over.
    public func explanation(_ cell: Int, _ policy: EjectionPolicy, now: Instant) -> Explanation {
        guard cell < cells.count, cells[cell].isOut else {
            let run = cell < cells.count ? Int(cells[cell].run) : 0
            return Explanation(
                "in, \(run) bad results in a row of \(policy.consecutive) that eject",
                [.init("run", Double(run)), .init("consecutive", Double(policy.consecutive))])
        }
        let entry = cells[cell]
        let left = max(entry.outUntil - now, .zero)
        let cause =
            switch entry.why {
            case .consecutive: "\(policy.consecutive) bad results in a row"
            case .share: "share of success \(ShortNumber.text(policy.deviations)) deviations below the mean"
            }
        return Explanation(
            "\(cause), out for \(ShortNumber.text(left.seconds)) s more, \(outCount) of \(withTraffic) cells out",
            [
                .init("left_ms", left.milliseconds), .init("times", Double(entry.times)),
                .init("out", Double(outCount)), .init("cells", Double(withTraffic)),
            ])
    }
}
