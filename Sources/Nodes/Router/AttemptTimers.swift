import DequeModule
import MeshBase

/// The time limits of attempts. Nearly all have the same length, so they stand in a queue that is in order by itself;
/// shorter ones, of requests with a deadline of their own, go through a heap. A limit whose attempt has ended is
/// dropped when it comes to the front, never searched for.
struct AttemptTimers {
    struct Entry {
        var at: Instant
        var operation: SlabKey
        var attempt: UInt32
    }
    private var queue = Deque<Entry>()
    private var odd = TimerTable<SlabKey>()

    mutating func arm(_ operation: SlabKey, attempt: UInt32, at: Instant) {
        if let last = queue.last, at < last.at {
            odd.arm(operation, at: at)
        } else {
            queue.append(Entry(at: at, operation: operation, attempt: attempt))
        }
    }

    /// Called when an operation ends: keeps the table of odd limits from filling with what is over.
    mutating func cancelOdd(_ operation: SlabKey) {
        if odd.count > 0 { odd.cancel(operation) }
    }

    /// Drops entries at the front whose attempt is over.
    mutating func dropStale(_ isCurrent: (Entry) -> Bool) {
        while let first = queue.first, !isCurrent(first) { queue.removeFirst() }
    }

    mutating func next() -> Instant? {
        let fromQueue = queue.first?.at
        guard let fromHeap = odd.next() else { return fromQueue }
        return fromQueue.map { min($0, fromHeap) } ?? fromHeap
    }

    /// The next operation whose limit has passed; `attempt` is nil for one of the heap.
    mutating func popDue(now: Instant) -> (operation: SlabKey, attempt: UInt32?)? {
        if let first = queue.first, first.at <= now {
            queue.removeFirst()
            return (first.operation, first.attempt)
        }
        return odd.popDue(now: now).map { ($0, nil) }
    }
}
