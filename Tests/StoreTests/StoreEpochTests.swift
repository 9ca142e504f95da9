import MeshBase
import Replication
import Sharding
import Testing
import Topology

@testable import Store

/// A store serves each customer in one epoch, that of the entry which it has installed.
@Suite struct StoreEpochTests {
    let scratch = Scratch()
    private let topology = MeshTopology(
        name: "t", seed: 3, regions: (0..<3).map { Region(name: "r\($0)", zones: ["a"]) },
        cells: (0..<6).map { Cell(name: "c\($0)", region: $0 / 2, zone: 0) },
        blueprints: [Blueprint(name: "b", services: [], store: StoreSettings())],
        customers: Customers(count: 10), sharding: ShardingPolicy(size: 3, spread: .region), routers: [],
        control: Control(region: 0))

    private func order(_ operation: StoreOrder.Operation) -> StoreOrder {
        StoreOrder(ticket: 9, customer: [], key: [], epoch: .first, operation: operation)
    }
    private func entry(
        of customer: String = "acme", cohorts: Int = 64, _ change: (inout PlacementEntry) throws -> Void
    ) throws -> PlacementEntry {
        var entry = PlacementEntry(cohort: PlacementTable.cohort(of: CustomerHash(customer), count: cohorts))
        try change(&entry)
        return entry
    }

