import MeshBase
import Testing

@testable import Resilience

@Suite struct ResultHistoryTests {
    @Test func ofNoneThereIsNoShare() {
        #expect(ResultHistory().share == nil && ResultHistory().count == 0)
    }

    @Test(arguments: 1...10) func itIsTheLastHundred(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "result-history", node: 0)
        var history = ResultHistory()
        var all: [Bool] = []
        for _ in 0..<500 {
            let isGood = random.chance(0.7)
            history.record(isGood)
            all.append(isGood)
            let last = all.suffix(100)
            #expect(history.count == last.count, "seed \(seed)")
            #expect(history.good == last.count { $0 }, "seed \(seed), \(all.count)")
        }
    }

    @Test func theNewestOfThemAreKept() {
        for kept in [-1, 0, 1, 63, 64, 65, 99, 100, 101] {
            var history = ResultHistory()
            // The older half was bad.
            for step in 0..<100 { history.record(step >= 50) }
            history.keep(newest: kept)
            let count = min(max(kept, 0), 100)
            #expect(history.count == count && history.good == min(count, 50), "\(kept)")
            history.record(false)
            #expect(history.count == min(count + 1, 100), "\(kept)")
        }
    }
}
