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
}
