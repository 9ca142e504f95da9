import MeshBase
import Replication
import Sharding
import Testing

@testable import Store

@Suite struct StoreEpochTests {
    let scratch = Scratch()

    @Test func anOlderEpochIsRefusedAndChangesNothing() throws {
        let store = try scratch.open()
        #expect(store.outcomes(.write(1, "k", 1, "one", epoch: 3))[0] == .written(RecordVersion(counter: 1, writer: 1)))
        #expect(
            store.outcomes(.write(2, "k", 2, "two", epoch: 2), .read(3, "k", epoch: 2), .version(4, "k", epoch: 1))
                == [.staleEpoch(current: Epoch(3)), .staleEpoch(current: Epoch(3)), .staleEpoch(current: Epoch(3))])
        #expect(store.outcomes(.read(5, "k", epoch: 3)) == [.found(1, "one")])
    }

    @Test func aNewerEpochIsStoredWithinTheBatchAndFencesTheRestOfIt() throws {
        let store = try scratch.open()
        let outcomes = store.outcomes(
            .write(1, "k", 1, "one", epoch: 1), .write(2, "k", 2, "two", epoch: 5), .write(3, "k", 3, "late", epoch: 1))
        #expect(outcomes[1] == .written(RecordVersion(counter: 2, writer: 1)))
        #expect(outcomes[2] == .staleEpoch(current: Epoch(5)))
    }

    @Test func epochsAreKeptPerCohort() throws {
        let store = try scratch.open()
        let names = (0..<500).map { "customer-\($0)" }
        let first = names[0]
        let epochs = CohortEpochs(count: 64)
        let cohort = epochs.cohort(of: CustomerHash(first))
        #expect(cohort == Int(CustomerHash(first).rawValue >> 58))
        let same = try #require(names.dropFirst().first { epochs.cohort(of: CustomerHash($0)) == cohort })
        let other = try #require(names.first { epochs.cohort(of: CustomerHash($0)) != cohort })
        try store.raiseEpoch(Epoch(9), cohort: cohort)
        #expect(store.outcomes(.read(1, "k", customer: first)) == [.staleEpoch(current: Epoch(9))])
        #expect(store.outcomes(.read(2, "k", customer: same)) == [.staleEpoch(current: Epoch(9))])
        #expect(store.outcomes(.read(3, "k", customer: other)) == [.absent])
        try store.raiseEpoch(Epoch(8), cohort: cohort)
        #expect(store.placementEpochs()[cohort] == Epoch(9))
        #expect(store.placementEpochs().count == 64)
        #expect(throws: StoreError.self) { try store.raiseEpoch(Epoch(1), cohort: 64) }
        #expect(throws: StoreError.self) { try store.raiseEpoch(Epoch(1), cohort: -1) }
    }

    @Test func allCohortsAreReached() {
        for count in [1, 3, 64, 1024] {
            let epochs = CohortEpochs(count: count)
            let table = PlacementTable(cohortCount: count)
            let customers = (0..<20_000).map { CustomerHash("c\($0)") }
            #expect(Set(customers.map { epochs.cohort(of: $0) }) == Set(0..<count))
            #expect(customers.allSatisfy { epochs.cohort(of: $0) == table.cohort(of: $0) })
        }
    }

    @Test func anEpochStoredByAnotherConnectionIsSeen() throws {
        let store = try scratch.open()
        let other = try scratch.open()
        #expect(store.outcomes(.read(1, "k", epoch: 1)) == [.absent])
        try other.raiseEpoch(Epoch(7), cohort: CohortEpochs(count: 64).cohort(of: CustomerHash("acme")))
        #expect(store.outcomes(.read(2, "k", epoch: 1)) == [.staleEpoch(current: Epoch(7))])
    }

    @Test func anEpochOfAFailedBatchIsForgotten() throws {
        var limits = RecordStoreLimits()
        limits.pages = 12
        let store = try scratch.open(limits: limits)
        let large = String(repeating: "x", count: 200_000)
        // What only asks is answered all the same, on its own.
        #expect(
            store.outcomes(
                .write(1, "k", 1, large, epoch: 6), .read(2, "k", epoch: 6), .write(3, "l", 1, "v", epoch: 6))
                == [.failed(.full), .absent, .failed(.full)])
        #expect(store.outcomes(.read(4, "k", epoch: 2)) == [.absent])
    }

    /// On a full disk a read that had to store an epoch first could not be answered.
    @Test func aReadWritesNothing() throws {
        let store = try scratch.open()
        #expect(
            store.outcomes(.read(1, "k", epoch: 5), .version(2, "k", epoch: 7)) == [
                .absent, .version(.none, tombstone: false),
            ])
        #expect(store.placementEpochs().allSatisfy { $0 == Epoch(0) })
        #expect(store.outcomes(.write(3, "k", 1, "v", epoch: 5)) == [.written(RecordVersion(counter: 1, writer: 1))])
        #expect(store.placementEpochs().max() == Epoch(5))
    }

    @Test func aStoreKeepsTheNumberOfCohortsItWasMadeFor() throws {
        let birth = StoreBirth(storeID: 1, isFounding: true)
        func open(_ cohorts: Int) throws -> RecordStore {
            try RecordStore(
                path: scratch.path(), cell: "eu-1", birth: birth, durability: .process, cohorts: cohorts)
        }
        let store = try open(256)
        #expect(store.placementEpochs().count == 256)
        #expect(store.outcomes(.write(1, "k", 1, "v", epoch: 3)) == [.written(RecordVersion(counter: 1, writer: 1))])
        store.close()
        #expect(try open(256).placementEpochs().max() == Epoch(3))
        let error = #expect(throws: StoreOpenError.self) { try open(64) }
        #expect(error?.code == .otherPlacement)
    }
}
