import MeshBase
import Testing
import Topology

@testable import Sharding

@Suite struct ShardMathematicsTests {
    @Test func binomials() {
        #expect(ShardMathematics.exactChoose(8, 2) == 28)
        #expect(ShardMathematics.exactChoose(100, 5) == 75_287_520)
        #expect(ShardMathematics.exactChoose(100, 8) == 186_087_894_300)
        #expect(ShardMathematics.exactChoose(24, 24) == 1 && ShardMathematics.exactChoose(24, 25) == 0)
        #expect(ShardMathematics.exactChoose(5, -1) == 0 && ShardMathematics.exactChoose(-5, 1) == 0)
        #expect(ShardMathematics.exactChoose(67, 33) == 14_226_520_737_620_288_370)
        #expect(ShardMathematics.exactChoose(68, 34) == nil)
        #expect(abs(ShardMathematics.choose(1000, 16) / 4.2377e34 - 1) < 0.01)
        for n in 1...30 {
            for k in 1...n {
                #expect(
                    ShardMathematics.exactChoose(n, k)
                        == ShardMathematics.exactChoose(n - 1, k)! + ShardMathematics.exactChoose(n - 1, k - 1)!)
            }
        }
    }

    /// Predictions 4 and 5, in percent.
    @Test func overlaps() {
        expect(ShardMathematics.overlapDistribution(8, 2), [53.57, 42.86, 3.57], within: 0.005)
        expect(Array(ShardMathematics.overlapDistribution(100, 5).prefix(3)), [76.96, 21.14, 1.84], within: 0.005)
        let five = ShardMathematics.overlapDistribution(100, 5).map { $0 * 100 }
        #expect(abs(five[3] - 0.059) < 0.0005 && abs(five[4] - 0.00063) < 0.000005 && abs(five[5] - 0.0000013) < 5e-8)
        expect(Array(ShardMathematics.overlapDistribution(100, 8).prefix(4)), [50.0, 37.7, 10.7, 1.5], within: 0.05)
        for (n, k) in [(8, 2), (100, 8), (1000, 16), (16, 16)] {
            #expect(abs(ShardMathematics.overlapDistribution(n, k).reduce(0, +) - 1) < 1e-12)
            let mean = ShardMathematics.overlapDistribution(n, k).enumerated().reduce(0) { $0 + Double($1.0) * $1.1 }
            #expect(abs(mean - ShardMathematics.meanOverlap(n, k)) < 1e-9)
        }
        #expect(
            ShardMathematics.overlapDistribution(3, 4).isEmpty && ShardMathematics.overlapDistribution(3, 0).isEmpty)
    }

    /// Prediction 1 by the product over regions: one of eight cells dead in each of three.
    @Test func deadCellsPerRegion() {
        let p = ShardMathematics.deadDistribution(domains: [(8, 1), (8, 1), (8, 1)])
        expect(p, [66.99, 28.71, 4.10, 0.195], within: 0.005)
    }

    @Test func lostRatios() {
        #expect(abs(ShardMathematics.lostRatio(100, 8, dead: 8) - 1 / 186_087_894_300) < 1e-18)
        #expect(ShardMathematics.lostRatio(100, 8, dead: 7) == 0)
        #expect(ShardMathematics.lostRatio(100, 8, dead: 100) == 1)
        #expect(abs(ShardMathematics.untouchedRatio(8, 2, dead: 2) - 15.0 / 28) < 1e-12)
    }

    private func expect(_ distribution: [Double], _ percent: [Double], within: Double) {
        #expect(distribution.count == percent.count)
        for (p, expected) in zip(distribution, percent) { #expect(abs(p * 100 - expected) < within) }
    }
}

@Suite struct ShardProbabilityTests {
    /// Every order in which the clocks can ring, with its probability: for small meshes.
    private func enumerate(_ domains: [ShardProbability.Domain], size: Int) -> Double {
        func walk(_ left: [Int], _ taken: Int) -> Double {
            if taken == size { return 1 }
            let total = left.reduce(0) { $0 + domains[$1].weight }
            return left.reduce(0) { sum, domain in
                let next = domains[domain].share == 0 ? 0 : walk(left.filter { $0 != domain }, taken + 1)
                return sum + domains[domain].weight / total * domains[domain].share * next
            }
        }
        return walk(Array(domains.indices), 0)
    }

    @Test(arguments: 0..<60)
    func unequalDomainsAgreeWithEnumeration(seed: UInt64) {
        var rng = Generator(seed: seed, concern: "probability")
        let count = 2 + Int(rng.below(6))
        let domains = (0..<count).map { _ in
            ShardProbability.Domain(
                cells: (0...rng.below(6)).map { _ in
                    (weight: rng.chance(0.3) ? Double(1 + rng.below(5000)) : 1, isInside: rng.chance(0.6))
                })
        }
        let size = 1 + Int(rng.below(UInt64(count)))
        let p = ShardProbability.allInside(domains, size: size)
        #expect(abs(p - enumerate(domains, size: size)) < 1e-9, "seed \(seed)")
    }

    @Test func theRaceAgreesWithTheHypergeometricDistribution() {
        // Weights that differ by almost nothing force the integral.
        let cells = (0..<100).map { number in
            ShardProbability.Domain(cells: [(weight: 1 + Double(number % 2) * 1e-9, isInside: number < 60)])
        }
        for size in [1, 3, 8, 16] {
            let exact = hypergeometric(all: 100, inside: 60, drawn: size)
            #expect(abs(ShardProbability.allInside(cells, size: size) / exact - 1) < 1e-6)
        }
    }

    @Test func extremeWeights() {
        let domains = [1.0, 4e9, 1, 4e9].map { ShardProbability.Domain(cells: [(weight: $0, isInside: true)]) }
        for size in 1...4 { #expect(abs(ShardProbability.allInside(domains, size: size) - 1) < 1e-9, "\(size)") }
    }

    @Test func severalCellsPerDomain() {
        // Two regions of 4 cells, k = 3: two of one region and one of the other, either way round.
        let domains = [2, 1].map { inside in
            ShardProbability.Domain(cells: (0..<4).map { (weight: 1, isInside: $0 < inside) })
        }
        let expected = (1.0 / 6 * 1 / 4 + 2.0 / 4 * 0) / 2
        #expect(abs(ShardProbability.allInside(domains, size: 3) - expected) < 1e-12)
        let hits = ShardProbability.hits(domains, size: 3)
        #expect(abs(hits[3] - expected) < 1e-12 && abs(hits.reduce(0, +) - 1) < 1e-12)
    }
}
