import MeshBase
import Replication
import Sharding
import Testing
import Topology

@testable import Store

@Suite struct StoreSiblingTests {
    let scratch = Scratch()
    private let tiers = TierRules(
        StoreSettings(
            tier: .important,
            conflicts: ConflictSettings(prefixes: [.init(prefix: "cart/", handling: .siblings)])))

    private func dot(_ counter: UInt64) -> RecordVersion { RecordVersion(counter: counter, writer: 1) }

    private func add(
        _ key: String, _ counter: UInt64, _ value: String, over dots: [RecordVersion] = [], tombstone: Bool = false
    ) -> StoreOrder {
        StoreOrder(
            ticket: counter, customer: Array("acme".utf8), key: Array(key.utf8), epoch: Epoch(1),
            operation: .add(
                dot: dot(counter), value: Array(value.utf8), tombstone: tombstone, superseding: dots))
    }

    private func set(_ store: RecordStore, _ key: String) throws -> (set: SiblingSet, version: RecordVersion) {
        guard case .record(let version, let value, let tombstone, _) = store.run([.read(1, key)])[0].outcome else {
            throw StoreLost()
        }
        let set = try #require(SiblingSet(value))
        #expect(set.version == version && set.isDeleted == tombstone)
        return (set, version)
    }
    private struct StoreLost: Error {}

    private func position(_ key: String) -> RecordPosition {
        RecordPosition(customer: Array("acme".utf8), key: Array(key.utf8))
    }

    @Test func blindWritesStayBesideEachOtherAndSurvive() throws {
        let store = try scratch.open(tiers: tiers)
        _ = store.run([add("cart/1", 10, "a"), add("cart/1", 20, "b"), add("plain", 10, "a")])
        store.close()
        let again = try scratch.open(tiers: tiers)
        var found = try set(again, "cart/1").set
        #expect(found.dots == [dot(10), dot(20)] && found.isConflicted)
        // Sent again, and then one that has seen both.
        _ = again.run([add("cart/1", 10, "a"), add("cart/1", 30, "c", over: found.dots), add("cart/1", 20, "b")])
        found = try set(again, "cart/1").set
        #expect(found.value == Array("c".utf8))
        _ = again.run([add("cart/1", 40, "", over: found.dots, tombstone: true)])
        #expect(try set(again, "cart/1").set.isDeleted)
        #expect(try again.summary().tombstones == 1)
    }

    @Test func whatAnotherStoreHasIsMergedByAWriteAndByAFill() throws {
        let (a, b) = (try scratch.open(tiers: tiers), try scratch.open("other.sqlite", storeID: 9, tiers: tiers))
        _ = a.run([add("cart/1", 10, "a")])
        _ = b.run([add("cart/1", 20, "b")])
        let (fromA, fromB) = (try set(a, "cart/1"), try set(b, "cart/1"))
        // A lower version brings what is not there all the same.
        #expect(fromA.version < fromB.version)
        let lines = [RecordLine(position: position("cart/1"), version: fromA.version, tombstone: false)]
        let lacks = StoreOrder(ticket: 1, customer: [], key: [], epoch: .first, operation: .lacks(lines))
        #expect(b.run([lacks])[0].outcome == .compared([.lacks]))
        var write = StoreOrder.write(1, "cart/1", fromA.version.counter, writer: fromA.version.writer)
        write.operation = .write(version: fromA.version, value: fromA.set.encoded(), tombstone: false)
        write.hintedAt = 5
        _ = b.run([write])
        let merged = try set(b, "cart/1")
        #expect(merged.set.dots == [dot(10), dot(20)])
        #expect(try b.summary().hints == 1)

        let placement = PlacementTable(cohortCount: 64)
        let cohort = PlacementTable.cohort(of: position("cart/1").hash, count: 64)
        let line = RecordLine(position: position("cart/1"), version: merged.version, tombstone: false)
        let page = FillPage(
            fence: CohortFence(placement, cohort: cohort),
            records: [StoredRecord(line: line, value: merged.set.encoded())], upTo: line.position)
        _ = a.run([StoreOrder(ticket: 1, customer: [], key: [], epoch: .first, operation: .fill(page))])
        #expect(try set(a, "cart/1") == merged)
    }

    @Test func ofTooManyTheOldestGoAndAreCounted() throws {
        let store = try scratch.open(tiers: tiers)
        for counter in UInt64(1)...10 { _ = store.run([add("cart/1", counter, "v")]) }
        #expect(try set(store, "cart/1").set.dots == (3...10).map { dot($0) })
        #expect(store.siblingsEvicted == 2)
    }

    /// A record from before the key kept siblings is one of them.
    @Test func aPlainRecordIsASiblingOfWhatComes() throws {
        let plain = try scratch.open()
        _ = plain.run([.write(1, "cart/1", 5, "old")])
        plain.close()
        let store = try scratch.open(tiers: tiers)
        _ = store.run([add("cart/1", 10, "new")])
        #expect(try set(store, "cart/1").set.siblings.map(\.value) == [Array("old".utf8), Array("new".utf8)])
        _ = store.run([add("cart/1", 20, "both", over: [dot(5), dot(10)])])
        #expect(try set(store, "cart/1").set.value == Array("both".utf8))
    }
}
