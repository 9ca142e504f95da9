import MeshBase
import Replication
import Testing

@testable import Store

@Suite struct RecordStoreTests {
    let scratch = Scratch()

    @Test func answersComeInTheOrderOfTheOrdersAndSeeEarlierWritesOfTheBatch() throws {
        let store = try scratch.open()
        let answers = store.run([
            .read(7, "a"), .write(3, "a", 1, "one"), .read(9, "a"), .version(1, "a"), .write(2, "a", 2, "two"),
            .read(5, "a"),
        ])
        #expect(answers.map(\.ticket) == [7, 3, 9, 1, 2, 5])
        let first = RecordVersion(counter: 1, writer: 1)
        let second = RecordVersion(counter: 2, writer: 1)
        #expect(
            answers.map(\.outcome) == [
                .absent, .written(first), .found(1, "one"), .version(first, tombstone: false, absent: 0),
                .written(second),
                .found(2, "two"),
            ])
        #expect(store.failedBatches == 0)
        #expect(store.run([]).isEmpty)
    }

    @Test func theNewestVersionWinsAndEarlierOnesAreAcknowledged() throws {
        let store = try scratch.open()
        let newest = RecordVersion(counter: 5, writer: 9)
        #expect(store.outcomes(.write(1, "k", 5, "new", writer: 9)) == [.written(newest)])
        #expect(store.outcomes(.write(2, "k", 4, "old", writer: 99)) == [.written(newest)])
        #expect(store.outcomes(.write(3, "k", 5, "tie", writer: 8)) == [.written(newest)])
        #expect(store.outcomes(.read(4, "k")) == [.found(5, "new", writer: 9)])
        #expect(store.outcomes(.write(5, "k", 5, "tie", writer: 10), .read(6, "k"))[1] == .found(5, "tie", writer: 10))
    }

    @Test func aRepeatedWriteChangesNothing() throws {
        let store = try scratch.open()
        let before = store.outcomes(.write(1, "k", 3, "value"))
        let digest = try store.summary().digest
        #expect(store.outcomes(.write(2, "k", 3, "another value of the same version")) == before)
        #expect(store.outcomes(.read(3, "k")) == [.found(3, "value")])
        #expect(try store.summary().digest == digest)
    }

    @Test(arguments: [
        (UInt64(1), UInt64(1) << 63), (UInt64.max - 1, UInt64.max), (UInt64(Int64.max), UInt64(Int64.max) + 1),
    ])
    func versionsAreOrderedOverTheWholeRange(lower: UInt64, higher: UInt64) throws {
        let store = try scratch.open()
        _ = store.outcomes(.write(1, "k", higher, "high"), .write(2, "k", lower, "low"))
        #expect(store.outcomes(.read(3, "k")) == [.found(higher, "high")])
        _ = store.outcomes(.write(4, "w", 1, "low", writer: lower), .write(5, "w", 1, "high", writer: higher))
        #expect(store.outcomes(.read(6, "w")) == [.found(1, "high", writer: higher)])
    }

    @Test func aTombstoneIsAVersionLikeAnyOther() throws {
        let store = try scratch.open()
        _ = store.outcomes(.write(1, "k", 1, "value"), .write(2, "k", 2, "ignored", tombstone: true))
        let deleted = RecordVersion(counter: 2, writer: 1)
        #expect(
            store.outcomes(.read(3, "k"), .version(4, "k")) == [
                .record(version: deleted, value: [], tombstone: true, absent: 0),
                .version(deleted, tombstone: true, absent: 0),
            ])
        #expect(store.outcomes(.write(5, "k", 1, "late"), .read(6, "k"))[0] == .written(deleted))
        #expect(try store.summary().tombstones == 1)
        _ = store.outcomes(.write(7, "k", 3, "again"))
        #expect(store.outcomes(.read(8, "k")) == [.found(3, "again")])
        #expect(try store.summary().tombstones == 0)
    }

    @Test func customersAndKeysAreBytesAndKeptApart() throws {
        let store = try scratch.open()
        _ = store.outcomes(
            .write(1, "b", 1, "1", customer: "a"), .write(2, "", 1, "2", customer: "ab"),
            .write(3, "ab", 1, "3", customer: ""),
            .write(4, "zero\0byte", 1, "", customer: "é"))
        #expect(store.outcomes(.read(1, "b", customer: "a")) == [.found(1, "1")])
        #expect(store.outcomes(.read(2, "", customer: "ab")) == [.found(1, "2")])
        #expect(store.outcomes(.read(3, "ab", customer: "")) == [.found(1, "3")])
        #expect(store.outcomes(.read(4, "zero\0byte", customer: "é")) == [.found(1, "")])
        #expect(store.outcomes(.read(5, "zero", customer: "é")) == [.absent])
    }

    @Test func whatWasAcknowledgedIsThereAfterReopening() throws {
        do {
            let store = try scratch.open()
            _ = store.outcomes(.write(1, "k", 1, "kept"))
            try store.setFact("zone", "eu-west-1a")
            store.close()
            #expect(store.outcomes(.read(2, "k")) == [.failed(.broken)])
        }
        let store = try scratch.open(storeID: 1)
        #expect(store.storeID == 0xFEDC_BA98_7654_3210)
        #expect(store.outcomes(.read(3, "k")) == [.found(1, "kept")])
        #expect(try store.fact("zone") == "eu-west-1a")
        #expect(try store.fact("none") == nil)
    }

    @Test func theOwnFactsOfTheStoreCannotBeOverwritten() throws {
        let store = try scratch.open()
        #expect(throws: StoreError.self) { try store.setFact("store_id", "1") }
        #expect(try store.fact("name") == "eu-1")
    }

    @Test func randomWritesEndLikeAModel() throws {
        let seed: UInt64 = 20_240_611
        var rng = Generator(seed: seed)
        let store = try scratch.open()
        var model: [String: (RecordVersion, String)] = [:]
        for round in 0..<50 {
            var orders: [StoreOrder] = []
            for ticket in 0..<(1 + rng.below(40)) {
                let key = "k\(rng.below(30))"
                let version = RecordVersion(counter: rng.below(20), writer: rng.below(4))
                let value = "\(version.counter).\(version.writer)"
                orders.append(.write(ticket, key, version.counter, value, writer: version.writer))
                if version > model[key]?.0 ?? .none { model[key] = (version, value) }
            }
            let failed = store.run(orders).filter { if case .written = $0.outcome { false } else { true } }
            #expect(failed.isEmpty, "seed \(seed) round \(round)")
        }
        for number in 0..<30 {
            let key = "k\(number)"
            guard let (version, value) = model[key] else { continue }
            #expect(
                store.outcomes(.read(1, key)) == [.found(version.counter, value, writer: version.writer)],
                "seed \(seed) key \(key)")
        }
    }
}
