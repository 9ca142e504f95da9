import MeshBase
import Replication
import Testing

@testable import Nodes

/// When a cell compares its records with the other members.
@Suite struct RepairRoundTests {
    /// Its topology says when the first round begins, and how long after one the next does.
    @Test(arguments: [1_000, 300_000] as [Int64]) func aRoundBeginsWhenTheTopologySays(_ round: Int64) throws {
        var topology = topology()
        topology.repair.round = .milliseconds(round)
        let cell = CellHarness(topology)
        cell.node.start(seeds: [], now: .zero, into: &cell.sink)
        #expect(cell.node.repair.nextDeadline == .at(round))
        cell.sink.orders = []
        cell.node.wake(now: .at(round - 1), into: &cell.sink)
        #expect(pages(cell) == 0)
        cell.node.wake(now: .at(round), into: &cell.sink)
        #expect(pages(cell) == 1)

        // Every cohort has no record: on to its end, one after another.
        var now = Instant.at(round)
        while cell.node.repairStatus.rounds == 0 {
            let order = try #require(cell.sink.orders.first { isPage($0) })
            cell.sink.orders = []
            cell.node.stored(
                StoreAnswer(ticket: order.ticket, outcome: .listed([], isLast: true, floor: 0)), now: now,
                into: &cell.sink)
            guard cell.node.repairStatus.rounds == 0 else { break }
            now = cell.node.repair.nextDeadline
            cell.node.wake(now: now, into: &cell.sink)
        }
        #expect(cell.node.repair.nextDeadline == now + .milliseconds(round))
    }

    private func isPage(_ order: StoreOrder) -> Bool {
        guard case .list = order.operation else { return false }
        return true
    }
    private func pages(_ cell: CellHarness) -> Int { cell.sink.orders.count { isPage($0) } }
}
