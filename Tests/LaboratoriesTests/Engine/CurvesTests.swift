import MeshBase
import Testing

@testable import Laboratories

@Suite struct CurvesTests {
    @Test func sineAndCosine() {
        for (angle, sine) in [
            (0, 0), (Double.pi / 6, 0.5), (Double.pi / 2, 1), (-Double.pi / 2, -1), (7, 0.6569865987),
        ] {
            #expect(abs(Trigonometry.sine(angle) - sine) < 1e-10)
        }
        #expect(
            abs(Trigonometry.cosine(1) - 0.5403023058681398) < 1e-12
                && abs(Trigonometry.sine(1e5) - 0.0357487979) < 1e-7)
    }

    @Test func normalIsTheInverseOfItsQuantiles() {
        #expect(abs(Curves.normal(0) - 0.5) < 1e-9 && abs(Curves.normal(1.959964) - 0.975) < 1e-7)
        #expect(Curves.normal(-9) == 0 && Curves.normal(9) == 1)
    }

    @Test(arguments: [0.0, 0.25, 1.0, 4.0]) func timesHaveTheirMeanAndVariation(variation: Double) {
        var random = Generator(seed: 3)
        let times = (0..<200_000).map { _ in random.time(mean: .milliseconds(10), variation: variation).seconds }
        let mean = times.reduce(0, +) / Double(times.count)
        let variance = times.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(times.count)
        #expect(abs(mean / 0.01 - 1) < 0.02)
        #expect(abs(variance / (mean * mean) - variation) <= 0.05 * max(variation, 0.1))
    }

    @Test func anAgendaKeepsTheOrderOfAdding() {
        var agenda = Agenda<Int>()
        agenda.add(1, at: .zero + .seconds(2))
        agenda.add(2, at: .zero + .seconds(1))
        agenda.add(3, at: .zero + .seconds(1))
        var order: [Int] = []
        while let what = agenda.next(before: .zero + .seconds(2)) {
            order.append(what)
            // What lies in the past comes now.
            if what == 2 { agenda.add(4, at: .zero) }
        }
        #expect(order == [2, 3, 4] && agenda.now == .zero + .seconds(1))
    }
}
