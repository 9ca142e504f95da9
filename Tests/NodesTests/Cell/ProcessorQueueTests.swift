import MeshBase
import Testing

@testable import Nodes

@Suite struct ProcessorQueueTests {
    private func order(_ ticket: UInt64, deadline: Instant = .distantFuture) -> ProcessorQueue.Order {
        ProcessorQueue.Order(ticket: ticket, amount: .milliseconds(1), deadline: deadline)
    }

    @Test func asManyBeginAsThereAreThreadsAndTheRestWaitsInOrder() {
        var queue = ProcessorQueue()
        let begun = (0..<5).map { queue.add(order($0), now: .zero)?.ticket }
        #expect(begun == [0, 1, 2, nil, nil])
        #expect(queue.finished(now: .at(1))?.ticket == 3)
        #expect(queue.finished(now: .at(1))?.ticket == 4)
        #expect(queue.finished(now: .at(1)) == nil)
        #expect(queue.takeRefused().isEmpty)
    }

    @Test func whatFindsNoPlaceIsRefusedAndCounted() {
        var queue = ProcessorQueue()
        let most = UInt64(ProcessorQueue.threads + ProcessorQueue.limit)
        for ticket in 0..<most + 5 { _ = queue.add(order(ticket), now: .zero) }
        #expect(queue.hasRefused)
        #expect(queue.takeRefused() == Array(most..<most + 5))
        #expect(queue.refusals == 5)
        #expect(!queue.hasRefused)
    }

    @Test func whatHasWaitedPastItsDeadlineNeverBegins() {
        var queue = ProcessorQueue()
        for ticket: UInt64 in 0..<3 { _ = queue.add(order(ticket), now: .zero) }
        _ = queue.add(order(3, deadline: .at(5)), now: .zero)
        _ = queue.add(order(4, deadline: .at(6)), now: .zero)
        #expect(queue.finished(now: .at(5))?.ticket == 4)
        #expect(queue.takeRefused() == [3])
        // The thread of an order that gave way is free, not lost.
        #expect(queue.finished(now: .at(6)) == nil)
        #expect(queue.add(order(5), now: .at(6))?.ticket == 5)
    }
}
