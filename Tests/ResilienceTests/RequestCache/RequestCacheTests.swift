import MeshBase
import Testing

@testable import Resilience

extension RequestCache.Result {
    /// In one word, with the answer.
    fileprivate var word: String {
        switch self {
        case .hit(let answer): "hit \(answer)"
        case .joined: "joined"
        case .make: "make"
        case .makeAlone: "alone"
        }
    }
}

@Suite struct RequestCacheTests {
    typealias Cache = RequestCache<String, String, Int>

    private func ask(_ cache: inout Cache, _ keys: [String], from first: Int) -> [String] {
        var words: [String] = []
        for (offset, key) in keys.enumerated() { words.append(cache.ask(key, first + offset).word) }
        return words
    }

    @Test func identicalCallsAreMadeOnce() {
        var cache = Cache()
        let words = ask(&cache, ["a", "b", "a", "a"], from: 1)
        #expect(words == ["make", "make", "joined", "joined"])
        let joined = cache.ended("a", 1, keep: "A")
        #expect(joined == [3, 4])
        let later = ask(&cache, ["a", "b"], from: 5)
        #expect(later == ["hit A", "joined"])
        #expect(cache.hits == 4 && cache.misses == 2 && cache.full == 0)
        #expect(cache.explain().detail == "4 of 6 calls found an answer or joined, 0 found no room")
    }

    @Test func aFailureIsSharedAndNotKept() {
        var cache = Cache()
        _ = ask(&cache, ["a", "a"], from: 1)
        let joined = cache.ended("a", 1, keep: nil)
        #expect(joined == [2] && cache.count == 0)
        let word = cache.ask("a", 3).word
        #expect(word == "make")
    }

    @Test func whoLeavesHandsOver() {
        var cache = Cache()
        _ = ask(&cache, ["a", "a", "a", "a"], from: 1)
        let none = cache.left("a", 3)
        #expect(none == nil, "one that waits leaves nothing behind")
        let next = cache.left("a", 1)
        #expect(next == 2)
        let late = cache.ended("a", 1, keep: "late")
        #expect(late == [], "it leads no more")
        let joined = cache.ended("a", 2, keep: "A")
        #expect(joined == [4])
        let gone = cache.left("a", 2)
        #expect(gone == nil)
        let word = cache.ask("a", 9).word
        #expect(word == "hit A", "an answer stays when who asked for it leaves")
    }

    @Test func theLastWhoLeavesEndsIt() {
        var cache = Cache()
        _ = cache.ask("a", 1)
        let next = cache.left("a", 1)
        #expect(next == nil && cache.count == 0)
    }

    @Test func itIsBounded() {
        var cache = Cache()
        _ = ask(&cache, (0..<70).map { "\($0)" }, from: 0)
        #expect(cache.count == 64 && cache.full == 6)
        let ended = cache.ended("69", 69, keep: "A")
        #expect(ended == [] && cache.count == 64)
        let keys = ["a", "a", "a", "a"]
        var waiting = Cache(policy: RequestCachePolicy(waiters: 2))
        let words = ask(&waiting, keys, from: 0)
        #expect(words == ["make", "joined", "joined", "alone"])
        _ = waiting.ended("a", 0, keep: nil)
        let again = ask(&waiting, keys, from: 0)
        #expect(again == words, "those who waited have left their room")
        let odd = RequestCachePolicy(entries: -1, waiters: 1 << 40)
        #expect(odd.entries == 0 && odd.waiters == 1_024)
    }

    /// Calls come, end and leave in any order: each joined call is told of once, by an end or by a hand-over.
    @Test(arguments: 1...50) func eachCallIsToldOnce(_ seed: UInt64) {
        var random = Generator(seed: seed, concern: "request-cache", node: 0)
        var cache = Cache(policy: RequestCachePolicy(entries: 4, waiters: 6))
        var leads: [(key: String, call: Int)] = []
        var waits: [(key: String, call: Int)] = []
        for call in 0..<2_000 {
            let choice = random.below(8)
            if choice < 4 {
                let key = "\(random.below(6))"
                switch cache.ask(key, call) {
                case .make: leads.append((key, call))
                case .joined: waits.append((key, call))
                case .hit, .makeAlone: break
                }
            } else if choice < 6, !leads.isEmpty {
                let lead = leads.remove(at: Int(random.below(UInt64(leads.count))))
                let told = cache.ended(lead.key, lead.call, keep: random.chance(0.002) ? "ok" : nil)
                #expect(told == waits.filter { $0.key == lead.key }.map(\.call), "seed \(seed)")
                waits.removeAll { $0.key == lead.key }
            } else if choice == 6, !waits.isEmpty {
                let wait = waits.remove(at: Int(random.below(UInt64(waits.count))))
                let next = cache.left(wait.key, wait.call)
                #expect(next == nil, "seed \(seed)")
            } else if choice == 7, !leads.isEmpty {
                let lead = leads.remove(at: Int(random.below(UInt64(leads.count))))
                let next = cache.left(lead.key, lead.call)
                #expect(next == waits.first { $0.key == lead.key }?.call, "seed \(seed)")
                guard let next else { continue }
                waits.removeAll { $0.call == next }
                leads.append((lead.key, next))
            }
            #expect(cache.count <= 4 && waits.count <= 6, "seed \(seed)")
        }
    }
}
