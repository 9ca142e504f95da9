import MeshBase

extension ShardProbability {
    /// The probabilities that a random shard has 0, 1, ... size cells inside the set; for cells of equal weight.
    ///
    /// Which domains give a cell, or one cell more, is taken as equally likely: exact for domains of equal size, and
    /// where there are k of them.
    static func hits(_ domains: [Domain], size: Int) -> [Double] {
        let size = min(size, domains.reduce(0) { $0 + $1.cells.count })
        guard size > 0 else { return [1] }
        var full = 0
        while domains.reduce(0, { $0 + min($1.cells.count, full + 1) }) <= size, full < size { full += 1 }
        let more = size - domains.reduce(0) { $0 + min($1.cells.count, full) }
        // ways[j][h]: the weight of j domains having given one more, with h cells inside so far.
        var ways = Array(repeating: Array(repeating: 0.0, count: size + 1), count: more + 1)
        ways[0][0] = 1
        for domain in domains {
            let count = domain.cells.count
            let plain = (0...min(count, full)).map { probability(domain, taken: min(count, full), hits: $0) }
            let extra = count > full ? (0...(full + 1)).map { probability(domain, taken: full + 1, hits: $0) } : []
            var next = Array(repeating: Array(repeating: 0.0, count: size + 1), count: more + 1)
            for j in 0...more {
                for h in 0...size where ways[j][h] > 0 {
                    for (own, p) in plain.enumerated() where h + own <= size { next[j][h + own] += ways[j][h] * p }
                    guard j < more else { continue }
                    for (own, p) in extra.enumerated() where h + own <= size { next[j + 1][h + own] += ways[j][h] * p }
                }
            }
            ways = next
        }
        let total = ways[more].reduce(0, +)
        return ways[more].map { total > 0 ? $0 / total : 0 }
    }

    private static func probability(_ domain: Domain, taken: Int, hits: Int) -> Double {
        ShardMathematics.drawn(n: domain.cells.count, marked: domain.inside, drawn: taken, hits: hits)
    }
}

extension Placement {
    /// The probabilities that the shard of a random customer (of no geography, in the first cohort, all weights
    /// equal) has 0, 1, ... k cells inside the set. See `ShardProbability.hits` for what is exact.
    func overlapDistribution(with set: CellSet) -> [Double] {
        ShardProbability.hits(views.probabilityDomains(of: 0, inside: set), size: views.views[0].size)
    }

    /// The probability that the shard of such a customer has the cell. Exact.
    func probability(ofHaving cell: CellIndex) -> Double {
        let domains = views.probabilityDomains(of: 0, inside: [cell])
        let others = domains.map { domain in
            ShardProbability.Domain(cells: domain.cells.map { ($0.weight, !$0.isInside) })
        }
        return 1 - ShardProbability.allInside(others, size: views.views[0].size)
    }
}
