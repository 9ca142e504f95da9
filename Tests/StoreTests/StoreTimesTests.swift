import MeshBase
import Replication
import Testing

@testable import Store

/// How long orders took, by what they are about.
@Suite struct StoreTimesTests {
    private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    private func order(_ ticket: UInt64, _ operation: StoreOrder.Operation) -> StoreOrder {
        var order = StoreOrder.read(ticket, "a")
        order.operation = operation
        return order
    }

    /// Orders are answered with their batch; what came meanwhile goes with the next.
    @Test func anOrderTakesUntilItsBatchIsAnswered() {
        var (queue, times) = (StoreQueue(batchLimit: 2), StoreTimes())
        func add(_ ticket: UInt64, _ operation: StoreOrder.Operation, _ now: Int64) {
            #expect(queue.add(order(ticket, operation)) == nil)
            times.added(order(ticket, operation), now: at(now))
        }
        func begin() { times.began(queue.nextBatch()?.count ?? 0) }
        func finish(_ now: Int64) {
            queue.batchFinished()
            times.finished(now: at(now))
        }
        func sum(_ kind: StoreTimes.Kind) -> Double { times.table.sum(Int(kind.rawValue)).milliseconds }

        add(1, .read, 0)
        begin()
        add(2, .write(version: .none, value: [], tombstone: false), 1)
        add(3, .version, 2)
        add(4, .life, 3)
        finish(10)
        #expect((sum(.read), sum(.write), sum(.life)) == (10, 0, 0))
        begin()
        finish(21)
        // Two of the three that waited have room in a batch.
        #expect((sum(.read), sum(.write), sum(.life)) == (29, 20, 0))
        begin()
        finish(33)
        #expect((sum(.read), sum(.write), sum(.life)) == (29, 20, 30))
        #expect(times.table.total(Int(StoreTimes.Kind.read.rawValue)).total == 2)
    }
}
