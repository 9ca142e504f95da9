import MeshBase
import Testing

@testable import Replication

/// Histories from a seed: stores that write, exchange what they have, and die with an answer on its way.
@Suite struct SiblingMergeTests {
    private struct World {
        var rng: Generator
        var stores: [SiblingSet]
        var next: UInt64 = 1
        /// By dot, what its writer had seen.
        var writes: [RecordVersion: [RecordVersion]] = [:]
        /// Sets that were there at some time.
        var met: [SiblingSet] = [SiblingSet()]

        init(seed: UInt64, stores: Int) {
            rng = Generator(seed: seed, concern: "siblings")
            self.stores = Array(repeating: SiblingSet(), count: stores)
        }

        mutating func pick() -> Int { Int(rng.below(UInt64(stores.count))) }

        mutating func step(merge: (SiblingSet, SiblingSet) -> SiblingSet) {
            let at = pick()
            switch rng.below(10) {
            case 0..<4:
                // Its client has seen nothing, or what some store had.
                let seen = rng.chance(0.3) ? [] : stores[pick()].dots
                let dot = RecordVersion(counter: 100 + next, writer: next % 3)
                next += 1
                writes[dot] = seen
                let tombstone = rng.chance(0.2)
                func take(_ store: Int) {
                    _ = stores[store].write(
                        dot, value: [UInt8(truncatingIfNeeded: next)], tombstone: tombstone, superseding: seen,
                        writer: UInt64(store) + 1)
                }
                take(at)
                // The router did not hear of it, and asks another one.
                if rng.chance(0.1) { take(pick()) }
            default:
                stores[at] = merge(stores[at], stores[pick()])
            }
            met.append(stores[at])
        }

        /// Whether a dot was superseded, directly or by what superseded its successor.
        func isSuperseded(_ dot: RecordVersion) -> Bool { writes.values.contains { $0.contains(dot) } }
    }

    /// Few enough writes that every superseded dot is named: there the merge is exact.
    @Test(arguments: 0..<60) func mergingIsCommutativeAssociativeAndIdempotent(seed: UInt64) {
        var world = World(seed: seed, stores: 4)
        for _ in 0..<40 where world.next <= UInt64(SiblingSet.mostSuperseded) { world.step { $0.merged(with: $1) } }
        for _ in 0..<200 {
            let sets = (0..<3).map { _ in world.met[Int(world.rng.below(UInt64(world.met.count)))] }
            let (a, b, c) = (sets[0], sets[1], sets[2])
            #expect(a.merged(with: a) == a)
            #expect(a.merged(with: b) == b.merged(with: a))
            #expect(a.merged(with: b).merged(with: c) == a.merged(with: b.merged(with: c)))
            #expect((a.version == b.version) == (a == b))
            #expect(a.merged(with: b).version.counter >= max(a.version.counter, b.version.counter))
        }
    }

    /// However many writes: no one vanishes that nobody has seen, and all stores come to the same.
    @Test(arguments: 0..<60) func nothingVanishesUnlessSomebodyWhoSawItSupersedesIt(seed: UInt64) {
        #expect(Self.lost(seed: seed) { $0.merged(with: $1) } == [])
    }

    /// The same, with a merge that keeps one of two.
    @Test func aMergeThatDropsASiblingIsSeen() {
        let lost = (0..<10).flatMap { seed in
            Self.lost(seed: seed) { a, b in
                var merged = a.merged(with: b)
                if merged.siblings.count > 1 { merged.siblings.removeFirst() }
                return merged
            }
        }
        #expect(!lost.isEmpty)
    }

    private static func lost(seed: UInt64, merge: (SiblingSet, SiblingSet) -> SiblingSet) -> [RecordVersion] {
        var world = World(seed: seed, stores: 3)
        for _ in 0..<300 {
            world.step(merge: merge)
            // Unbounded here; somebody sees all of it from time to time.
            if world.stores.contains(where: { $0.siblings.count > 6 }) {
                for _ in 0..<2 { for store in 1..<3 { exchange(&world.stores, 0, store, merge) } }
                let dot = RecordVersion(counter: 100 + world.next, writer: 9)
                world.next += 1
                world.writes[dot] = world.stores[0].dots
                _ = world.stores[0].write(
                    dot, value: [], tombstone: false, superseding: world.stores[0].dots, writer: 1)
            }
        }
        for _ in 0..<2 { for store in 1..<3 { exchange(&world.stores, 0, store, merge) } }
        #expect(world.stores.allSatisfy { $0 == world.stores[0] }, "seed \(seed)")
        return world.writes.keys.filter { !world.isSuperseded($0) && !world.stores[0].dots.contains($0) }
    }

    private static func exchange(
        _ stores: inout [SiblingSet], _ a: Int, _ b: Int, _ merge: (SiblingSet, SiblingSet) -> SiblingSet
    ) {
        stores[a] = merge(stores[a], stores[b])
        stores[b] = stores[a]
    }

    /// With bounds kept at every step all still come to the same, whoever tells whom first.
    @Test(arguments: 0..<30) func boundedSetsComeToTheSame(seed: UInt64) {
        var world = World(seed: seed, stores: 3)
        var evicted = 0
        for _ in 0..<200 {
            world.step { a, b in
                var merged = a.merged(with: b)
                evicted += merged.bound()
                return merged
            }
        }
        for _ in 0..<4 {
            for (a, b) in [(0, 1), (1, 2), (2, 0)] {
                Self.exchange(&world.stores, a, b) { a, b in
                    var merged = a.merged(with: b)
                    evicted += merged.bound()
                    return merged
                }
            }
        }
        #expect(world.stores.allSatisfy { $0 == world.stores[0] && $0.siblings.count <= SiblingSet.most })
        #expect(SiblingSet(world.stores[0].encoded()) == world.stores[0])
    }
}
