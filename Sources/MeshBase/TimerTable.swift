import HeapModule

/// Timers as data, in order of (instant, sequence of arming).
///
/// A node owns one table and tells its driver only the next instant at which it wants to be woken. A timer is named
/// by a token of the node's own; arming a token again replaces it.
///
/// A few timers, as most nodes have, lie side by side and are looked through from end to end; the earliest of them is
/// known without a look. What is beyond goes into a heap, whose heads are skipped when they were replaced or cancelled.
public struct TimerTable<Token: Hashable & Sendable>: Sendable {
    @usableFromInline struct Entry: Comparable, Sendable {
        @usableFromInline var at: Instant
        @usableFromInline var sequence: UInt64
        @usableFromInline var token: Token
        @inlinable init(at: Instant, sequence: UInt64, token: Token) {
            self.at = at
            self.sequence = sequence
            self.token = token
        }
        @inlinable static func < (a: Entry, b: Entry) -> Bool {
            a.at != b.at ? a.at < b.at : a.sequence < b.sequence
        }
        @inlinable static func == (a: Entry, b: Entry) -> Bool { a.sequence == b.sequence }
    }
    @usableFromInline var sequence: UInt64 = 0
    /// The earliest of `few`: its place and its instant; -1 while there is none.
    @usableFromInline var first = -1
    @usableFromInline var firstAt = Instant.distantFuture
    @usableFromInline var few: [Entry] = []
    /// Those beyond, and the sequence that is current for each.
    @usableFromInline var heap = Heap<Entry>()
    @usableFromInline var current: [Token: UInt64] = [:]
    @usableFromInline static var mostFew: Int { 12 }

    @inlinable public init() {}

    /// How many tokens are armed.
    @inlinable public var count: Int { few.count + current.count }
    @inlinable public func isArmed(_ token: Token) -> Bool {
        place(token) >= 0 || !current.isEmpty && current[token] != nil
    }

    @inlinable public mutating func arm(_ token: Token, at: Instant) {
        sequence += 1
        let entry = Entry(at: at, sequence: sequence, token: token)
        let place = place(token)
        if place >= 0 {
            few[place] = entry
            if place == first {
                findFirst()
            } else if at < firstAt {
                first = place
                firstAt = at
            }
        } else if few.count < Self.mostFew, current.isEmpty || current[token] == nil {
            if at < firstAt || first < 0 {
                first = few.count
                firstAt = at
            }
            few.append(entry)
        } else {
            current[token] = sequence
            heap.insert(entry)
            // Replaced entries may not outnumber the live ones for long: a busy table is rebuilt, at amortised O(1).
            if heap.count > 64, heap.count > 4 * current.count { compact() }
        }
    }

    @inlinable public mutating func cancel(_ token: Token) {
        let place = place(token)
        if place >= 0 {
            remove(place)
        } else if !current.isEmpty {
            current[token] = nil
        }
    }

    /// The earliest armed instant.
    @inlinable public mutating func next() -> Instant? {
        if !heap.isEmpty, let head = beyond() { return first < 0 ? head.at : min(head.at, firstAt) }
        return first < 0 ? nil : firstAt
    }

    /// Removes and returns the earliest token that is due at `now`, or nil.
    @inlinable public mutating func popDue(now: Instant) -> Token? {
        if !heap.isEmpty, let head = beyond(), first < 0 || head < few[first] {
            guard head.at <= now else { return nil }
            heap.removeMin()
            current[head.token] = nil
            return head.token
        }
        guard first >= 0, firstAt <= now else { return nil }
        let token = few[first].token
        remove(first)
        return token
    }

    @inlinable func place(_ token: Token) -> Int {
        for index in 0..<few.count where few[index].token == token { return index }
        return -1
    }

    @inlinable mutating func remove(_ place: Int) {
        let last = few.count - 1
        if place != last { few[place] = few[last] }
        few.removeLast()
        if first == place {
            findFirst()
        } else if first == last {
            first = place
        }
    }

    @inlinable mutating func findFirst() {
        first = few.isEmpty ? -1 : 0
        for index in 0..<few.count where few[index] < few[first] { first = index }
        firstAt = first < 0 ? .distantFuture : few[first].at
    }

    /// The earliest of those in the heap.
    @inlinable mutating func beyond() -> Entry? {
        while let head = heap.min {
            if current[head.token] == head.sequence { return head }
            heap.removeMin()
        }
        return nil
    }

    @inlinable mutating func compact() {
        let live = heap.unordered.filter { current[$0.token] == $0.sequence }
        heap = Heap(live)
    }
}
