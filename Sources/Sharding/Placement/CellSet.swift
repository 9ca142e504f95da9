import MeshBase

/// A set of cells as bits, stored inline: cells at positions 0 ..< 1024.
public struct CellSet: Sendable {
    /// Positions that fit: 0 ..< capacity.
    public static let capacity = 1024

    @usableFromInline var words: InlineArray<16, UInt64>

    /// No cell.
    @inlinable public init() { words = InlineArray(repeating: 0) }

    /// The cells named; positions beyond the capacity are left out.
    public init(_ cells: some Sequence<CellIndex>) {
        self.init()
        for cell in cells { insert(cell) }
    }

    /// False as well for a position beyond the capacity.
    @inlinable public func contains(_ cell: CellIndex) -> Bool {
        let position = cell.position
        guard position < CellSet.capacity else { return false }
        return words[position >> 6] >> UInt64(position & 63) & 1 == 1
    }

    /// False where the position is beyond the set's capacity: nothing is inserted.
    @inlinable @discardableResult public mutating func insert(_ cell: CellIndex) -> Bool {
        let position = cell.position
        guard position < CellSet.capacity else { return false }
        words[position >> 6] |= 1 << UInt64(position & 63)
        return true
    }

    /// Changes nothing where the cell is not in the set.
    @inlinable public mutating func remove(_ cell: CellIndex) {
        let position = cell.position
        guard position < CellSet.capacity else { return }
        words[position >> 6] &= ~(1 << UInt64(position & 63))
    }

    /// Adds every cell of the other set.
    public mutating func formUnion(_ other: CellSet) {
        for word in words.indices { words[word] |= other.words[word] }
    }

    /// All of its words, the cells of lower positions first.
    var bits: [UInt64] { words.indices.map { words[$0] } }

    /// How many cells are in it, 0 to 1024.
    public var count: Int {
        var count = 0
        for word in words.indices { count += words[word].nonzeroBitCount }
        return count
    }
    /// Whether no cell is in it.
    public var isEmpty: Bool {
        for word in words.indices where words[word] != 0 { return false }
        return true
    }
}

extension CellSet: Sequence {
    /// Cells in ascending order of their index.
    public struct Iterator: IteratorProtocol {
        var set: CellSet
        var word = 0

        public mutating func next() -> CellIndex? {
            while word < 16 {
                let bits = set.words[word]
                if bits != 0 {
                    set.words[word] = bits & (bits - 1)
                    return CellIndex(word << 6 + bits.trailingZeroBitCount)
                }
                word += 1
            }
            return nil
        }
    }
    public func makeIterator() -> Iterator { Iterator(set: self) }
}

extension CellSet: Equatable {
    public static func == (a: CellSet, b: CellSet) -> Bool {
        for word in a.words.indices where a.words[word] != b.words[word] { return false }
        return true
    }
}

extension CellSet: ExpressibleByArrayLiteral {
    /// The cells named.
    public init(arrayLiteral elements: CellIndex...) { self.init(elements) }
}
