import HeapModule
import MeshBase

/// Things to come in order of (instant, sequence): a calendar queue (Brown 1988).
///
/// The next four seconds lie in buckets that hold a few events each, the rest in a heap, so that what happens soon
/// costs the same however many members there are. A bucket is a list in one pool: what was freed last is used next, and
/// is still in the processor's cache.
struct CalendarQueue {
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
    private struct Node {
        var entry: Entry
        /// The next of the bucket, or of the free ones; -1 at the end.
        var next: Int32
    }

    /// A bucket holds 2^shift nanoseconds.
    private let shift: Int64
    private let count: Int64

    /// The first node of each bucket; -1 for none.
    private var buckets: [Int32]
    private var nodes: [Node] = []
    private var firstFree: Int32 = -1
    /// The bucket that is being emptied, the last entry first out.
    private var open: [Entry] = []
    /// Its number, counted from the start of time.
    private var day: Int64 = 0
    private var near = 0
    private var far = Heap<Entry>()
    private var sequence: UInt64 = 0

    /// - Parameter rate: how many things are expected to happen per second; more or fewer cost time only.
    init(rate: Int) {
        var doublings: Int64 = 0
        while rate >> Int(doublings) > 1, doublings < 40 { doublings += 1 }
        shift = min(max(32 - doublings, 15), 24)
        count = 1 << (32 - shift)
        buckets = Array(repeating: -1, count: Int(count))
    }

    var total: Int { open.count + near + far.count }

    mutating func push(_ what: UInt64, at: Int64) {
        sequence += 1
        insert(Entry(at: at, sequence: sequence, what: what))
    }

    private mutating func insert(_ entry: Entry) {
        let bucket = entry.at >> shift
        if bucket <= day {
            insertIntoOpen(entry)
        } else if bucket < day + count {
            let slot = Int(bucket & (count - 1))
            let node = Node(entry: entry, next: buckets[slot])
            if firstFree >= 0 {
                let place = Int(firstFree)
                firstFree = nodes[place].next
                nodes[place] = node
                buckets[slot] = Int32(truncatingIfNeeded: place)
            } else {
                buckets[slot] = Int32(truncatingIfNeeded: nodes.count)
                nodes.append(node)
            }
            near += 1
        } else {
            far.insert(entry)
        }
    }

    /// Few are behind it: what comes soon stands at the end.
    private mutating func insertIntoOpen(_ entry: Entry) {
        open.append(entry)
        var place = open.count - 1
        while place > 0, open[place - 1] < entry {
            open[place] = open[place - 1]
            place -= 1
        }
        open[place] = entry
    }

    /// The next entry, if it happens at `end` or before.
    mutating func pop(until end: Int64) -> Entry? {
        if open.isEmpty, !turn(until: end) { return nil }
        guard let first = open.last, first.at <= end else { return nil }
        return open.removeLast()
    }

    /// Opens the next bucket that holds anything; false when there is none until `end`.
    private mutating func turn(until end: Int64) -> Bool {
        while open.isEmpty {
            if near == 0 {
                guard let first = far.min, first.at <= end else { return false }
                day = max(day, (first.at >> shift) - 1)
            }
            guard (day + 1) << shift <= end else { return false }
            day += 1
            while let first = far.min, first.at >> shift < day + count {
                insert(far.removeMin())
            }
            empty(Int(day & (count - 1)))
        }
        return true
    }

    private mutating func empty(_ slot: Int) {
        var node = buckets[slot]
        guard node >= 0 else { return }
        buckets[slot] = -1
        while node >= 0 {
            let place = Int(node)
            open.append(nodes[place].entry)
            node = nodes[place].next
            nodes[place].next = firstFree
            firstFree = Int32(truncatingIfNeeded: place)
            near -= 1
        }
        guard open.count > 1 else { return }
        if open.count > 32 {
            open.sort(by: >)
        } else {
            for index in 1..<open.count {
                let entry = open[index]
                var place = index
                while place > 0, open[place - 1] < entry {
                    open[place] = open[place - 1]
                    place -= 1
                }
                open[place] = entry
            }
        }
    }
}
