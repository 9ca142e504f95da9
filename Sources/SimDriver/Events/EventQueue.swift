import HeapModule
import MeshBase

/// Everything that is going to happen: a heap ordered by (instant, sequence), so that what was scheduled first happens
/// first among equals, and the order never depends on anything but the seed.
struct EventQueue {
    private struct Entry: Comparable {
        var at: Instant
        var sequence: UInt64
        /// Where the event lies; the heap moves small entries only.
        var slot: Int32
        static func < (a: Entry, b: Entry) -> Bool { (a.at, a.sequence) < (b.at, b.sequence) }
        static func == (a: Entry, b: Entry) -> Bool { a.sequence == b.sequence }
    }

    private var heap = Heap<Entry>()
    private var slots: [SimEvent?] = []
    private var free: [Int32] = []
    private var sequence: UInt64 = 0

    var count: Int { heap.count }
    var next: Instant? { heap.min?.at }

    mutating func push(_ event: SimEvent, at: Instant) {
        sequence += 1
        let slot: Int32
        if let reused = free.popLast() {
            slot = reused
            slots[Int(slot)] = event
        } else {
            slot = Int32(slots.count)
            slots.append(event)
        }
        heap.insert(Entry(at: at, sequence: sequence, slot: slot))
    }

    /// The first event, if it happens at `end` or before.
    mutating func pop(until end: Instant) -> (at: Instant, event: SimEvent)? {
        guard let first = heap.min, first.at <= end else { return nil }
        heap.removeMin()
        let event = slots[Int(first.slot)].take()!
        free.append(first.slot)
        return (first.at, event)
    }

    mutating func removeAll() {
        heap = Heap()
        slots.removeAll()
        free.removeAll()
    }
}
