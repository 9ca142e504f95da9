import MeshBase

/// One lookup: the walk over a view's domains, for one customer.
///
/// Round r takes the r-th best cell of every domain, best first, until the shard is full: the order in which a walk
/// down the ranking takes cells whose limit per domain starts at 1 and rises when the walk runs out.
struct PlacementWalk<Exclusion: CellExclusion, Scoring: RendezvousScoring> {
    let words: UnsafeBufferPointer<Rendezvous.Words>
    let candidates: UnsafeBufferPointer<PlacementViews.Candidate>
    let blocks: UnsafeBufferPointer<PlacementViews.Block>
    let domains: UnsafeBufferPointer<Range<Int>>
    let customer: Rendezvous.Customer
    let exclusion: Exclusion
    let size: Int

    /// The best candidate of a block that is not taken yet.
    private struct Head {
        /// 0 where the block is used up.
        var key: UInt64
        var draw: UInt64
        var position: Int32
    }

    /// Views with more blocks than this are streamed; so many heads of 24 bytes fit into the 1 KiB that is on the stack.
    static var scratchBlocks: Int { 42 }

    /// One domain, equal weights: keeps the cells whose draw exceeds the view's sieve, then takes the best of those.
    /// Nil, for a few customers in a thousand, where too few or too many are kept.
    @inline(__always) func sifted(above sieve: UInt64) -> Shard? {
        withUnsafeTemporaryAllocation(of: (draw: UInt64, position: Int32).self, capacity: 64) { kept in
            var count = 0
            let first = blocks[domains[0].lowerBound].candidates.lowerBound
            let last = blocks[domains[0].upperBound - 1].candidates.upperBound
            if last - first > 256 {
                // Few are kept: a branch is foreseen, and spares the others their store.
                for position in first..<last {
                    let draw = Rendezvous.draw(customer, words[Int(position)])
                    if _slowPath(draw >> 1 > sieve) {
                        kept[count & 63] = (draw, position)
                        count &+= 1
                    }
                }
            } else {
                for position in first..<last {
                    let draw = Rendezvous.draw(customer, words[Int(position)])
                    kept[count & 63] = (draw, position)
                    // The sign of the difference of two numbers of 63 bits: a comparison that cannot become a branch.
                    count &+= Int((sieve &- draw >> 1) >> 63)
                }
            }
            guard count >= size, count <= 63 else { return nil }
            var shard = Shard()
            while true {
                var best = 0
                var draw = kept[0].draw
                for place in 1..<max(count, 1) {
                    let other = kept[place].draw
                    best = other > draw ? place : best
                    draw = max(draw, other)
                }
                shard.take(candidates[Int(kept[best].position)].cell)
                if shard.count == size { return shard }
                kept[best].draw = 0
            }
        }
    }

    /// Keeps the head of every block, so that the next cell of a domain costs one block, not the domain.
    @inline(__always) func rounds() -> Shard {
        withUnsafeTemporaryAllocation(of: Head.self, capacity: Self.scratchBlocks) { heads in
            let first = domains[0].lowerBound
            let count = domains[domains.count - 1].upperBound - first
            for block in 0..<count { heads[block] = head(of: blocks[first + block]) }
            var shard = Shard()
            while shard.count < size {
                let before = shard.count
                if domains.count == 1 {
                    takeBest(of: heads, 0..<count, first, &shard)
                } else {
                    takeRound(heads, first, &shard)
                }
                if shard.count == before { break }
            }
            return shard
        }
    }

    /// Takes the best head and replaces it by the next of its block.
    @inline(__always)
    private func takeBest(
        of heads: UnsafeMutableBufferPointer<Head>, _ range: Range<Int>, _ firstBlock: Int, _ shard: inout Shard
    ) {
        let best = winner(of: heads, range)
        guard heads[best].key > 0 else { return }
        shard.take(candidates[Int(heads[best].position)].cell)
        if shard.count < size { heads[best] = head(of: blocks[firstBlock + best], after: heads[best]) }
    }

