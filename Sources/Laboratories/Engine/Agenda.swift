import HeapModule
import MeshBase

/// What happens when, in virtual time: in the order of (instant, sequence of adding), so that a run depends on nothing
/// but its seed.
struct Agenda<What: Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        let at: Instant
        let sequence: UInt64
        let what: What

        static func < (a: Entry, b: Entry) -> Bool { a.at != b.at ? a.at < b.at : a.sequence < b.sequence }
        static func == (a: Entry, b: Entry) -> Bool { a.sequence == b.sequence }
    }

    private var heap = Heap<Entry>()
    private var sequence: UInt64 = 0
    /// The instant of what was taken last.
    private(set) var now = Instant.zero

    /// - Parameter at: what lies in the past comes next.
    mutating func add(_ what: What, at: Instant) {
        sequence += 1
        heap.insert(Entry(at: max(at, now), sequence: sequence, what: what))
    }

    /// The next, if it comes before `end`; time moves on to it.
    mutating func next(before end: Instant) -> What? {
        guard let first = heap.min, first.at < end else { return nil }
        now = first.at
        return heap.removeMin().what
    }
}
