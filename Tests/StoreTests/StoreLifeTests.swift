import MeshBase
import Replication
import Sharding
import Testing

@testable import Store

@Suite struct StoreLifeTests {
    private let record = StoredRecord(
        line: RecordLine(
            position: RecordPosition(customer: Array("acme".utf8), key: Array("k".utf8)),
            version: RecordVersion(counter: 3, writer: 1), tombstone: false), value: Array("v".utf8))

    private func order(_ operation: StoreOrder.Operation, after position: RecordPosition = .start) -> StoreOrder {
        StoreOrder(
            ticket: 9, customer: position.customer, key: position.key, epoch: .first, operation: operation)
    }

    /// The cohort of `acme`, as the mesh was founded, and one that holds every customer.
    private let fence = CohortFence(PlacementTable(), cohort: PlacementTable().cohort(of: CustomerHash("acme")))
    private let all = CohortFence(PlacementTable(cohortCount: 1), cohort: 0)

    private func fill(
        _ records: [StoredRecord], upTo position: RecordPosition = .start, isLast: Bool
    ) -> StoreOrder {
        order(.fill(FillPage(fence: fence, records: records, upTo: position, isLastOfStore: isLast)))
    }

    @Test func aNewStoreHasNoVoteUnlessItsMeshIsNew() throws {
        let scratch = Scratch()
        let unborn = try scratch.open(birth: StoreBirth(storeID: 1))
        #expect(unborn.identity.life == .unborn)
        #expect(
            unborn.outcomes(.read(1, "k"), .version(2, "k"), .write(3, "k", 1)) == [
                .noVote(.unborn), .noVote(.unborn), .noVote(.unborn),
            ])
        #expect(
            unborn.outcomes(
                order(.list(fence, after: .start, limit: 9, fingerprints: false)), order(.fetch(fence, [], bytes: 1)))
                == [
                    .noVote(.unborn), .noVote(.unborn),
                ])
        let founded = try scratch.open("other.sqlite", birth: StoreBirth(storeID: 2, known: 2, isFounding: true))
        #expect(founded.identity == StoreIdentity(id: 2, life: .votes))
        #expect(founded.outcomes(.read(1, "k")) == [.absent])
    }

    @Test func aStoreThatIsNotTheKnownOneIsALostDisk() throws {
        let scratch = Scratch()
        let first = try scratch.open(birth: StoreBirth(storeID: 7, known: 7, isFounding: true))
        _ = first.outcomes(.write(1, "k", 1, "v"))
        first.close()
        let again = try scratch.open(birth: StoreBirth(storeID: 8, known: 7))
        #expect(again.identity == StoreIdentity(id: 7, life: .votes))
        again.close()
        // A backup, or a store from elsewhere, in place of number 9.
        let moved = try scratch.open(birth: StoreBirth(storeID: 8, known: 9))
        #expect(moved.identity == StoreIdentity(id: 7, life: .refilling))
        #expect(moved.outcomes(.read(1, "k")) == [.noVote(.refilling)])
        // An empty one in place of number 9.
        let lost = try scratch.open("other.sqlite", birth: StoreBirth(storeID: 8, known: 9))
        #expect(lost.identity == StoreIdentity(id: 8, life: .refilling))
    }

    @Test func aHalfFilledStoreThatComesBackLaterBeginsAnew() throws {
        let scratch = Scratch()
        let store = try scratch.open(birth: StoreBirth(storeID: 8, known: 9))
        _ = store.outcomes(fill([record], upTo: record.line.position, isLast: false))
        store.close()
        // Meanwhile another store has voted in its place.
        let back = try scratch.open(birth: StoreBirth(storeID: 5, known: 11))
        #expect(back.identity == StoreIdentity(id: 8, life: .refilling))
    }

    @Test func aTierThatPromisesNothingLosesNothing() throws {
        let scratch = Scratch()
        let store = try scratch.open(birth: StoreBirth(storeID: 8, known: 9, promisesNothing: true))
        #expect(store.identity.life == .votes)
    }

    @Test func theLastPageGivesTheVoteAndEarlierOnesAreKeptThroughACrash() throws {
        let scratch = Scratch()
        let store = try scratch.open(birth: StoreBirth(storeID: 8, known: 9))
        #expect(
            store.outcomes(fill([record], upTo: record.line.position, isLast: false)) == [.life(.refilling)])
        #expect(store.outcomes(.read(1, "k")) == [.noVote(.refilling)])
        store.close()
        // It is known by its own identity from then on, and goes on behind the page.
        let next = try scratch.open(birth: StoreBirth(storeID: 5, known: 8))
        #expect(next.identity == StoreIdentity(id: 8, life: .refilling, cursor: record.line.position))
        #expect(next.outcomes(fill([], upTo: record.line.position, isLast: true)) == [.life(.votes)])
        #expect(next.outcomes(.read(1, "k")) == [.found(3, "v")])
        // A page that comes late takes no vote back.
        #expect(next.outcomes(fill([], isLast: true)) == [.life(.votes)])
    }

    @Test func aPageNeverReplacesWhatIsNewer() throws {
        let scratch = Scratch()
        let founded = try scratch.open(birth: StoreBirth(storeID: 7, isFounding: true))
        _ = founded.outcomes(.write(1, "k", 5, "newer"))
        founded.close()
        let store = try scratch.open(birth: StoreBirth(storeID: 8, known: 9))
        #expect(store.outcomes(fill([record], isLast: true)) == [.life(.votes)])
        #expect(store.outcomes(.read(1, "k")) == [.found(5, "newer")])
    }

    @Test func pagesComeInTheOrderOfHashCustomerAndKey() throws {
        let scratch = Scratch()
        let store = try scratch.open(cohorts: 1)
        for (customer, key) in [("b", "1"), ("a", "2"), ("a", "1"), ("ab", "1"), ("c", "9")] {
            _ = store.outcomes(.write(1, key, 2, "v", customer: customer))
        }
        _ = store.outcomes(.write(1, "2", 3, customer: "a", tombstone: true))
        func page(after: RecordPosition, limit: Int) throws -> (names: [String], isLast: Bool, last: RecordPosition) {
            let outcome = store.outcomes(order(.list(all, after: after, limit: limit, fingerprints: false)))[0]
            guard case .listed(let lines, let isLast, _) = outcome else {
                Issue.record("\(outcome)")
                return ([], true, .start)
            }
            let names = lines.map {
                String(decoding: $0.position.customer + [47] + $0.position.key, as: UTF8.self)
                    + ($0.tombstone ? " deleted" : "")
            }
            return (names, isLast, lines.last?.position ?? after)
        }
        let customers = ["a", "ab", "b", "c"].sorted { CustomerHash($0).rawValue < CustomerHash($1).rawValue }
        let expected = customers.flatMap { ["a": ["a/1", "a/2 deleted"], "c": ["c/9"]][$0] ?? ["\($0)/1"] }
        let first = try page(after: .start, limit: 2)
        #expect(first.names == Array(expected.prefix(2)))
        #expect(!first.isLast)
        let second = try page(after: first.last, limit: 3)
        #expect(second.names == Array(expected.dropFirst(2)))
        #expect(second.isLast)
        #expect(try page(after: second.last, limit: 3).names.isEmpty)
    }

    @Test func recordsAreFetchedUntilTheirBytesAreEnough() throws {
        let scratch = Scratch()
        let store = try scratch.open(cohorts: 1)
        for key in ["1", "2", "3"] { _ = store.outcomes(.write(1, key, 2, "12345", customer: "a")) }
        let positions = ["0", "1", "2", "3"].map { RecordPosition(customer: [97], key: Array($0.utf8)) }
        func fetch(_ bytes: Int) -> [Int] {
            guard case .fetched(let records, let taken) = store.outcomes(order(.fetch(all, positions, bytes: bytes)))[0]
            else { return [] }
            return [records.count, taken]
        }
        #expect(fetch(1) == [1, 2])
        #expect(fetch(6) == [2, 3])
        #expect(fetch(100) == [3, 4])
    }

    @Test func anOperatorsWordIsHeardByTheOpenStore() throws {
        let scratch = Scratch()
        let store = try scratch.open(birth: StoreBirth(storeID: 8, known: 9))
        #expect(store.outcomes(order(.life)) == [.life(.refilling)])
        #expect(try StoreFile.acceptLoss(path: scratch.path()) == .accepted)
        #expect(store.outcomes(order(.life)) == [.life(.accepted)])
        #expect(store.outcomes(fill([], isLast: true)) == [.life(.votes)])
        // There is nothing to accept any more.
        #expect(try StoreFile.acceptLoss(path: scratch.path()) == .votes)
        #expect(try StoreFile.identity(path: scratch.path()).life == .votes)
    }

    @Test func thoseBornTogetherKnowEachOther() throws {
        let scratch = Scratch()
        let store = try scratch.open(birth: StoreBirth(storeID: 8))
        #expect(store.outcomes(order(.becomes(.votes, peers: ["b": 0xBEEF, "a": 1]))) == [.life(.votes)])
        #expect(store.outcomes(order(.becomes(.refilling, peers: [:]))) == [.life(.votes)])
        store.close()
        #expect(try scratch.open(birth: StoreBirth(storeID: 1)).identity.peers == ["a": 1, "b": 0xBEEF])
    }
}
