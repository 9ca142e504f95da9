import MeshBase

/// How a draw becomes a key, at least 1; chosen once per lookup, so that no loop decides on it.
protocol RendezvousScoring {
    static func key(_ draw: UInt64, weight: UInt32) -> UInt64
    /// True where the key of the draw certainly does not exceed `floor`.
    static func cannotExceed(_ floor: UInt64, _ draw: UInt64, weight: UInt32) -> Bool
}
enum EqualWeights: RendezvousScoring {
    @inline(__always) static func key(_ draw: UInt64, weight: UInt32) -> UInt64 { max(draw, 1) }
    @inline(__always)
    static func cannotExceed(_ floor: UInt64, _ draw: UInt64, weight: UInt32) -> Bool { draw <= floor && floor > 0 }
}
enum UnequalWeights: RendezvousScoring {
    @inline(__always)
    static func key(_ draw: UInt64, weight: UInt32) -> UInt64 { Rendezvous.key(draw, weight: weight) }
    @inline(__always)
    static func cannotExceed(_ floor: UInt64, _ draw: UInt64, weight: UInt32) -> Bool {
        Rendezvous.isBelow(floor, draw, weight: weight)
    }
}

/// Which cells a lookup passes over.
protocol CellExclusion {
    static var isEmpty: Bool { get }
    func excludes(_ cell: UInt16) -> Bool
}
struct NoExclusion: CellExclusion {
    static var isEmpty: Bool { true }
    @inline(__always) func excludes(_ cell: UInt16) -> Bool { false }
}
struct ExcludedCells: CellExclusion {
    let set: CellSet
    static var isEmpty: Bool { false }
    @inline(__always) func excludes(_ cell: UInt16) -> Bool { set.contains(CellIndex(cell)) }
}

extension PlacementViews {
    func shard(of customer: CustomerHash, in view: Int) -> Shard {
        isWeighted
            ? walk(view, customer, NoExclusion(), UnequalWeights.self)
            : walk(view, customer, NoExclusion(), EqualWeights.self)
    }

    func shard(of customer: CustomerHash, in view: Int, excluding excluded: CellSet) -> Shard {
        isWeighted
            ? walk(view, customer, ExcludedCells(set: excluded), UnequalWeights.self)
            : walk(view, customer, ExcludedCells(set: excluded), EqualWeights.self)
    }

    @inline(__always)
    private func walk<E: CellExclusion, S: RendezvousScoring>(
        _ number: Int, _ customer: CustomerHash, _ exclusion: E, _ scoring: S.Type
    ) -> Shard {
        let view = views[number]
        guard view.size > 0 else { return Shard() }
        return words.withUnsafeBufferPointer { words in
            candidates.withUnsafeBufferPointer { candidates in
                blocks.withUnsafeBufferPointer { blocks in
                    domains.withUnsafeBufferPointer { domains in
                        let walk = PlacementWalk<E, S>(
                            words: words, candidates: candidates, blocks: blocks,
                            domains: UnsafeBufferPointer(rebasing: domains[view.domains]),
                            customer: Rendezvous.Customer(customer), exclusion: exclusion, size: view.size)
                        if E.isEmpty, S.self == EqualWeights.self, walk.domains.count == 1,
                            let shard = walk.sifted(above: view.sieve)
                        {
                            return shard
                        }
                        if view.blockCount <= PlacementWalk<E, S>.scratchBlocks { return walk.rounds() }
                        return walk.streamed(depth: view.depth)
                    }
                }
            }
        }
    }
}

extension Shard {
    /// Adds a cell that is known to be new, where there is known to be room.
    @inline(__always) mutating func take(_ cell: UInt16) {
        cells[Int(used)] = cell
        used += 1
    }
}
