import MeshBase
import Topology

/// The combinatorics of shuffle shards (C. MacCarthaigh, "Workload isolation using shuffle-sharding", 2019): k cells of
/// n, every set of k equally likely, no spread.
public enum ShardMathematics {
    /// n choose k, exactly; nil where it exceeds 64 bits. 0 where k is outside 0...n.
    public static func exactChoose(_ n: Int, _ k: Int) -> UInt64? {
        guard k >= 0, n >= 0, k <= n else { return 0 }
        var result: UInt64 = 1
        for i in 0..<min(k, n - k) {
            // result * (n - i) is divisible by i + 1: each step is a binomial coefficient itself.
            let (high, low) = result.multipliedFullWidth(by: UInt64(n - i))
            guard high < UInt64(i + 1) else { return nil }
            result = UInt64(i + 1).dividingFullWidth((high, low)).quotient
        }
        return result
    }

    /// n choose k as a floating-point number; infinity beyond its range.
    public static func choose(_ n: Int, _ k: Int) -> Double {
        if let exact = exactChoose(n, k) { return Double(exact) }
        var result = 1.0
        for i in 0..<min(k, n - k) { result *= Double(n - i) / Double(i + 1) }
        return result.rounded()
    }

    /// The probabilities that two shards share 0, 1, ... k cells; also those that a shard has so many of k dead cells.
    /// Hypergeometric. Empty where k is outside 1...n.
    public static func overlapDistribution(_ n: Int, _ k: Int) -> [Double] {
        guard k >= 1, k <= n else { return [] }
        return (0...k).map { drawn(n: n, marked: k, drawn: k, hits: $0) }
    }

    /// The mean number of cells that two shards share: k squared over n.
    public static func meanOverlap(_ n: Int, _ k: Int) -> Double { n > 0 ? Double(k * k) / Double(n) : 0 }

    /// The expected ratio of customers whose whole shard is among `dead` cells.
    public static func lostRatio(_ n: Int, _ k: Int, dead: Int) -> Double {
        guard k >= 1, k <= n, dead <= n else { return 0 }
        return hypergeometric(all: n, inside: dead, drawn: k)
    }

    /// The expected ratio of customers none of whose cells is among `dead` cells.
    public static func untouchedRatio(_ n: Int, _ k: Int, dead: Int) -> Double {
        guard k >= 1, k <= n, dead <= n, dead >= 0 else { return 0 }
        return hypergeometric(all: n, inside: n - dead, drawn: k)
    }

    /// P(i of the drawn cells are marked), drawing without replacement. As a product of ratios near 1, so that it
    /// neither overflows nor loses digits.
    static func drawn(n: Int, marked: Int, drawn: Int, hits: Int) -> Double {
        guard hits <= marked, hits <= drawn, drawn - hits <= n - marked else { return 0 }
        var probability = choose(drawn, hits)
        for i in 0..<hits { probability *= Double(marked - i) / Double(n - i) }
        for i in 0..<(drawn - hits) { probability *= Double(n - marked - i) / Double(n - hits - i) }
        return probability
    }

    /// The probabilities that a shard with one cell in each of several domains has 0, 1, ... of its cells dead:
    /// domain i has `dead` of `cells` cells dead.
    public static func deadDistribution(domains: [(cells: Int, dead: Int)]) -> [Double] {
        var terms = [1.0]
        for domain in domains where domain.cells > 0 {
            let p = Double(domain.dead) / Double(domain.cells)
            var next = Array(repeating: 0.0, count: terms.count + 1)
            for (hits, term) in terms.enumerated() {
                next[hits] += term * (1 - p)
                next[hits + 1] += term * p
            }
            terms = next
        }
        return terms
    }
}
