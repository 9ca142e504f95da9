import MeshBase
import Topology

/// The cells that one kind of customer may use - everyone, or those bound to one geography - with some regions
/// evacuated, grouped into spread domains.
struct PlacementView: Sendable {
    /// k, or fewer where the view has fewer cells.
    var size: Int
    /// The most cells that one domain gives.
    var depth: Int
    /// A range of `PlacementViews.domains`. Where each domain has one cell, all of them count as one domain that
    /// gives k: the same shards, found faster.
    var domains: Range<Int>
    /// Where one domain gives every cell: half a draw that slightly more than k cells exceed (see `PlacementWalk.sifted`).
    var sieve: UInt64
    /// How many blocks those domains have.
    var blockCount: Int
    /// As many domains as the shard has cells: each gives its best.
    var isOneEach: Bool
    /// The level at which the view spreads.
    var spread: ShardingPolicy.Spread
}

/// All views of one placement, in flat arrays: what a lookup reads, precomputed. Their size depends on the number of
/// cells, geographies and sets of evacuated regions, never on that of customers.
struct PlacementViews: Sendable {
    /// A cell as it stands in a view.
    struct Candidate: Sendable {
        var cell: UInt16
        var weight: UInt32
    }
    /// Some candidates of one domain that have the same weight, so that the highest draw is the highest score.
    struct Block: Sendable {
        var candidates: Range<Int32>
        var weight: UInt32
    }
    /// What a lookup reads of a domain before its candidates.
    struct Span: Sendable {
        var candidates: Range<Int32>
        var blocks: Range<Int32>
        /// The sieve of the first candidate: of all, where weights are equal.
        var sieve: UInt64
        /// -ln(draw) / weight of a candidate whose draw does not exceed its sieve is certainly above this.
        var limit: Double
    }

    /// What a lookup reads of every candidate; `candidates` is what it reads of few, at the same positions.
    private(set) var words: [Rendezvous.Words] = []
    /// What a lookup reads of candidates of unequal weights.
    struct Odds: Sendable {
        /// Few of a domain's draws exceed their sieves; 0 where all are to.
        var sieve: UInt64
        /// 1 / weight.
        var inverse: Double
    }
    /// Of the candidates, at the same positions.
    private(set) var odds: [Odds] = []
    private(set) var candidates: [Candidate] = []
    private(set) var blocks: [Block] = []
    /// Ranges of `blocks`.
    private(set) var domains: [Range<Int>] = []
    /// Of the domains, at the same positions.
    private(set) var spans: [Span] = []
    private(set) var views: [PlacementView] = []
    private(set) var isWeighted: Bool

    private var allWords: [Rendezvous.Words]

    init(_ topology: MeshTopology) {
        allWords = []
        isWeighted = false
        grow(topology)
    }

    /// Views of the topology's further cells can be added from now on.
    mutating func grow(_ topology: MeshTopology) {
        let cells = topology.cells.prefix(Int(UInt16.max))
        allWords = cells.map { Rendezvous.Words(seed: topology.seed, name: StableHash.hash($0.name)) }
        isWeighted = cells.contains { max($0.weight, 1) != max(cells[0].weight, 1) }
    }

    /// Adds the view of one geography (nil: every cell) with these cells; its number is returned.
    mutating func add(_ topology: MeshTopology, geography: String?, _ eligibility: Eligibility) -> Int {
        func isWithin(_ cell: Int) -> Bool {
            guard let geography else { return true }
            return topology.regions[topology.cells[cell].region].geography == geography
        }
        let policy = topology.sharding
        let k = min(max(policy.size, 1), Shard.capacity)
        var spread = policy.spread
        if geography != nil {
            // The coarsest level at or below the policy's that offers k domains; judged by the founding cells, so that an
            // evacuation moves nobody but the customers of the region, and a further cell only those that come to it.
            let within = (0..<topology.foundingCells).filter(isWithin)
            while let finer = spread.finer, Self.group(within, topology, by: spread).count < k { spread = finer }
        }
        let eligible = topology.eligible(eligibility).map(\.position).filter(isWithin)
        var groups = Self.group(eligible, topology, by: spread)
        if groups.allSatisfy({ $0.count == 1 }) { groups = [groups.flatMap { $0 }] }
        let size = min(k, eligible.count)
        var depth = 1
        while groups.reduce(0, { $0 + min($1.count, depth) }) < size { depth += 1 }
        let firstDomain = domains.count
        let firstBlock = blocks.count
        let isOneEach = depth == 1 && size > 0 && groups.count == size
        for group in groups {
            addDomain(group, topology, isDeep: depth > 1)
            addSpan(isSieved: isOneEach)
        }
        views.append(
            PlacementView(
                size: size, depth: depth, domains: firstDomain..<domains.count,
                sieve: Self.sieve(size, of: eligible.count), blockCount: blocks.count - firstBlock,
                isOneEach: isOneEach, spread: spread))
        return views.count - 1
    }

