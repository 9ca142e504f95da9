/// The best candidates seen, at most 16 of them, best first; inline.
///
/// Higher keys are better; among equal keys (2^-64 per pair) the one inserted first.
struct TopCells {
    private(set) var keys = InlineArray<16, UInt64>(repeating: 0)
    private(set) var positions = InlineArray<16, Int32>(repeating: 0)
    private(set) var count = 0
    let limit: Int
    /// A key must exceed this one to be kept; 0 while there is room, and keys are at least 1.
    private(set) var threshold: UInt64 = 0

    /// `limit` is 1...16.
    init(limit: Int) { self.limit = limit }

    /// Keeps the candidate if it is among the best.
    mutating func insert(_ key: UInt64, at place: Int) {
        guard key > threshold else { return }
        if count < limit { count += 1 }
        var position = count - 1
        while position > 0, keys[position - 1] < key {
            keys[position] = keys[position - 1]
            positions[position] = positions[position - 1]
            position -= 1
        }
        keys[position] = key
        positions[position] = Int32(truncatingIfNeeded: place)
        if count == limit { threshold = keys[limit - 1] }
    }
}

/// The first candidates by (rank ascending, key descending), at most 16 of them; inline.
///
/// The rank is a cell's place within its spread domain: this is the order in which a walk takes cells whose limit
/// per domain starts at 1 and rises when the walk runs out.
struct RankedCells {
    private var keys = InlineArray<16, UInt64>(repeating: 0)
    private var ranks = InlineArray<16, Int32>(repeating: 0)
    private(set) var positions = InlineArray<16, Int32>(repeating: 0)
    private(set) var count = 0
    let limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func insert(_ key: UInt64, at place: Int32, rank: Int) {
        let rank = Int32(truncatingIfNeeded: rank)
        if count < limit {
            count += 1
        } else if !precedes(rank, key, limit - 1) {
            return
        }
        var position = count - 1
        while position > 0, precedes(rank, key, position - 1) {
            keys[position] = keys[position - 1]
            ranks[position] = ranks[position - 1]
            positions[position] = positions[position - 1]
            position -= 1
        }
        keys[position] = key
        ranks[position] = rank
        positions[position] = place
    }

    private func precedes(_ rank: Int32, _ key: UInt64, _ position: Int) -> Bool {
        rank != ranks[position] ? rank < ranks[position] : key > keys[position]
    }
}
