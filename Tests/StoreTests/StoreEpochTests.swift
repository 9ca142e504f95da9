import MeshBase
import Replication
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
            .write(1, "k", 1, "one", epoch: 1), .read(2, "k", epoch: 5), .write(3, "k", 2, "late", epoch: 1))
        #expect(outcomes[1] == .found(1, "one"))
        #expect(outcomes[2] == .staleEpoch(current: Epoch(5)))
    }

    @Test func epochsAreKeptPerCohort() throws {
        let store = try scratch.open()
        let names = (0..<500).map { "customer-\($0)" }
        let first = names[0]
        let cohort = CohortEpochs.cohort(of: CustomerHash(first))
        #expect(cohort == Int(CustomerHash(first).rawValue >> 58))
        let same = try #require(names.dropFirst().first { CohortEpochs.cohort(of: CustomerHash($0)) == cohort })
        let other = try #require(names.first { CohortEpochs.cohort(of: CustomerHash($0)) != cohort })
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
        let cohorts = Set((0..<5_000).map { CohortEpochs.cohort(of: CustomerHash("c\($0)")) })
        #expect(cohorts == Set(0..<64))
    }

    @Test func anEpochStoredByAnotherConnectionIsSeen() throws {
        let store = try scratch.open()
        let other = try scratch.open()
        #expect(store.outcomes(.read(1, "k", epoch: 1)) == [.absent])
        try other.raiseEpoch(Epoch(7), cohort: CohortEpochs.cohort(of: CustomerHash("acme")))
        #expect(store.outcomes(.read(2, "k", epoch: 1)) == [.staleEpoch(current: Epoch(7))])
    }

    @Test func anEpochOfAFailedBatchIsForgotten() throws {
        var limits = RecordStoreLimits()
        limits.pages = 12
        let store = try scratch.open(limits: limits)
        let large = String(repeating: "x", count: 200_000)
        #expect(store.outcomes(.read(1, "k", epoch: 6), .write(2, "k", 1, large, epoch: 6))[0] == .failed(.full))
        #expect(store.outcomes(.read(3, "k", epoch: 2)) == [.absent])
    }
}
