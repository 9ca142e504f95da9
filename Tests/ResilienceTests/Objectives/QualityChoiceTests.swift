import MeshBase
import Testing

@testable import Resilience

@Suite struct QualityChoiceTests {
    @Test func withoutPressureAllHaveAll() {
        let features = (0..<10).map { Feature("f\($0)", .luxury, revenue: Double($0), cost: 0.1 * Double($0 + 1)) }
        let choice = QualityChoice(features, pressure: 0)
        #expect(choice.qualities == Array(repeating: 1, count: 10))
        #expect(abs(choice.used - choice.available) < 1e-9)
        #expect(QualityChoice([], pressure: 0.5).qualities.isEmpty)
    }

    @Test func theBestForItsCostGoesLast() {
        let features = [
            Feature("core", .core, cost: 2), Feature("cheap", .luxury, revenue: 4, cost: 2),
            Feature("dear", .luxury, revenue: 4, cost: 4), Feature("free", .luxury, cost: 0),
        ]
        #expect(QualityChoice(features, pressure: 0.25).qualities == [1, 1, 0.5, 1])
        #expect(QualityChoice(features, pressure: 0.5).qualities == [1, 1, 0, 1])
        #expect(QualityChoice(features, pressure: 0.6).qualities == [1, 0.5, 0, 1])
        #expect(QualityChoice(features, pressure: 1).qualities == [1, 0, 0, 1])
        #expect(QualityChoice(features, pressure: 1).used == 2)
    }

    @Test func floorsHoldAlsoWhereTheyAreTooMuch() {
        let features = [
            Feature("a", .luxury, revenue: 1, cost: 1, floor: 0.6), Feature("b", .luxury, revenue: 9, cost: 1),
        ]
        #expect(QualityChoice(features, pressure: 1).qualities == [0.7, 0])
        #expect(QualityChoice(features, pressure: 0.4).qualities == [0.7, 0.5])
    }

    /// Beside the best of all choices: never worth more than it, nor less by more than half of the dearest feature.
    @Test func noChoiceIsWorthMuchMore() {
        let seed: UInt64 = 22
        for run in 0..<100 {
            var generator = Generator(seed: seed, concern: "choice", node: UInt64(run))
            let features = (0..<6).map { index in
                Feature(
                    "f\(index)", generator.chance(0.2) ? .core : .luxury, revenue: generator.unit() * 10,
                    cost: 0.1 + generator.unit(), floor: generator.chance(0.2) ? 0.4 : 0)
            }
            let choice = QualityChoice(features, pressure: generator.unit())
            var best = 0.0
            for code in 0..<4096 {
                let qualities = (0..<6).map { QualityChoice.steps[code >> (2 * $0) & 3] }
                var (cost, worth, isSound) = (0.0, 0.0, true)
                for (feature, quality) in zip(features, qualities) {
                    if quality < feature.floor { isSound = false }
                    cost += feature.cost * quality
                    worth += feature.weight * quality
                }
                if isSound, cost <= choice.available { best = max(best, worth) }
            }
            let dearest = features.map(\.weight).max() ?? 0
            if best > 0 {
                #expect(choice.used <= choice.available + 1e-9, "seed \(seed), run \(run)")
                #expect(choice.value <= best + 1e-9, "seed \(seed), run \(run)")
                #expect(choice.value >= best - dearest / 2 - 1e-9, "seed \(seed), run \(run)")
            }
            for (feature, quality) in zip(features, choice.qualities) {
                #expect(quality >= feature.floor && (feature.criticality != .core || quality == 1))
            }
        }
    }
}
