import MeshBase
import Resilience
import Topology

/// Words in memory, in place of a mapped file.
final class SimWords: PermitWords {
    private var words: [UInt64]
    init(count: Int) { words = Array(repeating: 0, count: count) }
    func load(_ place: Int) -> UInt64 { words[place] }
    func store(_ word: UInt64, at place: Int) { words[place] = word }
    func exchange(_ expected: UInt64, for word: UInt64, at place: Int) -> Bool {
        guard words[place] == expected else { return false }
        words[place] = word
        return true
    }
}

/// The pools that the cells of a simulated mesh take from, one view of each for each process.
final class SimSharedPools {
    private let words: [SimWords]
    private let shared: [PeakSettings.Named<Int>]
    /// By cell: of its present life.
    private var views: [Int: [SharedPermits<SimWords>]] = [:]
    /// Those whose loop turns, so that they renew their leases; asked when it matters.
    private let turns: (Int) -> Bool

    /// Nil where the topology shares nothing.
    init?(_ shared: [PeakSettings.Named<Int>], turns: @escaping (Int) -> Bool) {
        guard !shared.isEmpty else { return nil }
        self.shared = shared
        self.turns = turns
        words = shared.map { SimWords(count: SharedPermits<SimWords>.words(permits: $0.value)) }
    }

    /// A process of the cell has started.
    func began(_ cell: Int, boot: UInt32) {
        views[cell] = shared.indices.map {
            SharedPermits(words[$0], permits: shared[$0].value, owner: cell, life: boot)
        }
    }

    func take(_ pool: Int, by cell: Int, now: Instant) -> Bool {
        for (other, own) in views where turns(other) { own[pool].renew(now: now) }
        return views[cell]?[pool].take(now: now) ?? true
    }

    func giveBack(_ pool: Int, by cell: Int) { views[cell]?[pool].giveBack() }
}