    @Test func noEpochButTheInstalledOneIsServedAndNoRequestRaisesIt() throws {
        let store = try scratch.open()
        let first = RecordVersion(counter: 1, writer: 1)
        let other = StoreAnswer.Outcome.otherEpoch(.first)
        #expect(
            store.outcomes(
                .write(1, "k", 1, "one"), .write(2, "k", 2, "two", epoch: 5), .read(3, "k", epoch: 5),
                .version(4, "k", epoch: 0), .read(5, "k")) == [.written(first), other, other, other, .found(1, "one")])
        let joint = try entry { try $0.begin(evacuated: [1]) }
        #expect(store.outcomes(order(.install(joint, nil))) == [.installed(version: 2, isPurging: false)])
        #expect(
            store.outcomes(.write(1, "k", 2, "two"), .write(2, "k", 2, "new", epoch: 2), .read(3, "k", epoch: 2))
                == [
                    .otherEpoch(Epoch(2)), .written(RecordVersion(counter: 2, writer: 1)), .found(2, "new"),
                ])
    }

    @Test func anEntryIsInstalledOnceAndKeptThroughACrash() throws {
        let store = try scratch.open()
        let joint = try entry { try $0.begin(evacuated: [1]) }
        var next = joint
        try next.switchOver()
        #expect(
            store.outcomes(
                order(.install(next, nil)), order(.install(joint, nil)), .read(1, "k", epoch: 3))
                == [
                    .installed(version: 3, isPurging: false), .installed(version: 3, isPurging: false), .absent,
                ])
        store.close()
        let again = try scratch.open()
        #expect(again.identity.cohorts == [StoredCohort(entry: next)])
        #expect(again.outcomes(.read(1, "k"), .read(2, "k", epoch: 3)) == [.otherEpoch(Epoch(3)), .absent])
    }

    @Test func onlyTheCohortOfTheEntryIsFenced() throws {
        let store = try scratch.open()
        let cohort = PlacementTable().cohort(of: CustomerHash("acme"))
        let names = (0..<500).map { "customer-\($0)" }
        let same = try #require(names.first { PlacementTable().cohort(of: CustomerHash($0)) == cohort })
        let other = try #require(names.first { PlacementTable().cohort(of: CustomerHash($0)) != cohort })
        let joint = try entry { try $0.begin(evacuated: [1]) }
        _ = store.outcomes(order(.install(joint, nil)))
        #expect(store.outcomes(.read(2, "k", customer: same)) == [.otherEpoch(Epoch(2))])
        #expect(store.outcomes(.read(3, "k", customer: other)) == [.absent])
    }

    @Test func aPinFencesItsCustomerAlone() throws {
        let store = try scratch.open(cohorts: 1)
        let pinned = try entry(cohorts: 1) {
            try $0.pin(CustomerHash("acme"), from: [CellIndex(0)], to: [CellIndex(1)])
        }
        _ = store.outcomes(order(.install(pinned, nil)))
        #expect(
            store.outcomes(.read(1, "k"), .read(2, "k", epoch: 2), .read(3, "k", customer: "other"))
                == [.otherEpoch(Epoch(2)), .absent, .absent])
    }

    @Test func anEntryOfAFailedBatchIsForgotten() throws {
        var limits = RecordStoreLimits()
        limits.pages = 14
        let store = try scratch.open(limits: limits)
        let large = String(repeating: "x", count: 200_000)
        let joint = try entry { try $0.begin(evacuated: [1]) }
        #expect(
            store.outcomes(order(.install(joint, nil)), .write(1, "k", 1, large, epoch: 2), .read(2, "k"))
                == [.failed(.full), .failed(.full), .absent])
        #expect(store.outcomes(.read(4, "k"), .read(5, "k", epoch: 2)) == [.absent, .otherEpoch(.first)])
    }

    @Test func anEntryInstalledByAnotherConnectionIsSeen() throws {
        let store = try scratch.open()
        let other = try scratch.open()
        #expect(store.outcomes(.read(1, "k")) == [.absent])
        _ = other.outcomes(order(.install(try entry { try $0.refence() }, nil)))
        #expect(store.outcomes(.read(2, "k")) == [.otherEpoch(Epoch(2))])
    }

    /// What a cell that leaves a shard drops, slice by slice, and that it is silent meanwhile.
    @Test func whatMayNotBeKeptIsDroppedBeforeTheCellServesAgain() throws {
        let store = try scratch.open(cohorts: 1)
        let names = (0..<700).map { "customer-\($0)" }
        for name in names { _ = store.outcomes(.write(1, "k", 1, "v", customer: name)) }
        // The mesh has moved on to a placement without region 0, while this cell was away.
        let founding = PlacementEntry(cohort: 0)
        var released = founding
        try released.begin(evacuated: [0])
        try released.switchOver()
        try released.release()
        var table = PlacementTable(cohortCount: 1)
        table.merge(released)
        let placement = try Placement(topology, table: table)
        #expect(RecordKeeper.mayDrop(from: founding, to: released))
        let keeper = RecordKeeper(cell: CellIndex(2), previous: founding, entry: released, placement: placement)
        #expect(
            store.outcomes(order(.install(released, keeper)), .read(1, "k", customer: names[0], epoch: 4))
                == [.installed(version: 4, isPurging: true), .purging])
        // Nothing newer is taken before the end.
        var later = released
        try later.begin(evacuated: [])
        #expect(store.outcomes(order(.install(later, nil))) == [.installed(version: 4, isPurging: true)])
        store.close()
        let again = try scratch.open(cohorts: 1)
        #expect(again.identity.cohorts.first?.previous == founding)
        var after = RecordPosition.start
        var dropped = 0
        while case .purged(let upTo, let count) = again.outcomes(order(.purge(keeper, after: after, limit: 64)))[0] {
            dropped += count
            guard let upTo else { break }
            #expect(again.outcomes(.read(1, "k", customer: names[0], epoch: 4)) == [.purging])
            after = upTo
        }
        // It joined at an epoch that the cell did not have: nothing stays, though it is a member again.
        #expect(dropped == 700 - StoredCohort.purgeLimit)
        #expect(again.outcomes(order(.count(cohort: 0))) == [.counted(0)])
        #expect(names.allSatisfy { again.outcomes(.read(1, "k", customer: $0, epoch: 4)) == [.absent] })
        #expect(again.outcomes(order(.install(later, nil))) == [.installed(version: 5, isPurging: false)])
    }

    @Test func aFillIsOfOneEntryAndSaysWhatItIsFor() throws {
        let store = try scratch.open(cohorts: 1)
        let joint = try entry(cohorts: 1) { try $0.begin(evacuated: [0]) }
        _ = store.outcomes(order(.install(joint, nil)))
        var table = PlacementTable(cohortCount: 1)
        let founding = CohortFence(table, cohort: 0)
        table.merge(joint)
        let fence = CohortFence(table, cohort: 0)
        let position = RecordPosition(customer: Array("acme".utf8), key: [1])
        let record = StoredRecord(
            line: RecordLine(position: position, version: RecordVersion(counter: 4, writer: 1), tombstone: false),
            value: [7])
        let late = FillPage(fence: founding, records: [record], upTo: position, filled: Epoch(2))
        #expect(store.outcomes(order(.fill(late))) == [.otherEntry(version: 2)])
        #expect(
            store.outcomes(order(.list(founding, after: .start, limit: 9, fingerprints: false)))
                == [.otherEntry(version: 2)])
        let page = FillPage(fence: fence, records: [record], upTo: position, floor: 9, filled: Epoch(2))
        #expect(store.outcomes(order(.fill(page))) == [.life(.votes)])
        // What was collected elsewhere keeps counters above it here too.
        #expect(
            store.outcomes(.version(1, "none", epoch: 2)) == [.version(.none, tombstone: false, absent: 9)])
        store.close()
        let again = try scratch.open(cohorts: 1)
        #expect(again.identity.cohorts == [StoredCohort(entry: joint, filled: Epoch(2), floor: 9)])
        guard
            case .listed(let lines, true, 9) = again.outcomes(
                order(.list(fence, after: .start, limit: 9, fingerprints: true)))[0]
        else { return #expect(Bool(false)) }
        #expect(lines.map(\.position) == [position] && lines[0].fingerprint != 0)
    }

    @Test func onlyTheTombstoneThatWasSeenIsCollected() throws {
        let store = try scratch.open(cohorts: 1)
        let fence = CohortFence(PlacementTable(cohortCount: 1), cohort: 0)
        _ = store.outcomes(
            .write(1, "a", 5, tombstone: true), .write(2, "b", 6, "v"), .write(3, "c", 7, tombstone: true))
        func line(_ key: String, _ counter: UInt64) -> RecordLine {
            RecordLine(
                position: RecordPosition(customer: Array("acme".utf8), key: Array(key.utf8)),
                version: RecordVersion(counter: counter, writer: 1), tombstone: true)
        }
        #expect(
            store.outcomes(order(.drop(fence, [line("a", 5), line("b", 6), line("c", 4), line("d", 1)])))
                == [.dropped(1)])
        #expect(
            store.outcomes(.version(1, "a"), .read(2, "b"))
                == [.version(.none, tombstone: false, absent: 5), .found(6, "v")])
    }

    @Test func aStoreKeepsTheNumberOfCohortsItWasMadeFor() throws {
        let store = try scratch.open(cohorts: 256)
        #expect(store.outcomes(.write(1, "k", 1, "v")) == [.written(RecordVersion(counter: 1, writer: 1))])
        store.close()
        #expect(try scratch.open(cohorts: 256).outcomes(.read(1, "k")) == [.found(1, "v")])
        let error = #expect(throws: StoreOpenError.self) { try scratch.open(cohorts: 64) }
        #expect(error?.code == .otherPlacement)
    }
}
