import MeshBase
import Replication
import Sharding
import Testing
import Topology
import Wire

@testable import Nodes

@Suite struct CellRecordTests {
    private func answer(_ cell: CellHarness, _ outcome: StoreAnswer.Outcome) {
        cell.node.stored(
            StoreAnswer(ticket: cell.sink.orders.last!.ticket, outcome: outcome), now: .zero, into: &cell.sink)
    }

    @Test func framesBecomeOrdersOfTheStore() throws {
        let cell = CellHarness(topology())
        let version = RecordVersion(counter: 3, writer: 4)
        cell.send(.recordVersion, "k")
        cell.send(.recordRead, "k")
        cell.send(.recordWrite, "k", version: version, flags: .tombstone, body: "v")
        #expect(
            cell.sink.orders.map(\.operation) == [
                .version, .read, .write(version: version, value: Array("v".utf8), tombstone: true),
            ])
        #expect(cell.sink.orders.allSatisfy { $0.customer == Array("c9".utf8) && $0.key == Array("k".utf8) })
        #expect(Set(cell.sink.orders.map(\.ticket)).count == 3)
        #expect(cell.sink.replies.isEmpty)
    }

    @Test func nothingIsAcknowledgedBeforeTheStoreHasIt() throws {
        let cell = CellHarness(topology())
        let version = RecordVersion(counter: 3, writer: 4)
        let request = cell.send(.recordWrite, "k", version: version, body: "v")
        #expect(cell.sink.replies.isEmpty)
        answer(cell, .written(version))
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.kind == .reply)
        #expect(reply.head.flags.contains(.acknowledgement))
        #expect(reply.head.request == request)
        #expect(reply.head.versionCounter == 3)
        // A second answer to one order goes nowhere.
        answer(cell, .written(version))
        #expect(cell.sink.replies.isEmpty)
        #expect(cell.isIdle)
    }

    @Test func aReadCarriesValueVersionAndTombstone() {
        let cell = CellHarness(topology())
        cell.send(.recordRead, "k")
        answer(
            cell,
            .record(version: RecordVersion(counter: 8, writer: 9), value: Array("v".utf8), tombstone: false, absent: 0))
        cell.send(.recordRead, "k")
        answer(cell, .record(version: RecordVersion(counter: 9, writer: 9), value: [], tombstone: true, absent: 0))
        let replies = cell.takeReplies()
        #expect(replies.map(\.body) == ["v", ""])
        #expect(replies.map { $0.head.flags.contains(.tombstone) } == [false, true])
        #expect(replies.map(\.head.versionCounter) == [8, 9])
        #expect(replies.allSatisfy { !$0.head.flags.contains(.acknowledgement) })
    }

    /// What the store refuses, the cell refuses with its own entry: whoever is behind learns from the other.
    @Test func aFenceRefusesWithTheCellsEntry() throws {
        let cell = CellHarness(topology())
        let cohort = PlacementTable().cohort(of: CustomerHash("c9"))
        cell.send(.recordWrite, "k", version: RecordVersion(counter: 1, writer: 1))
        answer(cell, .otherEpoch(Epoch(12)))
        // As founded: everybody knows that entry.
        let founded = try #require(cell.takeReplies().first)
        #expect(founded.head.kind == .refusal && founded.head.status == Refusal.otherEpoch.rawValue)
        #expect(founded.head.epoch == .first && founded.head.flags.contains(.acknowledgement) && founded.body.isEmpty)

        var entry = PlacementEntry(cohort: cohort)
        try entry.refence()
        cell.learn(entry)
        #expect(cell.sink.orders.last?.operation == .install(entry, nil))
        let before = cell.sink.orders.count
        cell.send(.recordRead, "k")
        let reply = try #require(cell.takeReplies().first)
        #expect(reply.head.status == Refusal.otherEpoch.rawValue && reply.head.epoch == .first)
        #expect(reply.bytes.withUnsafeBytes { EntryExchange.entries($0, cohorts: 64) }?.map(\.entry) == [entry])
        // The store is not asked, and the new epoch is served.
        #expect(cell.sink.orders.count == before)
        cell.send(.recordRead, "k", epoch: Epoch(2))
        #expect(cell.sink.orders.last?.epoch == Epoch(2))
    }

    @Test func anEntryWithoutProofChangesNothing() throws {
        let cell = CellHarness(topology())
        var entry = PlacementEntry(cohort: 3)
        try entry.refence()
        cell.learn(entry, proof: Array(repeating: 0, count: 16))
        #expect(cell.sink.orders.isEmpty)
        #expect(cell.node.ledger.counters.refused == 1 && cell.node.ledger.counters.taken == 0)
    }

    @Test func aCellThatIsNoMemberRefuses() {
        var topology = topology()
        topology.sharding.size = 1
        let cell = CellHarness(topology)
        let placement = Placement(topology)
        for name in (1...9).map({ "c\($0)" }) { cell.send(.recordRead, "k", customer: name) }
        let own = (1...9).filter { placement.shard(of: CustomerHash("c\($0)")).contains(CellIndex(0)) }.count
        #expect(cell.sink.orders.count == own && own > 0 && own < 9)
        #expect(cell.takeReplies().allSatisfy { $0.head.status == Refusal.notMember.rawValue })
    }

    @Test(arguments: [
        (StoreAnswer.Failure.full, Refusal.storeFull), (.broken, .storeBroken), (.overloaded, .overloaded),
    ])
    func aFailureOfTheStoreIsARefusal(_ failure: StoreAnswer.Failure, _ refusal: Refusal) {
        let cell = CellHarness(topology())
        cell.send(.recordWrite, "k", version: RecordVersion(counter: 1, writer: 1))
        answer(cell, .failed(failure))
        #expect(cell.takeReplies().map(\.head.status) == [refusal.rawValue])
    }

    /// Written under a higher limit: the router would take the frame for damage and close the link.
    @Test func aRecordBeyondTheLimitIsRefusedNotSent() {
        var routing = RoutingPolicy()
        routing.bodyLimit = 4
        let cell = CellHarness(topology(routing: routing))
        cell.send(.recordRead, "k")
        answer(
            cell,
            .record(version: RecordVersion(counter: 1, writer: 1), value: [1, 2, 3, 4, 5], tombstone: false, absent: 0))
        #expect(cell.takeReplies().map(\.head.kind) == [.refusal])
        cell.send(.recordRead, "k")
        answer(
            cell,
            .record(version: RecordVersion(counter: 1, writer: 1), value: [1, 2, 3, 4], tombstone: false, absent: 0))
        #expect(cell.takeReplies().map(\.head.kind) == [.reply])
    }

    @Test func ordersAreBounded() {
        let cell = CellHarness(topology(), storeLimit: 2)
        for _ in 0..<3 { cell.send(.recordRead, "k") }
        #expect(cell.sink.orders.count == 2)
        #expect(cell.takeReplies().map(\.head.status) == [Refusal.overloaded.rawValue])
    }

    @Test func whatIsNoOrderIsRefused() {
        let cell = CellHarness(topology())
        cell.send(.recordRead, "", customer: "c1")
        cell.send(.recordRead, "k", customer: "")
        let storeless = CellHarness(topology(store: nil))
        storeless.send(.recordWrite, "k")
        #expect(cell.takeReplies().map(\.head.status) == [Refusal.malformed.rawValue, Refusal.malformed.rawValue])
        #expect(storeless.takeReplies().map(\.head.status) == [Refusal.noStore.rawValue])
        #expect(cell.sink.orders.isEmpty && storeless.sink.orders.isEmpty)
    }
}
