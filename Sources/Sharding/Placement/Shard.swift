import MeshBase

/// The cells that hold one customer, in the customer's order: the first healthy one serves.
///
/// At most 16 cells, stored inline: making, copying and reading a shard allocates nothing.
public struct Shard: Sendable {
    /// The largest k.
    public static let capacity = 16

    @usableFromInline var cells: InlineArray<16, UInt16>
    @usableFromInline var used: UInt8

    /// No cell.
    @inlinable public init() {
        // Written out: `InlineArray(repeating:)` is a call, and lookups make many.
        cells = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        used = 0
    }

    /// The given cells in the given order; nil when there are more than 16 or one is named twice.
    public init?(_ members: some Sequence<CellIndex>) {
        self.init()
        for member in members {
            guard append(member) else { return nil }
        }
    }

    /// Adds a cell at the end; false, and nothing changed, when the shard is full or has it already.
    ///
    /// Never inlined: in a loop that is left early, optimised code of Swift 6.3 forgets what it has written.
    @inline(never) @discardableResult public mutating func append(_ cell: CellIndex) -> Bool {
        guard Int(used) < Shard.capacity, !contains(cell) else { return false }
        cells[Int(used)] = cell.rawValue
        used += 1
        return true
    }

    /// Whether the cell is a member.
    @inlinable public func contains(_ cell: CellIndex) -> Bool {
        for position in 0..<Int(used) where cells[position] == cell.rawValue { return true }
        return false
    }

    /// How many members are in the set.
    @inlinable public func count(in set: CellSet) -> Int {
        var count = 0
        for position in 0..<Int(used) where set.contains(CellIndex(cells[position])) { count += 1 }
        return count
    }

    /// The members that are not in the set, in the same order.
    public func leaving(out set: CellSet) -> Shard {
        var left = Shard()
        for cell in self where !set.contains(cell) { left.append(cell) }
        return left
    }

    /// Without the members that are left; of another shard so many take their places, at the end and in its order.
    public func replacing(where isLeft: (CellIndex) -> Bool, by others: Shard) -> Shard {
        var shard = Shard()
        for cell in self where !isLeft(cell) { shard.append(cell) }
        for cell in others where shard.count < count { shard.append(cell) }
        return shard
    }

    /// How many members the other shard has too.
    public func overlap(with other: Shard) -> Int {
        var count = 0
        for cell in self where other.contains(cell) { count += 1 }
        return count
    }
}

extension Shard: RandomAccessCollection {
    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { Int(used) }
    /// The member at a position, 0 ..< `count`; another position traps.
    @inlinable public subscript(position: Int) -> CellIndex {
        precondition(position >= 0 && position < Int(used), "a shard of \(used) cells has none at \(position)")
        return CellIndex(cells[position])
    }
}

extension Shard: Equatable {
    public static func == (a: Shard, b: Shard) -> Bool {
        guard a.used == b.used else { return false }
        for position in 0..<Int(a.used) where a.cells[position] != b.cells[position] { return false }
        return true
    }
}

extension Shard: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let numbers = try container.decode([UInt16].self)
        guard let shard = Shard(numbers.map { CellIndex($0) }) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a shard has at most 16 cells, each once")
        }
        self = shard
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(map(\.rawValue))
    }
}

extension Shard: ExpressibleByArrayLiteral {
    /// Cells after the sixteenth and repeated ones are dropped.
    public init(arrayLiteral elements: CellIndex...) {
        self.init()
        for element in elements { append(element) }
    }
}
