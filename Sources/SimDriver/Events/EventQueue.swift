import MeshBase

/// Everything that is going to happen, in order of (instant, sequence): what was scheduled first happens first among
/// equals, and the order never depends on anything but the seed.
struct EventQueue {
    /// Where an event lies; the queue moves small entries only.
    private var queue = EventQueue.calendar
    private var slots: [SimEvent?] = []
    private var free: [Int32] = []

    private static var calendar: CalendarQueue { CalendarQueue(rate: 8_192) }

    mutating func push(_ event: consuming SimEvent, at: Instant) {
        let slot: Int32
        if let reused = free.popLast() {
            slot = reused
            slots[Int(slot)] = consume event
        } else {
            slot = Int32(slots.count)
            slots.append(consume event)
        }
        queue.push(UInt64(slot), at: at.nanoseconds)
    }

    /// The first event, if it happens at `end` or before.
    mutating func pop(until end: Instant) -> (at: Instant, event: SimEvent)? {
        guard let first = queue.pop(until: end.nanoseconds) else { return nil }
        let event = slots[Int(first.what)].take()!
        free.append(Int32(first.what))
        return (Instant(nanoseconds: first.at), event)
    }

    mutating func removeAll() {
        queue = Self.calendar
        slots.removeAll()
        free.removeAll()
    }
}