    private mutating func addDomain(_ cells: [Int], _ topology: MeshTopology, isDeep: Bool) {
        let firstBlock = blocks.count
        // Where a domain gives several cells, each costs a look at all its blocks and at one block's cells.
        let most = isDeep ? max(1, cells.count / 40, Int((Double(cells.count) / 1.8).squareRoot())) : cells.count
        let weights = cells.map { max(topology.cells[$0].weight, 1) }
        let order = cells.indices.sorted { (weights[$0], cells[$0]) < (weights[$1], cells[$1]) }
        for position in order {
            let here = Int32(candidates.count)
            let weight = weights[position]
            if blocks.count > firstBlock, let last = blocks.last, last.weight == weight, last.candidates.count < most {
                blocks[blocks.count - 1].candidates = last.candidates.lowerBound..<(here + 1)
            } else {
                blocks.append(Block(candidates: here..<(here + 1), weight: weight))
            }
            candidates.append(Candidate(cell: UInt16(cells[position]), weight: weight))
            words.append(allWords[cells[position]])
        }
        domains.append(firstBlock..<blocks.count)
    }

    /// What a lookup reads of the domain added last; with sieves where a shard takes one cell of it.
    ///
    /// A draw exceeds exp(-weight t) with the probability 1 - exp(-weight t), and none of the domain's does with exp(-t W),
    /// where W is the sum of its weights: t is 4 / W, too little for 1 customer in 55, and 6 / W where to look at every score
    /// would take long.
    private mutating func addSpan(isSieved: Bool) {
        let range = domains[domains.count - 1]
        let count = range.reduce(0) { $0 + blocks[$1].candidates.count }
        let sum = range.reduce(0.0) { $0 + Double(blocks[$1].weight) * Double(blocks[$1].candidates.count) }
        let wanted = count > DrawScan.many ? 6 : 4
        let t = Double(wanted) / sum
        var span = Span(
            candidates: Int32(odds.count)..<Int32(odds.count + count),
            blocks: Int32(range.lowerBound)..<Int32(range.upperBound), sieve: 0, limit: .infinity)
        for block in blocks[range] {
            let weight = Double(block.weight)
            let isFew = !isSieved || count <= wanted
            let sieve = isFew ? 0 : min(UInt64(exponential(-weight * t) * 0x1p63), .max >> 1) << 1
            // By the logarithm of the lookup, and less than its error allows: nothing rests on `exponential`.
            span.limit = min(span.limit, Rendezvous.negativeLogarithm(Rendezvous.unit(sieve)) / weight * (1 - 0x1p-32))
            if odds.count == Int(span.candidates.lowerBound) { span.sieve = sieve }
            for _ in block.candidates { odds.append(Odds(sieve: sieve, inverse: 1 / weight)) }
        }
        spans.append(span)
    }

    /// Exceeded by about k + 3 sqrt(k) + 2 of n draws: by fewer than k for about 2 customers in a thousand.
    private static func sieve(_ size: Int, of count: Int) -> UInt64 {
        let wanted = Double(size) + 3 * Double(size).squareRoot() + 2
        guard Double(count) > wanted else { return 0 }
        return UInt64((1 - wanted / Double(count)) * 0x1p63)
    }

    /// Cells by domain; domains in order of their first cell.
    private static func group(_ cells: [Int], _ topology: MeshTopology, by spread: ShardingPolicy.Spread) -> [[Int]] {
        var groups: [[Int]] = []
        var numbers: [[Int]: Int] = [:]
        for cell in cells {
            let place = topology.cells[cell]
            let domain =
                switch spread {
                case .region: [place.region]
                case .zone: [place.region, place.zone]
                case .cell: [cell]
                }
            if let number = numbers[domain] {
                groups[number].append(cell)
            } else {
                numbers[domain] = groups.count
                groups.append([cell])
            }
        }
        return groups
    }
}

extension ShardingPolicy.Spread {
    /// The next finer level; nil at the finest.
    var finer: ShardingPolicy.Spread? {
        switch self {
        case .region: .zone
        case .zone: .cell
        case .cell: nil
        }
    }
}
