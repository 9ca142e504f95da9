/// Why an attempt is made.
public enum AttemptKind: UInt8, Sendable, CaseIterable {
    /// The one that a call needs anyway.
    case first
    /// After another has failed.
    case retry
    /// Beside another that is still out.
    case hedge

    /// The word in metrics and traces.
    public var name: StaticString {
        switch self {
        case .first: "first"
        case .retry: "retry"
        case .hedge: "hedge"
        }
    }
}

/// What doing a call twice would do.
public enum CallSafety: UInt8, Sendable, CaseIterable {
    /// It only reads (GET, HEAD): it may run twice at once.
    case read
    /// Twice is as once (PUT, DELETE).
    case idempotent
    /// It carries a key, and whoever gets it a second time knows of the first.
    case keyed
    /// It carries a key that only the cell knows that it was given to: where it may have begun, only that cell is asked
    /// again.
    case keyedInCell
    /// Twice is twice: once it may have begun, nobody is asked again.
    case once
}

/// One attempt of a call, 0...15, in the order in which they began.
public struct CallToken: Hashable, Sendable, Comparable {
    /// 0 to 15.
    public let rawValue: UInt8
    /// - Parameter rawValue: 0...15.
    public init(_ rawValue: UInt8) { self.rawValue = rawValue }
    public static func < (a: CallToken, b: CallToken) -> Bool { a.rawValue < b.rawValue }
    @inlinable var index: Int { Int(rawValue) }
}

/// Some of the at most 16 targets of a call, by their positions: of a router's call the cells of the shard, of an edge
/// the one that there is.
public struct TargetSet: OptionSet, Sendable, Hashable {
    /// How many there can be.
    public static let most = 16

    /// Bit n: the token of raw value n.
    public let rawValue: UInt16
    /// From bits, as `rawValue` says.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// One of them.
    ///
    /// - Parameter position: 0...15; the empty set for any other.
    public init(position: Int) { rawValue = (0..<Self.most).contains(position) ? 1 << UInt16(position) : 0 }

    /// The first so many, 0...16.
    public init(count: Int) { rawValue = count >= Self.most ? .max : count <= 0 ? 0 : (1 << UInt16(count)) - 1 }

    /// Whether it has a position.
    public func contains(position: Int) -> Bool { !isDisjoint(with: TargetSet(position: position)) }

    /// How many it has.
    public var count: Int { rawValue.nonzeroBitCount }
    /// The lowest position; nil of the empty set.
    public var first: Int? { rawValue == 0 ? nil : rawValue.trailingZeroBitCount }

    /// Takes the lowest position out.
    public mutating func popFirst() -> Int? {
        guard let first else { return nil }
        self = TargetSet(rawValue: rawValue & (rawValue - 1))
        return first
    }
}