    /// Takes the best cell of each domain, best first.
    @inline(__always)
    private func takeRound(_ heads: UnsafeMutableBufferPointer<Head>, _ firstBlock: Int, _ shard: inout Shard) {
        var round = TopCells(limit: size - shard.count)
        for domain in domains {
            let best = winner(of: heads, (domain.lowerBound - firstBlock)..<(domain.upperBound - firstBlock))
            round.insert(heads[best].key, at: best)
        }
        for place in 0..<round.count { shard.take(candidates[Int(heads[Int(round.positions[place])].position)].cell) }
        guard shard.count < size else { return }
        for place in 0..<round.count {
            let best = Int(round.positions[place])
            heads[best] = head(of: blocks[firstBlock + best], after: heads[best])
        }
    }

    @inline(__always)
    private func winner(of heads: UnsafeMutableBufferPointer<Head>, _ range: Range<Int>) -> Int {
        var best = range.lowerBound
        var key = heads[best].key
        for position in range.dropFirst() {
            let other = heads[position].key
            best = other > key ? position : best
            key = max(key, other)
        }
        return best
    }

    /// The highest draw of a block. The loop has no branch that depends on draws.
    @inline(__always) private func head(of block: PlacementViews.Block) -> Head {
        var draw: UInt64 = 0
        var winner: Int32 = -1
        if Exclusion.isEmpty {
            winner = block.candidates.lowerBound
            for position in block.candidates {
                let other = Rendezvous.draw(customer, words[Int(position)])
                winner = other > draw ? position : winner
                draw = max(draw, other)
            }
        } else {
            for position in block.candidates where !exclusion.excludes(candidates[Int(position)].cell) {
                let other = Rendezvous.draw(customer, words[Int(position)])
                if other > draw || winner < 0 {
                    winner = position
                    draw = other
                }
            }
        }
        let key = winner < 0 ? 0 : Scoring.key(draw, weight: block.weight)
        return Head(key: key, draw: draw, position: winner)
    }

    /// The highest draw of a block below the one just taken.
    @inline(__always) private func head(of block: PlacementViews.Block, after last: Head) -> Head {
        var draw: UInt64 = 0
        var winner: Int32 = -1
        for position in block.candidates {
            let other = Rendezvous.draw(customer, words[Int(position)])
            let isLater = other < last.draw || (other == last.draw && position > last.position)
            let isBetter = isLater && (other > draw || winner < 0)
            if isBetter && !exclusion.excludes(candidates[Int(position)].cell) {
                winner = position
                draw = other
            }
        }
        let key = winner < 0 ? 0 : Scoring.key(draw, weight: block.weight)
        return Head(key: key, draw: draw, position: winner)
    }

    /// The same shard without the heads: for views of many domains or of many weights.
    @inline(never) func streamed(depth: Int) -> Shard {
        var shard = Shard()
        if depth == 1 {
            var top = TopCells(limit: size)
            for domain in domains {
                var best = Head(key: 0, draw: 0, position: -1)
                for block in blocks[domain] {
                    let other = head(of: block)
                    if other.key > best.key { best = other }
                }
                top.insert(best.key, at: Int(best.position))
            }
            if Exclusion.isEmpty || top.count == size {
                for place in 0..<top.count { shard.take(candidates[Int(top.positions[place])].cell) }
                return shard
            }
            // Exclusion emptied domains: some must give several cells.
        }
        var ranked = RankedCells(limit: size)
        for domain in domains {
            let top = best(Exclusion.isEmpty ? depth : size, of: domain)
            for rank in 0..<top.count { ranked.insert(top.keys[rank], at: top.positions[rank], rank: rank) }
        }
        for place in 0..<ranked.count { shard.take(candidates[Int(ranked.positions[place])].cell) }
        return shard
    }

    /// The highest keys of a domain.
    private func best(_ limit: Int, of domain: Range<Int>) -> TopCells {
        var top = TopCells(limit: limit)
        for block in blocks[domain] {
            for position in block.candidates {
                let draw = Rendezvous.draw(customer, words[Int(position)])
                if Scoring.cannotExceed(top.threshold, draw, weight: block.weight) { continue }
                if exclusion.excludes(candidates[Int(position)].cell) { continue }
                top.insert(Scoring.key(draw, weight: block.weight), at: Int(position))
            }
        }
        return top
    }
}
