import MeshBase

/// Which bytes of a stream's output may go out and which must wait: the delay queue of one stream. Bytes stay in the
/// output buffer, in their order; this only counts them.
struct StreamShape {
    struct Segment: Equatable {
        var at: Instant
        var count: Int
    }

    private var segments: [Segment] = []
    private var head = 0
    /// Bytes at the front of the output that may be written.
    private(set) var released = 0
    /// Bytes behind them that wait for their time.
    private(set) var waiting = 0
    /// Nothing goes out until the cut ends.
    var isCut = false
    /// When the driver wakes for this stream; nil: not at all.
    var armed: Instant?

    /// Beyond this many segments the last one takes the bytes of those that follow.
    static let mostSegments = 4_096

    /// Bytes that have been counted, released or not.
    var counted: Int { released + waiting }
    var next: Instant? { head < segments.count ? segments[head].at : nil }

    /// New bytes at the end of the output. They do not overtake those before.
    mutating func append(_ count: Int, at: Instant) {
        waiting += count
        if let last = segments.indices.last, last >= head {
            let at = max(at, segments[last].at)
            if at == segments[last].at || segments.count - head >= Self.mostSegments {
                segments[last].count += count
                segments[last].at = at
                return
            }
            segments.append(Segment(at: at, count: count))
        } else {
            segments.removeAll(keepingCapacity: true)
            head = 0
            segments.append(Segment(at: at, count: count))
        }
    }

    /// Lets go of what is due.
    mutating func release(now: Instant) {
        while head < segments.count, segments[head].at <= now {
            released += segments[head].count
            waiting -= segments[head].count
            head += 1
        }
        if head == segments.count {
            segments.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 512, head * 2 > segments.count {
            segments.removeFirst(head)
            head = 0
        }
    }

    /// So many released bytes have been handed to the kernel.
    mutating func wrote(_ count: Int) { released -= count }
}
