import Testing

@testable import Nodes

/// Services of a cell that fall, in order: a chain a > b > c > d > e, each with these many calls that went well and that did not.
@Suite struct CascadeWatchTests {
    private struct Chain {
        var watch = CascadeWatch(services: 5)
        var counts = Array(repeating: ServiceScores.Counts(calls: 0, ok: 0, bad: 0), count: 5)
        static let names = ["a", "b", "c", "d", "e"]

        /// A second in which each service has so many calls that went well, and so many that failed.
        mutating func second(_ ok: UInt64, bad: [Int: UInt64] = [:]) -> [CascadeNews] {
            for service in counts.indices {
                counts[service].ok += bad[service] == nil ? ok : 0
                counts[service].bad += bad[service] ?? 0
            }
            return watch.look(counts, calls: { $0 < 4 ? [$0 + 1] : [] }, name: { Self.names[$0] })
        }
    }

    private func fell(_ news: [CascadeNews]) -> [String] {
        news.compactMap { if case .fell(let fall) = $0 { fall.service } else { nil } }
    }

    @Test func whoIsCalledFallsBeforeWhoCallsAndEachSaysThroughWhom() {
        var chain = Chain()
        for _ in 0..<6 { #expect(chain.second(10).isEmpty) }
        let all = Dictionary(uniqueKeysWithValues: (0..<5).map { ($0, UInt64(20)) })
        #expect(chain.second(10, bad: all).isEmpty, "20 of 60 failed")
        let news = chain.second(10, bad: all) + chain.second(10, bad: all)
        #expect(fell(news) == ["e", "d", "c", "b", "a"])
        guard case .fell(let last) = news.last(where: { if case .fell = $0 { true } else { false } }) else {
            Issue.record("nothing fell")
            return
        }
        #expect(last.callers.isEmpty && last.through == "b" && last.share > 0.5 && last.calls >= 10)
        #expect(last.seconds == 1 || last.seconds == 2)
        guard case .fell(let first) = news.first else {
            Issue.record("nothing fell first")
            return
        }
        #expect(first.callers == ["d"] && first.through == nil)
        #expect(news.last == .begun(services: ["e", "d", "c", "b", "a"]))
    }

    @Test func threeAreNoCascadeAndAFewCallsAreNothing() {
        var chain = Chain()
        _ = chain.second(0)
        #expect(chain.second(0, bad: [4: 9]).isEmpty, "nine calls")
        #expect(fell(chain.second(10, bad: [4: 1, 3: 30, 2: 30])) == ["e", "d", "c"])
        #expect(!chain.second(10).contains { if case .begun = $0 { true } else { false } })
    }

    @Test func whatGoesWellAgainRisesAndTheCascadeEndsWithTheLast() {
        var chain = Chain()
        _ = chain.second(0)
        let news = chain.second(10, bad: [0: 20, 1: 20, 2: 20, 3: 20])
        #expect(news.last == .begun(services: ["d", "c", "b", "a"]))
        // The window still has what failed, beside what goes well.
        #expect(chain.second(10).isEmpty)
        #expect(chain.second(10) == [.rose("a"), .rose("b"), .rose("c"), .rose("d"), .ended])
        // Whom nobody calls any more does not fail.
        #expect(fell(chain.second(0, bad: [4: 60])) == ["e"], "60 of 90 failed")
        for _ in 0..<6 { _ = chain.second(0) }
        #expect(chain.watch.fallen.isEmpty)
    }
}
