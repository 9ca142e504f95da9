import HeapModule
import MeshBase

/// The events of a membership simulation in order of (instant, sequence): a calendar queue (Brown 1988).
///
/// The next four seconds lie in buckets that hold a few events each, the rest in a heap, so that what happens soon
/// costs the same however many members there are.
struct SwimQueue {
    struct Entry: Comparable {
        /// Nanoseconds since the start.
        var at: Int64
        var sequence: UInt64
        var what: UInt64

        @inline(__always) static func < (a: Entry, b: Entry) -> Bool {
            a.at != b.at ? a.at < b.at : a.sequence < b.sequence
        }
        @inline(__always) static func == (a: Entry, b: Entry) -> Bool { a.sequence == b.sequence }
    }

    /// A bucket holds 2^shift nanoseconds.
    private let shift: Int64
    private let count: Int64

    private var buckets: [[Entry]]
    /// The bucket that is being emptied, the last entry first out.
    private var open: [Entry] = []
    /// Its number, counted from the start of time.
    private var day: Int64 = 0
    private var near = 0
    private var far = Heap<Entry>()
    private var sequence: UInt64 = 0

    /// - Parameter members: how many members the simulation has; about eight events a second are expected of each.
    init(members: Int) {
        var doublings: Int64 = 0
        while members >> Int(doublings) > 1 { doublings += 1 }
        shift = min(max(28 - doublings, 15), 24)
        count = 1 << (32 - shift)
        buckets = Array(repeating: [], count: Int(count))
    }

    var total: Int { open.count + near + far.count }

    mutating func push(_ what: UInt64, at: Int64) {
        sequence += 1
        insert(Entry(at: at, sequence: sequence, what: what))
    }

    private mutating func insert(_ entry: Entry) {
        let bucket = entry.at >> shift
        if bucket <= day {
            // Few are behind it: what comes soon stands at the end.
            var place = open.count
            while place > 0, open[place - 1] < entry { place -= 1 }
            open.insert(entry, at: place)
        } else if bucket < day + count {
            buckets[Int(bucket & (count - 1))].append(entry)
            near += 1
        } else {
            far.insert(entry)
        }
    }

    /// The next entry, if it happens at `end` or before.
    mutating func pop(until end: Int64) -> Entry? {
        while open.isEmpty {
            if near == 0 {
                guard let first = far.min else { return nil }
                day = max(day, (first.at >> shift) - 1)
            }
            day += 1
            while let first = far.min, first.at >> shift < day + count {
                insert(far.removeMin())
            }
            let slot = Int(day & (count - 1))
            guard !buckets[slot].isEmpty else {
                // The open day may have been filled from the heap.
                guard day << shift <= end || !open.isEmpty else {
                    day -= 1
                    return nil
                }
                continue
            }
            near -= buckets[slot].count
            if open.isEmpty {
                swap(&open, &buckets[slot])
            } else {
                open.append(contentsOf: buckets[slot])
                buckets[slot].removeAll(keepingCapacity: true)
            }
            open.sort(by: >)
        }
        guard let first = open.last, first.at <= end else { return nil }
        return open.removeLast()
    }
}
