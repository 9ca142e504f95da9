import MeshBase

/// One lookup where each domain gives its best cell: as many domains as the shard has cells.
///
/// Of unequal weights the score is bounded on both sides without a logarithm; where the bounds leave it open who is best, or
/// who comes first, the scores themselves decide.
struct FirstCells<Scoring: RendezvousScoring> {
    let words: DrawScan.Words
    let odds: DrawScan.Odds
    let candidates: UnsafePointer<PlacementViews.Candidate>
    let blocks: UnsafePointer<PlacementViews.Block>
    /// Of the view's domains.
    let spans: UnsafePointer<PlacementViews.Span>
    /// Of domains and of cells: 1...16.
    let count: Int
    let customer: Rendezvous.Customer

    /// The best of a domain. Of unequal weights `low` and `high` are the bits of bounds of -ln(draw) / weight, the lower the
    /// better; of equal ones both are the complement of half the draw.
    private struct Winner {
        var low: UInt64
        var high: UInt64
        var position: Int32

        @inline(__always) init(low: UInt64, high: UInt64, position: Int32) {
            (self.low, self.high, self.position) = (low, high, position)
        }
        /// Of equal weights.
        @inline(__always) init(_ draw: UInt64, _ position: Int32) {
            self.init(low: ~draw >> 1, high: ~draw >> 1, position: position)
        }
    }

    /// Up to so many candidates each is bounded; of more a sieve leaves a few.
    private static var fewCandidates: Int { 28 }
    /// Lowest bits of a bound, which give way to its candidate's place.
    private static var placeMask: UInt64 { 63 }
    /// More than what all roundings of a bound and of a score add up to.
    private static var margin: Double { 1 + 0x1p-32 }

    @inline(__always) private func draw(_ position: Int32) -> UInt64 {
        Rendezvous.draw(customer, words[Int(position)])
    }

    /// Fills an empty shard.
    @inline(__always) func fill(_ shard: inout Shard) {
        withUnsafeTemporaryAllocation(of: Winner.self, capacity: Shard.capacity) { winners in
            let winners = winners.baseAddress!
            for number in 0..<count {
                winners[number] = Scoring.self == EqualWeights.self ? highest(number) : best(number)
            }
            order(winners, &shard)
        }
    }

    /// In the order of their bounds. Nothing branches on them: a winner's place is the number of those that are surely better.
    @inline(__always) private func order(_ winners: UnsafeMutablePointer<Winner>, _ shard: inout Shard) {
        var sum = 0
        for number in 0..<count {
            let low = winners[number].low
            var place = 0
            // The sign of a difference of 63 bits: a comparison that cannot become a branch.
            for other in 0..<count { place &+= Int(truncatingIfNeeded: (winners[other].high &- low) >> 63) }
            shard.cells[place & 15] = candidates[Int(winners[number].position)].cell
            sum &+= place
        }
        shard.used = UInt8(truncatingIfNeeded: count)
        // Of every two one is surely better, or else it is open which.
        if _slowPath(sum != count &* (count &- 1) / 2) { shard = scored(winners) }
    }

    /// In the order of their scores; where they are equal, of their domains.
    @inline(never) private func scored(_ winners: UnsafeMutablePointer<Winner>) -> Shard {
        var top = TopCells(limit: count)
        for number in 0..<count {
            let position = winners[number].position
            let weight = candidates[Int(position)].weight
            top.insert(Scoring.key(draw(position), weight: weight), at: Int(position))
        }
        var shard = Shard()
        for place in 0..<top.count { shard.take(candidates[Int(top.positions[place])].cell) }
        return shard
    }

    // MARK: Equal weights

    @inline(__always) private func highest(_ number: Int) -> Winner {
        let range = spans[number].candidates
        if range.count >= 32 { return highestOfMany(spans[number]) }
        var position = range.lowerBound
        var highest: UInt64 = 0
        for other in range {
            let draw = self.draw(other)
            position = draw > highest ? other : position
            highest = max(highest, draw)
        }
        return Winner(highest, position)
    }

