import MeshBase
import Topology

/// Predicts what a set of dead cells does to customers `c1` ... `cN`, by looking up every shard.
///
/// 10 000 customers of a mesh of 24 cells take about 2 ms.
public struct BlastRadius: Sendable {
    /// What dead cells mean for one customer.
    public enum Effect: String, Sendable, Codable, CaseIterable {
        case untouched, degraded, lost
    }

    /// Where customers are.
    public let placement: Placement
    /// N: customers `c1` to `cN` are looked up.
    public let customers: Int
    private let names: [String]
    /// The cells that can be lost to anybody.
    private let taking: CellSet
    private let popularity: Customers.Popularity
    /// Per cell, whether its records need a strict majority of the shard, one cell, or nothing.
    private let needs: [Need]

    private enum Need: UInt8, Sendable, Comparable {
        case nothing, one, majority
        static func < (a: Need, b: Need) -> Bool { a.rawValue < b.rawValue }

        init(_ store: StoreSettings?) {
            switch store?.strictest {
            case .critical: self = .majority
            case .important, .cache: self = .one
            case nil: self = .nothing
            }
        }
    }

    /// `customers`: how many to count, from `c1` on; nil for the topology's own number.
    public init(_ topology: MeshTopology, placement: Placement, customers: Int? = nil) {
        self.placement = placement
        self.customers = max(customers ?? topology.customers.count, 0)
        names = topology.cells.map(\.name)
        taking = CellUse(placement.table, topology).taking
        popularity = topology.customers.popularity
        needs = topology.cells.map { Need(topology.blueprints[$0.blueprint].store) }
    }

    /// What the dead cells do to customer number `number`, 1 ... customers.
    public func effect(ofCustomer number: Int, dead: CellSet) -> Effect {
        effect(placement.shard(of: CustomerHash(number: number)), dead)
    }

    /// The effects for customers `c1` ... `cN`, in this order.
    public func effects(dead: CellSet) -> [Effect] {
        (0..<customers).map { effect(ofCustomer: $0 + 1, dead: dead) }
    }

    /// Counts every customer, beside the expectation and the two comparisons.
    public func report(dead: CellSet) -> BlastRadiusReport {
        var counts = BlastRadiusReport.Counts()
        var plain = BlastRadiusReport.Counts()
        var noQuorum = 0
        let weights = CustomerSampler.weights(count: customers, popularity: popularity)
        var shares = BlastRadiusReport.RequestShares()
        var all = 0.0
        for number in 0..<customers {
            let shard = placement.shard(of: CustomerHash(number: number + 1))
            let weight = weights?[number] ?? 1
            all += weight
            switch effect(shard, dead) {
            case .untouched: counts.untouched += 1
            case .degraded:
                counts.degraded += 1
                shares.degraded += weight
            case .lost:
                counts.lost += 1
                shares.lost += weight
            }
            if lacksQuorum(shard, dead) {
                noQuorum += 1
                shares.noQuorum += weight
            }
            // The first cell of a shard is the best of all: where the customer would live alone.
            if let home = shard.first, !dead.contains(home) { plain.untouched += 1 } else { plain.lost += 1 }
        }
        let cells = dead.filter { taking.contains($0) }
        var report = BlastRadiusReport(
            cells: cells.map { names[$0.position] }, customers: customers, counts: counts, noQuorum: noQuorum,
            traditional: traditional(deadCount: cells.count), plainCells: plain, expected: expectation(dead: dead))
        report.of = taking.count
        report.idle = dead.filter { $0.position < names.count && !taking.contains($0) }.map { names[$0.position] }
        if all > 0 {
            report.requests = BlastRadiusReport.RequestShares(
                lost: shares.lost / all, degraded: shares.degraded / all, noQuorum: shares.noQuorum / all)
        }
        return report
    }

    /// What the dead cells do to one customer, and whether too few are left for the tier of its records.
    public func fate(of customer: CustomerHash, dead: CellSet) -> (effect: Effect, lacksQuorum: Bool) {
        let shard = placement.shard(of: customer)
        return (effect(shard, dead), lacksQuorum(shard, dead))
    }

    /// A customer without an eligible cell is lost.
    @inline(__always) private func effect(_ shard: Shard, _ dead: CellSet) -> Effect {
        let gone = shard.count(in: dead)
        return gone == shard.count ? .lost : gone > 0 ? .degraded : .untouched
    }

    @inline(__always) private func lacksQuorum(_ shard: Shard, _ dead: CellSet) -> Bool {
        let left = shard.count - shard.count(in: dead)
        guard left < shard.count else { return false }
        var need = Need.nothing
        for cell in shard { need = max(need, needs[cell.position]) }
        switch need {
        case .nothing: return false
        case .one: return left == 0
        case .majority: return left * 2 <= shard.count
        }
    }

    private func traditional(deadCount: Int) -> BlastRadiusReport.Counts {
        if deadCount == 0 { return BlastRadiusReport.Counts(untouched: customers) }
        if deadCount == taking.count { return BlastRadiusReport.Counts(lost: customers) }
        return BlastRadiusReport.Counts(degraded: customers)
    }
}

extension BlastRadius {
    /// What the mathematics expects of a random seed. Customers are independent of each other, so a count of them is
    /// binomial. Pins are left out: they are few.
    public func expectation(dead: CellSet) -> BlastRadiusReport.Expectation {
        var lost = 0.0
        var untouched = 0.0
        for (view, share) in placement.viewShares {
            let domains = placement.views.probabilityDomains(of: view, inside: dead)
            let size = placement.views.views[view].size
            if domains.isEmpty {
                lost += share
                continue
            }
            lost += share * ShardProbability.allInside(domains, size: size)
            let alive = domains.map { domain in
                ShardProbability.Domain(cells: domain.cells.map { ($0.weight, !$0.isInside) })
            }
            untouched += share * ShardProbability.allInside(alive, size: size)
        }
        // Of sums of fractions that are whole but for their last digits.
        func exact(_ ratio: Double) -> Double { min(max((ratio * 1e12).rounded() / 1e12, 0), 1) }
        (lost, untouched) = (exact(lost), exact(untouched))
        let degraded = exact(1 - lost - untouched)
        func deviation(_ p: Double) -> Double { (Double(customers) * max(p * (1 - p), 0)).squareRoot() }
        return BlastRadiusReport.Expectation(
            lost: Double(customers) * lost, lostDeviation: deviation(lost), degraded: Double(customers) * degraded,
            degradedDeviation: deviation(degraded))
    }
}

extension PlacementViews {
    func probabilityDomains(of view: Int, inside: CellSet) -> [ShardProbability.Domain] {
        let equal = !isWeighted
        return domains[views[view].domains].filter { !$0.isEmpty }.map { domain in
            ShardProbability.Domain(
                cells: domain.flatMap { block in
                    blocks[block].candidates.map { position in
                        let candidate = candidates[Int(position)]
                        let weight = equal ? 1 : Double(candidate.weight)
                        return (weight, inside.contains(CellIndex(candidate.cell)))
                    }
                })
        }
    }
}
