import Membership
import MeshBase
import Replication
import Testing
import Topology

@testable import Nodes

@Suite struct CellConditionTests {
    @Test func fullnessIsToldInQuartersAndNotBackAndForth() {
        var condition = CellCondition()
        condition.begin(now: .zero)
        #expect(condition.nextLook == .at(1_000))
        var told: [UInt8] = []
        for second in 1...40 {
            // A peak, a swing around a quarter's edge, and rest.
            let fullness = second <= 10 ? 1.0 : second <= 30 ? (second % 2 == 0 ? 0.52 : 0.47) : 0
            let load = condition.look(fullness: fullness, now: .at(Int64(second) * 1_000)).load
            if told.last != load { told.append(load) }
        }
        #expect(condition.nextLook == .at(41_000))
        #expect(told == [64, 128, 192, 128, 64, 0], "the swing changes nothing: \(told)")
    }

    /// A full disk refuses every write while reads go on: that is not serving, and a write that was kept ends it.
    @Test func aFullStoreIsDegradedUntilAWriteIsKept() {
        var condition = CellCondition()
        #expect(condition.metadata.state == .serving)
        condition.answered(.failed(.full))
        condition.answered(.record(version: .none, value: [], tombstone: false, absent: 0))
        condition.answered(.failed(.overloaded))
        #expect(condition.metadata.state == .degraded)
        condition.answered(.written(.none))
        #expect(condition.metadata.state == .serving)
        condition.answered(.failed(.broken))
        #expect(condition.metadata.state == .degraded)
        condition.answered(.version(.none, tombstone: false, absent: 0))
        #expect(condition.metadata.state == .serving)
    }

    /// Who refuses every write gets none that would tell: probes do, two in a row.
    @Test func roomIsFoundAgainWithoutTraffic() {
        var condition = CellCondition()
        condition.probedRoom(true)
        condition.answered(.failed(.full))
        for isThere in [true, false, true] { condition.probedRoom(isThere) }
        #expect(condition.trouble == .full)
        condition.probedRoom(true)
        #expect(condition.trouble == .none && condition.metadata.state == .serving)
        condition.answered(.failed(.full))
        condition.probedRoom(true)
        #expect(condition.trouble == .full, "it begins anew")
    }

    @Test func whatBecomesOfTheStoreIsToldOnceALook() {
        var condition = CellCondition()
        #expect(condition.news() == nil)
        condition.answered(.failed(.full))
        #expect(condition.news() == .full && condition.news() == nil)
        // On the edge: what came and went between two looks is not told.
        condition.answered(.written(.none))
        condition.answered(.failed(.full))
        #expect(condition.news() == nil)
        condition.answered(.failed(.broken))
        #expect(condition.news() == .broken && condition.trouble == .broken)
        condition.answered(.written(.none))
        #expect(condition.news() == .sound && condition.news() == nil)
    }

    @Test func aFullStoreIsAskedForRoomOnceALook() {
        let cell = CellHarness(topology(services: [waiting("front", 10)], store: StoreSettings()))
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        cell.send(.recordRead, "k")
        func answer(_ outcome: (StoreOrder) -> StoreAnswer.Outcome) -> [StoreOrder] {
            let orders = cell.sink.orders
            cell.sink.orders = []
            for order in orders {
                cell.node.stored(
                    StoreAnswer(ticket: order.ticket, outcome: outcome(order)), now: .zero, into: &cell.sink)
            }
            return orders.filter { $0.operation == .room }
        }
        #expect(answer { _ in .failed(.full) }.isEmpty)
        var asked = 0
        for second in 1...6 {
            cell.node.wake(now: .at(Int64(second) * 1_000), into: &cell.sink)
            // Four times there is none, then there is.
            asked += answer { $0.operation == .room ? (second < 4 ? .failed(.full) : .settled(0)) : .settled(0) }.count
            #expect(cell.node.storeTrouble == (second < 5 ? .full : .none), "\(second)")
        }
        #expect(asked == 5, "not again once there is")
    }

    @Test func theOthersAreToldOfAFullPoolAndOfABrokenStore() {
        let cell = CellHarness(
            topology(services: [waiting("front", 60_000, pool: Pool(workers: 4, queue: 30))], store: StoreSettings()))
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        // Four fifths of the queue: full, and not so full that it is not ready.
        for _ in 0..<28 { cell.call("front", priority: .critical) }
        for second in 1...9 { cell.node.wake(now: .at(Int64(second) * 1_000), into: &cell.sink) }
        #expect(cell.swim.ownMetadata.load == 192)
        #expect(cell.swim.ownMetadata.state == .serving)
        let before = cell.swim.ownIncarnation
        cell.send(.recordRead, "k")
        for order in cell.sink.orders {
            cell.node.stored(StoreAnswer(ticket: order.ticket, outcome: .failed(.broken)), now: .zero, into: &cell.sink)
        }
        for second in 10...11 { cell.node.wake(now: .at(Int64(second) * 1_000), into: &cell.sink) }
        #expect(cell.swim.ownMetadata.state == .degraded)
        cell.node.wake(now: .at(12_000), into: &cell.sink)
        #expect(cell.swim.ownMetadata.state == .notReady, "after three looks")
        #expect(cell.swim.ownIncarnation > before, "or nobody would hear of it")
    }
}
