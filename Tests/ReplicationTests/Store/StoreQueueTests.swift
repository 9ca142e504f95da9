import MeshBase
import Testing

@testable import Replication

extension StoreOrder {
    fileprivate static func read(_ ticket: UInt64, _ key: String) -> StoreOrder {
        StoreOrder(ticket: ticket, customer: [1], key: Array(key.utf8), epoch: .first, operation: .read)
    }
    fileprivate static func write(_ ticket: UInt64, _ key: String, _ counter: UInt64, _ value: String) -> StoreOrder {
        StoreOrder(
            ticket: ticket, customer: Array("acme".utf8), key: Array(key.utf8), epoch: .first,
            operation: .write(
                version: RecordVersion(counter: counter, writer: 1), value: Array(value.utf8), tombstone: false))
    }
}

@Suite struct StoreQueueTests {
    @Test func oneBatchIsInFlightAndTheNextTakesAllThatWaits() {
        var queue = StoreQueue()
        #expect(queue.nextBatch() == nil)
        #expect(queue.add(.read(1, "a")) == nil)
        #expect(queue.nextBatch()?.map(\.ticket) == [1])
        for ticket in 2...6 { #expect(queue.add(.read(UInt64(ticket), "a")) == nil) }
        #expect(queue.nextBatch() == nil)
        queue.batchFinished()
        #expect(queue.nextBatch()?.map(\.ticket) == [2, 3, 4, 5, 6])
        queue.batchFinished()
        #expect(queue.nextBatch() == nil)
        #expect(queue.batches == 2 && queue.largestBatch == 5)
    }

    @Test func batchesAreBoundedAndKeepTheOrder() {
        var queue = StoreQueue(capacity: 100, batchLimit: 30)
        for ticket in 0..<100 { #expect(queue.add(.read(UInt64(ticket), "a")) == nil) }
        var taken: [[UInt64]] = []
        while let batch = queue.nextBatch() {
            taken.append(batch.map(\.ticket))
            queue.batchFinished()
        }
        #expect(taken.map(\.count) == [30, 30, 30, 10])
        #expect(taken.flatMap { $0 } == (0..<100).map { UInt64($0) })
        #expect(queue.count == 0)
    }

    @Test func whatExceedsTheBoundIsRefused() {
        var queue = StoreQueue(capacity: 3)
        for ticket in 0..<3 { #expect(queue.add(.read(UInt64(ticket), "a")) == nil) }
        #expect(queue.add(.read(9, "a")) == StoreAnswer(ticket: 9, outcome: .failed(.overloaded)))
        #expect(queue.refused == 1)
        // The batch in flight does not count: the bound is on what waits.
        #expect(queue.nextBatch()?.count == 3)
        #expect(queue.add(.read(10, "a")) == nil)
        #expect(queue.count == 1)
    }

    @Test func bytesAreBoundedToo() {
        var queue = StoreQueue(byteCapacity: 100, batchLimit: 1)
        let value = String(repeating: "v", count: 60)
        #expect(queue.add(.write(1, "k", 1, value)) == nil)
        #expect(queue.add(.write(2, "k", 1, value))?.outcome == .failed(.overloaded))
        #expect(queue.add(.read(3, "k")) == nil)
        #expect(queue.nextBatch()?.count == 1)
        queue.batchFinished()
        #expect(queue.add(.write(4, "k", 1, value)) == nil)
        #expect(queue.nextBatch()?.map(\.ticket) == [3])
        queue.batchFinished()
        #expect(queue.nextBatch()?.map(\.ticket) == [4])
        queue.batchFinished()
        // One order larger than the bound passes alone, or it never could.
        #expect(queue.add(.write(5, "k", 1, String(repeating: "v", count: 500))) == nil)
        #expect(queue.add(.read(6, "k"))?.outcome == .failed(.overloaded))
    }

    @Test func whatIsTakenOutOfTurnDoesNotCount() {
        var queue = StoreQueue(byteCapacity: 30)
        #expect(queue.add(.write(1, "a", 1, "0123456789")) == nil && queue.add(.read(2, "a")) == nil)
        #expect(queue.add(.write(3, "a", 1, "0123456789")) != nil)
        #expect(queue.take { $0.ticket == 1 }.map(\.ticket) == [1] && queue.count == 1)
        #expect(queue.add(.write(3, "a", 1, "0123456789")) == nil)
        #expect(queue.nextBatch()?.map(\.ticket) == [2, 3])
    }
}
