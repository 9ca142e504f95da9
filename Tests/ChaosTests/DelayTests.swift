import MeshBase
import Testing

@testable import Chaos

@Suite struct DelayTests {
    private func draws(_ delay: Delay, seed: UInt64, count: Int = 50_000) -> [Double] {
        var rng = Generator(seed: seed)
        return (0..<count).map { _ in delay.draw(&rng).milliseconds }
    }
    private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, variance.squareRoot())
    }

    @Test func withoutJitterEveryDrawIsTheBaseAndCostsNoRandomness() {
        var rng = Generator(seed: 1)
        var untouched = rng
        #expect(Delay(base: .microseconds(250)).draw(&rng) == .microseconds(250))
        #expect(rng.next() == untouched.next())
    }

    @Test func uniformStaysWithinItsBounds() {
        let values = draws(Delay(base: .milliseconds(30), jitter: .milliseconds(3)), seed: 5)
        #expect(values.allSatisfy { $0 >= 27 && $0 <= 33 })
        #expect(abs(moments(values).mean - 30) < 0.1)
        #expect(values.min()! < 27.1 && values.max()! > 32.9)
    }

    @Test func normalHasItsMeanAndDeviation() {
        let values = draws(
            Delay(base: .milliseconds(30), jitter: .milliseconds(3), distribution: .normal), seed: 6)
        let (mean, deviation) = moments(values)
        #expect(abs(mean - 30) < 0.1 && abs(deviation - 3) < 0.1)
    }

    @Test func exponentialHasATailBehindItsBase() {
        let values = draws(
            Delay(base: .milliseconds(10), jitter: .milliseconds(5), distribution: .exponential), seed: 7)
        #expect(values.min()! >= 10)
        #expect(abs(moments(values).mean - 15) < 0.2)
        #expect(values.max()! > 40)
    }

    @Test func nothingIsEverEarlierThanNow() {
        let values = draws(Delay(base: .milliseconds(1), jitter: .milliseconds(5)), seed: 8)
        #expect(values.min()! == 0)
    }

    @Test func onlyAShareIsDelayed() {
        let values = draws(Delay(base: .milliseconds(10), share: 0.25), seed: 9)
        let late = values.count { $0 > 0 }
        #expect(abs(Double(late) / 50_000 - 0.25) < 0.01)
    }

    @Test func absurdFiguresOfAFileDoNoHarm() {
        var rng = Generator(seed: 1)
        for distribution in Delay.Distribution.allCases {
            for base in [Int64.min, -1, .max] {
                for jitter in [Int64.min, -1, .max] {
                    let delay = Delay(
                        base: .nanoseconds(base), jitter: .nanoseconds(jitter), distribution: distribution,
                        share: .nan)
                    let drawn = delay.draw(&rng)
                    #expect(drawn >= .zero && drawn <= Delay.longest)
                }
            }
        }
    }
}
