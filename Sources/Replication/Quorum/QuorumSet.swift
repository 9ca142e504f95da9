import MeshBase
import Sharding
import Topology

/// How many members of one set an operation needs.
public enum QuorumNeed: Sendable, Hashable {
    /// More than half of the set.
    case majority
    /// So many, or all where the set has fewer.
    case count(Int)

    /// The number for a set of so many members, 1 or more.
    public func of(_ size: Int) -> Int {
        switch self {
        case .majority: size / 2 + 1
        case .count(let count): min(max(count, 1), max(size, 1))
        }
    }
}

/// How many of a shard's cells an operation on a record needs, by tier. Sizes come from the shard at hand.
public struct QuorumRule: Sendable, Hashable {
    /// Answers a read needs, of each set.
    public var read: QuorumNeed
    /// Acknowledgements a write needs, of each set.
    public var write: QuorumNeed
    /// A read waits for every cell that can be asked, not only for `read` of them.
    public var readsAll: Bool
    /// A read brings what it found to `write` cells before it returns, so that no later read sees older.
    public var writesBack: Bool

    /// The rule of a tier.
    public init(tier: StoreSettings.Tier) {
        switch tier {
        case .critical: self.init(read: .majority, write: .majority, readsAll: false, writesBack: true)
        case .important: self.init(read: .count(1), write: .count(1), readsAll: true, writesBack: false)
        case .cache: self.init(read: .count(1), write: .count(1), readsAll: false, writesBack: false)
        }
    }

    /// A rule by its parts.
    public init(read: QuorumNeed, write: QuorumNeed, readsAll: Bool, writesBack: Bool) {
        self.read = read
        self.write = write
        self.readsAll = readsAll
        self.writesBack = writesBack
    }
}

/// A set of members, as bits: of one shard, or of the two of a joint state.
public typealias Positions = UInt32

/// Of whom quorums are needed: one set of members, or two while joint. Members of both together are numbered from 0,
/// at most 32 of them (two shards of 16).
public struct QuorumSet: Sendable, Hashable {
    /// The members of the shard in force.
    public let first: Positions
    /// Those of the joining shard; 0 where there is none.
    public let second: Positions

    /// Of one set, or of two.
    @inlinable public init(_ first: Positions, and second: Positions = 0) {
        self.first = first
        self.second = second
    }

    /// The first so many members, as one set.
    @inlinable public init(size: Int) { self.init(size >= 32 ? .max : (1 << Positions(size)) - 1) }

    /// All members.
    @inlinable public var all: Positions { first | second }

    /// Whether these are enough of each set.
    @inlinable public func isComplete(_ members: Positions, _ need: QuorumNeed) -> Bool {
        (members & first).nonzeroBitCount >= need.of(first.nonzeroBitCount)
            && (second == 0 || (members & second).nonzeroBitCount >= need.of(second.nonzeroBitCount))
    }

    /// What is missing to be complete: of the set that lacks most, how many it needs and how many these are.
    public func shortage(_ members: Positions, _ need: QuorumNeed) -> (needed: Int, available: Int) {
        func lack(_ set: Positions) -> (needed: Int, available: Int) {
            (need.of(set.nonzeroBitCount), (members & set).nonzeroBitCount)
        }
        let one = lack(first)
        guard second != 0 else { return one }
        let other = lack(second)
        return other.needed - other.available > one.needed - one.available ? other : one
    }
}

/// The cells that take part in one operation on a record, in the order in which they are numbered, and of which of
/// them quorums are needed.
public struct QuorumMembers: Sendable {
    private var cells: InlineArray<32, UInt16> = InlineArray(repeating: 0)
    /// How many there are.
    public private(set) var count = 0
    /// Of whom a quorum is needed.
    public private(set) var quorum = QuorumSet(0)

    /// The members of a customer's state: those of the shard in force first, in its order, then the joining ones.
    public init(_ assignment: Placement.Assignment) {
        for cell in assignment.inForce { add(cell) }
        let first = QuorumSet(size: count).first
        guard assignment.phase == .joint, !assignment.other.isEmpty else {
            quorum = QuorumSet(first)
            return
        }
        var second: Positions = 0
        for cell in assignment.other {
            if let position = position(of: cell) {
                second |= 1 << Positions(position)
            } else {
                second |= 1 << Positions(count)
                add(cell)
            }
        }
        quorum = QuorumSet(first, and: second)
    }

    private mutating func add(_ cell: CellIndex) {
        cells[count] = cell.rawValue
        count += 1
    }

    /// A quorum of one of the two sets is enough; for tests, which show a checker what such a build does.
    package mutating func narrow(toSecond: Bool) {
        quorum = QuorumSet(toSecond && quorum.second != 0 ? quorum.second : quorum.first)
    }

    /// The cell of a number, 0 ..< `count`; another number traps.
    @inline(__always) public subscript(position: Int) -> CellIndex {
        precondition(position >= 0 && position < count, "\(count) members have no position \(position)")
        return CellIndex(cells[position])
    }

    /// The number of a cell; nil for none of the members.
    @inline(__always) public func position(of cell: CellIndex) -> Int? {
        for position in 0..<count where cells[position] == cell.rawValue { return position }
        return nil
    }
}
