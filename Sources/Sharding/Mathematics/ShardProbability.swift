import MeshBase

/// The probability that the shard of a random customer lies wholly inside a set of cells.
///
/// Exact, to rounding and to a quadrature error below 1e-9, but for one case: fewer domains than k, which differ in
/// weight. There the domains that give one cell more are taken as equally likely.
struct ShardProbability {
    /// One spread domain: its cells' weights, and which of them are in the set.
    struct Domain {
        var cells: [(weight: Double, isInside: Bool)]

        var weight: Double { cells.reduce(0) { $0 + $1.weight } }
        var inside: Int { cells.reduce(0) { $0 + ($1.isInside ? 1 : 0) } }
        /// The probability that the domain's best cell is inside: rendezvous draws are races of exponential clocks
        /// whose rates are the weights, so a cell wins with its share of the weight.
        var share: Double {
            inside == 0 ? 0 : cells.reduce(0) { $0 + ($1.isInside ? $1.weight : 0) } / weight
        }

        /// The probability that the domain's best `count` cells are all inside: hypergeometric for equal weights.
        func allInside(_ count: Int) -> Double {
            guard count > 0 else { return 1 }
            guard count <= inside else { return 0 }
            if inside == cells.count { return 1 }
            if cells.allSatisfy({ $0.weight == cells[0].weight }) {
                return hypergeometric(all: cells.count, inside: inside, drawn: count)
            }
            // Each cell as a domain of its own: the same race.
            return ShardProbability.someDomains(cells.map { Domain(cells: [$0]) }, size: count)
        }
    }

    /// Of shards of `size` cells over these domains (each with at least one cell).
    static func allInside(_ domains: [Domain], size: Int) -> Double {
        guard size > 0, !domains.isEmpty else { return 0 }
        if domains.count == 1 { return domains[0].allInside(min(size, domains[0].cells.count)) }
        if domains.count == size { return domains.reduce(1) { $0 * $1.share } }
        if domains.count > size { return someDomains(domains, size: size) }
        return severalPerDomain(domains, size: size)
    }

    /// More domains than cells of a shard: the shard takes the domains whose best cells come first.
    fileprivate static func someDomains(_ domains: [Domain], size: Int) -> Double {
        var kinds: [(rate: Double, share: Double, count: Int)] = []
        for domain in domains.map({ (rate: $0.weight, share: $0.share) }).sorted(by: { $0 < $1 }) {
            if let last = kinds.last, last.rate == domain.rate, last.share == domain.share {
                kinds[kinds.count - 1].count += 1
            } else {
                kinds.append((domain.rate, domain.share, 1))
            }
        }
        if kinds.allSatisfy({ $0.rate == kinds[0].rate }) {
            // Any k domains are equally likely: the mean product of their shares.
            var inside = Polynomial(degree: size)
            var all = Polynomial(degree: size)
            for kind in kinds {
                inside.multiply(byPowerOf: (1, kind.share), kind.count)
                all.multiply(byPowerOf: (1, 1), kind.count)
            }
            return inside[size] / all[size]
        }
        return race(kinds, size: size)
    }

    /// The first `size` arrivals among exponential clocks: the integral over the time t of the last of them, which
    /// is of kind j, of the probability that exactly size - 1 others came before and all are inside. With t = e^u the
    /// integrand is smooth and falls off exponentially on both sides, where the trapezoid rule converges
    /// geometrically.
    private static func race(_ kinds: [(rate: Double, share: Double, count: Int)], size: Int) -> Double {
        let mean = kinds.reduce(0) { $0 + $1.rate * Double($1.count) }
        let step = 0.25
        var sum = 0.0
        // e^-38 and below: no probability left to lose. e^9 of the fastest mean time: neither.
        var u = -38.0
        while u < 38 {
            defer { u += step }
            let t = exponential(u)
            var prefixes: [Polynomial] = [Polynomial(degree: size - 1)]
            let factors = kinds.map { kind -> (none: Double, some: Double) in
                let none = exponential(-kind.rate / mean * t)
                return (none, kind.share * (1 - none))
            }
            for (kind, factor) in zip(kinds, factors) {
                var next = prefixes[prefixes.count - 1]
                next.multiply(byPowerOf: factor, kind.count)
                prefixes.append(next)
            }
            var suffix = Polynomial(degree: size - 1)
            for position in kinds.indices.reversed() {
                let kind = kinds[position]
                if kind.share > 0, factors[position].none > 0 {
                    var others = prefixes[position]
                    others.multiply(byPowerOf: factors[position], kind.count - 1)
                    let density = Double(kind.count) * kind.share * kind.rate / mean * factors[position].none
                    sum += t * density * others.coefficient(size - 1, ofProductWith: suffix)
                }
                suffix.multiply(byPowerOf: factors[position], kind.count)
            }
        }
        return sum * step
    }

    /// Fewer domains than k: every domain gives `full` cells or all it has, and some one more. Which ones give one
    /// more is taken as equally likely: exact for domains of equal size and cells of equal weight.
    private static func severalPerDomain(_ domains: [Domain], size: Int) -> Double {
        let available = domains.reduce(0) { $0 + $1.cells.count }
        let size = min(size, available)
        var full = 0
        while domains.reduce(0, { $0 + min($1.cells.count, full + 1) }) <= size, full < size { full += 1 }
        let taken = domains.reduce(0) { $0 + min($1.cells.count, full) }
        let more = size - taken
        var inside = Polynomial(degree: more)
        var all = Polynomial(degree: more)
        for domain in domains {
            let count = domain.cells.count
            let plain = domain.allInside(min(count, full))
            inside.multiply(byPowerOf: (plain, count > full ? domain.allInside(full + 1) : 0), 1)
            all.multiply(byPowerOf: (1, count > full ? 1 : 0), 1)
        }
        return all[more] == 0 ? 0 : inside[more] / all[more]
    }
}

/// P(all `drawn` cells are among the `inside` ones), drawing from `all` without replacement.
func hypergeometric(all: Int, inside: Int, drawn: Int) -> Double {
    guard drawn <= inside else { return 0 }
    var probability = 1.0
    for taken in 0..<drawn { probability *= Double(inside - taken) / Double(all - taken) }
    return probability
}
