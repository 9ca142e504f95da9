import MeshBase
import Replication
import Sharding
import Testing

@testable import Store

@Suite struct StoreHintTests {
    let scratch = Scratch()

    private func write(_ key: String, _ counter: UInt64, at: Int64) -> StoreOrder {
        var order = StoreOrder.write(counter, key, counter, "v")
        order.hintedAt = at
        return order
    }

    private func hints(_ store: RecordStore, until: Int64 = .max, after: RecordPosition = .start, limit: Int = 10)
        throws
        -> (lines: [RecordLine], total: Int, oldest: Int64)
    {
        let order = StoreOrder(
            ticket: 1, customer: [], key: [], epoch: .first, operation: .hints(after: after, until: until, limit: limit)
        )
        guard case .hinted(let lines, let total, let oldest) = store.run([order])[0].outcome else {
            throw StoreLost()
        }
        return (lines, total, oldest)
    }
    private struct StoreLost: Error {}

    private func settle(_ store: RecordStore, _ lines: [RecordLine]) {
        _ = store.run([
            StoreOrder(ticket: 1, customer: [], key: [], epoch: .first, operation: .settle(lines))
        ])
    }

    @Test func aWriteLeavesAHintThatSurvivesAndGoesWithItsVersion() throws {
        let store = try scratch.open()
        _ = store.run([write("a", 2, at: 50), write("b", 1, at: 40), StoreOrder.write(9, "c", 1, "v")])
        // An older write is not kept, and leaves none.
        _ = store.run([write("a", 1, at: 10)])
        var found = try hints(store)
        #expect(found.total == 2 && found.oldest == 40)
        #expect(Set(found.lines.map { String(decoding: $0.position.key, as: UTF8.self) }) == ["a", "b"])
        #expect(try hints(store, until: 45).lines.count == 1)
        #expect(try hints(store, after: found.lines[0].position).lines == [found.lines[1]])
        #expect(try hints(store, limit: 1).lines == [found.lines[0]])
        store.close()

        let again = try scratch.open()
        #expect(try again.summary().hints == 2)
        // What was told to everybody is older than what is here now.
        _ = again.run([write("a", 3, at: 60)])
        settle(again, found.lines)
        found = try hints(again)
        #expect(found.lines.map(\.version.counter) == [3] && found.oldest == 60)
        settle(again, found.lines)
        #expect(try hints(again).total == 0)
        // One that comes again is not kept either.
        _ = again.run([write("a", 3, at: 70)])
        #expect(try again.summary().hints == 0)
    }

    @Test func aStoreTellsWhatItLacks() throws {
        let store = try scratch.open()
        _ = store.run([write("a", 2, at: 50)])
        let line = try hints(store).lines[0]
        func lacks(_ key: String, _ counter: UInt64) -> RecordLack? {
            var other = line
            other.version.counter = counter
            other.position = RecordPosition(customer: line.position.customer, key: Array(key.utf8))
            let answer = store.run([
                StoreOrder(ticket: 1, customer: [], key: [], epoch: .first, operation: .lacks([other]))
            ])[0].outcome
            guard case .compared(let lacking) = answer else { return nil }
            return lacking[0]
        }
        #expect(lacks("a", 2) == .has && lacks("a", 1) == .has && lacks("a", 3) == .lacks && lacks("b", 1) == .lacks)
    }

    /// Nothing is there, and a deletion was collected that may have been above what is offered.
    @Test func whatMayHaveBeenCollectedIsSaid() {
        func lack(_ counter: UInt64, known: UInt64, floor: UInt64) -> RecordLack {
            let known = known == 0 ? RecordVersion.none : RecordVersion(counter: known, writer: 1)
            return RecordLack(of: RecordVersion(counter: counter, writer: 1), known: known, floor: floor)
        }
        #expect(lack(5, known: 0, floor: 4) == .lacks && lack(5, known: 0, floor: 5) == .mayBeCollected)
        // What is there was not collected.
        #expect(lack(5, known: 4, floor: 9) == .lacks && lack(5, known: 5, floor: 9) == .has)
    }
}
