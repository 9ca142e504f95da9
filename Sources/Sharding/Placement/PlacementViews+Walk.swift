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
    /// Fills an empty shard in place: each copy of one that was just written waits for what wrote it.
    @inline(__always) func fill(_ shard: inout Shard, of customer: CustomerHash, in number: Int) {
        let view = views[number]
        if view.isOneEach {
            if isWeighted { unequalFirsts(view, customer, &shard) } else { equalFirsts(view, customer, &shard) }
        } else {
            shard = walked(customer, number)
        }
    }

    func shard(of customer: CustomerHash, in view: Int) -> Shard {
        var shard = Shard()
        fill(&shard, of: customer, in: view)
        return shard
    }

    @inline(never) private func walked(_ customer: CustomerHash, _ view: Int) -> Shard {
        isWeighted
            ? walk(view, customer, NoExclusion(), UnequalWeights.self)
            : walk(view, customer, NoExclusion(), EqualWeights.self)
    }

    func shard(of customer: CustomerHash, in view: Int, excluding excluded: CellSet) -> Shard {
        isWeighted
            ? walk(view, customer, ExcludedCells(set: excluded), UnequalWeights.self)
            : walk(view, customer, ExcludedCells(set: excluded), EqualWeights.self)
    }

    /// One cell of each domain. Never inlined: with other paths beside them its loops would lack registers.
    @inline(never) private func equalFirsts(_ view: PlacementView, _ customer: CustomerHash, _ shard: inout Shard) {
        firsts(view, customer, &shard, EqualWeights.self)
    }
    @inline(never) private func unequalFirsts(_ view: PlacementView, _ customer: CustomerHash, _ shard: inout Shard) {
        firsts(view, customer, &shard, UnequalWeights.self)
    }

    @inline(__always)
    private func firsts<S: RendezvousScoring>(
        _ view: PlacementView, _ customer: CustomerHash, _ shard: inout Shard, _ scoring: S.Type
    ) {
        words.withUnsafeBufferPointer { words in
            odds.withUnsafeBufferPointer { odds in
                candidates.withUnsafeBufferPointer { candidates in
                    blocks.withUnsafeBufferPointer { blocks in
                        spans.withUnsafeBufferPointer { spans in
                            FirstCells<S>(
                                words: words.baseAddress!, odds: odds.baseAddress!,
                                candidates: candidates.baseAddress!, blocks: blocks.baseAddress!,
                                spans: spans.baseAddress! + view.domains.lowerBound, count: view.size,
                                customer: Rendezvous.Customer(customer)
                            ).fill(&shard)
                        }
                    }
                }
            }
        }
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
