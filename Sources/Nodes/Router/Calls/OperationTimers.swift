import DequeModule
import HeapModule
import MeshBase

/// When operations want to be woken: one timer each, for the earliest of what can be due. Most are for one of a few times
/// ahead (slow, hedge, limit), so each goes into the queue whose last is the latest before it, which keeps all of them in
/// order by themselves; what fits none goes through a heap. A timer whose operation has ended or was armed anew is dropped
/// when it comes to a front, never searched for.
struct OperationTimers {
    struct Entry: Comparable {
        var at: Instant
        var operation: SlabKey
        static func < (a: Entry, b: Entry) -> Bool { a.at < b.at }
    }
    private static let lanes = 4
    private var queues = [Deque<Entry>](repeating: Deque(), count: lanes)
    private var odd = Heap<Entry>()

    mutating func arm(_ operation: SlabKey, at: Instant) {
        var best = -1
        var latest = Instant.zero
        for lane in 0..<Self.lanes {
            guard let last = queues[lane].last else {
                if best < 0 { best = lane }
                continue
            }
            if last.at <= at, best < 0 || last.at >= latest { (best, latest) = (lane, last.at) }
        }
        let entry = Entry(at: at, operation: operation)
        if best >= 0 { queues[best].append(entry) } else { odd.insert(entry) }
    }

    /// The earliest that is still meant.
    mutating func next(_ isMeant: (Entry) -> Bool) -> Instant? {
        var next: Instant?
        for lane in 0..<Self.lanes {
            while let first = queues[lane].first {
                if isMeant(first) {
                    next = min(next ?? first.at, first.at)
                    break
                }
                queues[lane].removeFirst()
            }
        }
        while let first = odd.min {
            if isMeant(first) {
                next = min(next ?? first.at, first.at)
                break
            }
            odd.removeMin()
        }
        return next
    }

    /// Takes out one that is due, meant or not.
    mutating func popDue(now: Instant) -> Entry? {
        var from = -1
        var earliest = now
        for lane in 0..<Self.lanes {
            guard let first = queues[lane].first, first.at <= earliest else { continue }
            (from, earliest) = (lane, first.at)
        }
        if let first = odd.min, first.at <= now, from < 0 || first.at < earliest { return odd.removeMin() }
        return from < 0 ? nil : queues[from].removeFirst()
    }

    /// For tests: entries that are held, meant or not.
    var count: Int { queues.reduce(odd.count) { $0 + $1.count } }
}
