import MeshBase
import Replication
import Sharding
import Testing

@testable import Store

@Suite struct StoreSummaryTests {
    let scratch = Scratch()

    @Test func countsWhatTheStoreHolds() throws {
        let store = try scratch.open()
        _ = store.outcomes(
            .write(1, "a", 1, "x"), .write(2, "b", 1, "y"),
            .write(3, "b", 2, customer: "zeta", tombstone: true),
            .write(4, "a", 2, "z", customer: "beta"))
        var entry = PlacementEntry(cohort: 9)
        try entry.begin(evacuated: [0])
        try entry.abort()
        _ = store.run([
            StoreOrder(
                ticket: 1, customer: [], key: [], epoch: .first, operation: .install(entry, nil))
        ])
        let summary = try store.summary()
        #expect(summary.cell == "eu-1")
        #expect(summary.storeID == 0xFEDC_BA98_7654_3210)
        #expect(summary.customers == 3)
        #expect(summary.records == 3)
        #expect(summary.tombstones == 1)
        #expect(summary.hints == 0 && summary.queue == 0)
        #expect(summary.bytes >= 4096)
        #expect(summary.highestEpoch == Epoch(3))
    }

    @Test func aReadOnlyConnectionSeesTheSameWhileTheCellRunsAndAfterwards() throws {
        let store = try scratch.open()
        _ = store.outcomes(.write(1, "a", 1, "x"), .write(2, "b", 1, "y"))
        let inside = try store.summary()
        #expect(try StoreSummary.read(path: scratch.path()) == inside)
        _ = store.outcomes(.write(3, "c", 1, "z"))
        #expect(try StoreSummary.read(path: scratch.path()).records == 3)
        store.close()
        #expect(try StoreSummary.read(path: scratch.path()).records == 3)
    }

    @Test func replicasWithTheSameVersionsHaveTheSameDigestInWhateverOrder() throws {
        let seed: UInt64 = 77
        var rng = Generator(seed: seed)
        let one = try scratch.open("store.sqlite", cell: "eu-1")
        let two = try scratch.open("other.sqlite", cell: "us-1", storeID: 5)
        var orders = (0..<200).map { number in
            StoreOrder.write(
                UInt64(number), "k\(number % 40)", UInt64(number), "v\(number)", customer: "c\(number % 7)",
                tombstone: number % 11 == 0)
        }
        #expect(one.run(orders).count == 200)
        orders.shuffle(using: &rng)
        for order in orders { _ = two.run([order]) }
        let (a, b) = (try one.summary(), try two.summary())
        #expect(a.digest == b.digest, "seed \(seed)")
        #expect(a.records == b.records && a.customers == b.customers && a.tombstones == b.tombstones)

        _ = two.outcomes(.write(1, "k1", 1_000, "newer", customer: "c1"))
        #expect(try two.summary().digest != a.digest)
        _ = one.outcomes(.write(1, "k1", 1_000, "newer", customer: "c1"))
        #expect(try one.summary().digest == two.summary().digest)
    }

    @Test func theDigestTellsATombstoneFromAValueAndAKeyFromACustomer() throws {
        let one = try scratch.open("store.sqlite")
        let two = try scratch.open("other.sqlite")
        #expect(try one.summary().digest == 0)
        _ = one.outcomes(.write(1, "a", 1, "", customer: "b"))
        _ = two.outcomes(.write(1, "b", 1, "", customer: "a"))
        #expect(try one.summary().digest != two.summary().digest)
        _ = two.outcomes(.write(1, "a", 1, customer: "b", tombstone: true))
        let deleted = try StoreSummary.read(path: scratch.path("other.sqlite"), customer: Array("b".utf8))
        #expect(deleted.digest != (try one.summary().digest))
    }

    @Test func oneCustomerCanBeComparedAlone() throws {
        let one = try scratch.open("store.sqlite")
        let two = try scratch.open("other.sqlite")
        _ = one.outcomes(.write(1, "a", 1, "x", customer: "shared"), .write(2, "a", 1, "x", customer: "only here"))
        _ = two.outcomes(.write(1, "a", 1, "x", customer: "shared"), .write(2, "a", 1, "x", customer: "elsewhere"))
        let shared = Array("shared".utf8)
        let a = try StoreSummary.read(path: scratch.path("store.sqlite"), customer: shared)
        let b = try StoreSummary.read(path: scratch.path("other.sqlite"), customer: shared)
        #expect(a.digest == b.digest && a.records == 1 && a.customers == 1)
        #expect(try one.summary().digest != two.summary().digest)
    }
}
