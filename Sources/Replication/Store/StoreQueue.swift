/// Orders on their way to the store: those that wait, and one batch in flight.
///
/// While a batch is committed the next one gathers, so the batches grow with the load by themselves. The driver runs
/// each batch on its pool and says when it is done.
package struct StoreQueue {
    /// Most orders that wait.
    package let capacity: Int
    /// Most bytes of values that wait.
    package let byteCapacity: Int
    /// Most orders in one batch.
    package let batchLimit: Int

    private var waiting: [StoreOrder] = []
    private var waitingBytes = 0

    /// A batch was taken and is not finished.
    package private(set) var isInFlight = false
    /// Orders turned away.
    package private(set) var refused: UInt64 = 0
    /// Batches taken so far.
    package private(set) var batches: UInt64 = 0
    /// Orders in the largest of them.
    package private(set) var largestBatch = 0

    /// - Parameters:
    ///   - capacity: most orders that wait, at least 1.
    ///   - byteCapacity: most bytes of values that wait, at least 1.
    ///   - batchLimit: most orders in one batch, at least 1.
    package init(capacity: Int = 10_000, byteCapacity: Int = 64 << 20, batchLimit: Int = 1_000) {
        self.capacity = max(capacity, 1)
        self.byteCapacity = max(byteCapacity, 1)
        self.batchLimit = max(batchLimit, 1)
    }

    /// Orders that wait, without the batch in flight.
    package var count: Int { waiting.count }

    /// Takes an order, or returns the answer that refuses it when too many wait.
    package mutating func add(_ order: StoreOrder) -> StoreAnswer? {
        let bytes = order.byteCount
        // A single order larger than the bound still passes when nothing else waits.
        guard count < capacity, waitingBytes == 0 || waitingBytes + bytes <= byteCapacity else {
            refused += 1
            return StoreAnswer(ticket: order.ticket, outcome: .failed(.overloaded))
        }
        waitingBytes += bytes
        waiting.append(order)
        return nil
    }

    /// The next batch, for the driver to run; nil while one is in flight or nothing waits.
    package mutating func nextBatch() -> [StoreOrder]? {
        guard !isInFlight, count > 0 else { return nil }
        var batch: [StoreOrder] = []
        if waiting.count <= batchLimit {
            swap(&batch, &waiting)
            waitingBytes = 0
        } else {
            batch = Array(waiting.prefix(batchLimit))
            waiting.removeFirst(batchLimit)
            for order in batch { waitingBytes -= order.byteCount }
        }
        isInFlight = true
        batches += 1
        largestBatch = max(largestBatch, batch.count)
        return batch
    }

    /// Takes those that wait and are such, in their order: what a broken build lets overtake the others.
    package mutating func take(where isTaken: (StoreOrder) -> Bool) -> [StoreOrder] {
        let taken = waiting.filter(isTaken)
        waiting.removeAll(where: isTaken)
        for order in taken { waitingBytes -= order.byteCount }
        return taken
    }

    /// The batch in flight has been answered.
    package mutating func batchFinished() { isInFlight = false }
}

extension StoreOrder {
    fileprivate var byteCount: Int {
        let texts = customer.count + key.count
        switch operation {
        case .write(_, let value, _), .add(_, let value, _, _): return texts + value.count
        case .fill(let page): return texts + page.records.reduce(0) { $0 + $1.value.count }
        case .lacks(let lines), .settle(let lines): return texts + lines.count * 64
        case .decree(let question, _): return texts + question.count
        default: return texts
        }
    }
}