    @inline(__always) private func highestOfMany(_ span: PlacementViews.Span) -> Winner {
        let first = Int(span.candidates.lowerBound)
        let count = span.candidates.count
        if count > DrawScan.many {
            let winner: Winner? = withUnsafeTemporaryAllocation(of: Int32.self, capacity: DrawScan.capacity) { kept in
                let kept = kept.baseAddress!
                let found = DrawScan.keep(words + first, count, customer, above: span.sieve, in: kept)
                guard found > 0, found <= DrawScan.most else { return nil }
                var (position, highest) = (Int32(0), UInt64(0))
                for place in 0..<found {
                    let other = draw(span.candidates.lowerBound &+ kept[place])
                    position = other > highest ? kept[place] : position
                    highest = max(highest, other)
                }
                return Winner(highest, span.candidates.lowerBound &+ position)
            }
            if let winner { return winner }
        }
        let position = Int32(truncatingIfNeeded: first &+ DrawScan.highest(words + first, count, customer))
        return Winner(draw(position), position)
    }

    // MARK: Unequal weights

    @inline(__always) private func best(_ number: Int) -> Winner {
        let range = spans[number].candidates
        let first = Int(range.lowerBound)
        let count = range.count
        if count <= Self.fewCandidates {
            return best(of: number, first, count, below: .infinity) { $0 }
        }
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: DrawScan.capacity) { kept in
            let kept = kept.baseAddress!
            let found = DrawScan.keep(words + first, odds + first, count, customer, in: kept)
            guard found > 0, found <= DrawScan.most else { return scoredBest(number) }
            return best(of: number, first, found, below: spans[number].limit) { Int(kept[$0]) }
        }
    }

    /// The best of some candidates of a domain, where it is surely better than `limit`; or else of the whole domain.
    @inline(__always)
    private func best(
        of number: Int, _ first: Int, _ count: Int, below limit: Double, _ position: (Int) -> Int
    ) -> Winner {
        let words = words + first
        let odds = odds + first
        let customer = customer
        var (least, second) = (UInt64.max, UInt64.max)
        var place = 0
        while place < count {
            let position = position(place)
            let x = Rendezvous.complement(Rendezvous.draw(customer, words[position]))
            let low = Rendezvous.logarithmAtLeast(x) * odds[position].inverse
            // The lowest bits carry the place, so that the least is found with it.
            let bits = low.bitPattern & ~Self.placeMask | UInt64(truncatingIfNeeded: place)
            second = min(second, max(least, bits))
            least = min(least, bits)
            place &+= 1
        }
        let winner = bounded(Int32(truncatingIfNeeded: first &+ position(Int(least & Self.placeMask))))
        if _slowPath(winner.high >= second & ~Self.placeMask || winner.high >= limit.bitPattern) {
            return scoredBest(number)
        }
        return winner
    }

    /// The bounds of one candidate.
    @inline(__always) private func bounded(_ position: Int32) -> Winner {
        let x = Rendezvous.complement(draw(position))
        let low = Rendezvous.logarithmAtLeast(x)
        let high = low + Rendezvous.logarithmExcess(x)
        let inverse = odds[Int(position)].inverse
        return Winner(
            low: (low * inverse).bitPattern, high: (high * inverse * Self.margin).bitPattern, position: position)
    }

    /// By the scores of the highest draw of each weight.
    @inline(never) private func scoredBest(_ number: Int) -> Winner {
        var (best, key) = (spans[number].candidates.lowerBound, UInt64(0))
        for block in spans[number].blocks {
            let block = blocks[Int(block)]
            var (position, draw) = (block.candidates.lowerBound, UInt64(0))
            for other in block.candidates where self.draw(other) > draw {
                (position, draw) = (other, self.draw(other))
            }
            let other = Scoring.key(draw, weight: block.weight)
            if other > key { (best, key) = (position, other) }
        }
        return bounded(best)
    }
}
