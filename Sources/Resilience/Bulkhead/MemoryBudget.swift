/// A budget of bytes (C14): work takes what it will need before it begins, and what would go beyond is refused (label
/// `memory`) in place of the process being ended by its machine. It bounds what is told to it; it measures nothing.
public struct MemoryBudget: Sendable {
    /// 512 MiB, as production has it.
    public static let seedLimit = 512 << 20

    /// Bytes there are, 0 and more; more may be taken for a while after it was lowered.
    public private(set) var limit: Int
    /// Bytes taken now.
    public private(set) var used = 0
    /// The most that was taken at once.
    public private(set) var peak = 0
    /// Refused since the start.
    public private(set) var refused: UInt64 = 0

    /// The share of the bytes there are that nobody's work may have, 0...1; see `hold`.
    public private(set) var held = 0.0

    /// - Parameter limit: in bytes, less than 0 is 0; nil for no bound, as on one machine unless `memory` says so.
    public init(limit: Int?) { self.limit = max(limit ?? .max, 0) }

    /// Bytes taken or held over bytes there are, 0...1 and beyond after it was lowered; without a bound 0.
    public var utilisation: Double {
        limit == .max ? 0 : limit == 0 ? (used > 0 ? 1 : 0) : Double(used) / Double(limit) + held
    }

    /// Bytes that nobody's work may have; without a bound 0.
    public var ballast: Int { limit == .max ? 0 : Int(Double(limit) * held) }

    /// Holds a share of the bytes there are, 0...1, in place of what was held before: ballast, to see what happens when memory is
    /// short. What is taken stays.
    public mutating func hold(_ share: Double) { held = share > 0 ? min(share, 1) : 0 }

    /// - Parameter bytes: 0 or more, given back by the same number.
    /// - Returns: whether they are taken.
    public mutating func take(_ bytes: Int) -> Bool {
        precondition(bytes >= 0, "\(bytes) bytes cannot be taken")
        let room = limit - ballast
        guard bytes <= room, used <= room - bytes else {
            refused += 1
            return false
        }
        used += bytes
        peak = max(peak, used)
        return true
    }

    /// Gives back what `take` has taken.
    public mutating func giveBack(_ bytes: Int) {
        precondition(bytes >= 0 && bytes <= used, "\(bytes) bytes came back of \(used) that were taken")
        used -= bytes
    }

    /// For work that ends in the same call: what it takes is back whatever happens; nil where it was refused.
    public mutating func scope<Result, Failure: Error>(
        _ bytes: Int, _ work: () throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard take(bytes) else { return nil }
        defer { giveBack(bytes) }
        return try work()
    }

    /// Moves the bound; what is taken stays.
    public mutating func resize(to limit: Int?) { self.limit = max(limit ?? .max, 0) }

    /// Where it stands, for who is told why it refused.
    public func explanation(asked bytes: Int) -> Explanation {
        Explanation(
            "\(bytes) bytes asked for, \(used) of \(limit) taken" + (ballast > 0 ? ", \(ballast) held" : ""),
            [.init("asked", Double(bytes)), .init("used", Double(used)), .init("limit", Double(limit))])
    }
}
