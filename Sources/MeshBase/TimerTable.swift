import HeapModule

/// Timers as data: a heap of (instant, sequence) whose heads are skipped when they were replaced or cancelled.
///
/// A node owns one table and tells its driver only the next instant at which it wants to be woken. A timer is named
/// by a token of the node's own; arming a token again replaces it, and the older entry is dropped when it surfaces.
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
        @inlinable static func < (a: Entry, b: Entry) -> Bool { (a.at, a.sequence) < (b.at, b.sequence) }
        @inlinable static func == (a: Entry, b: Entry) -> Bool { a.sequence == b.sequence }
    }
    @usableFromInline var heap = Heap<Entry>()
    /// The sequence that is current for each armed token.
    @usableFromInline var current = SmallMap<Token>()
    @usableFromInline var sequence: UInt64 = 0

    @inlinable public init() {}

    /// How many tokens are armed.
    @inlinable public var count: Int { current.count }
    @inlinable public func isArmed(_ token: Token) -> Bool { current[token] != nil }

    @inlinable public mutating func arm(_ token: Token, at: Instant) {
        sequence += 1
        current[token] = sequence
        heap.insert(Entry(at: at, sequence: sequence, token: token))
        // Replaced entries may not outnumber the live ones for long: a busy table is rebuilt, at amortised O(1).
        if heap.count > 64, heap.count > 4 * current.count { compact() }
    }

    @inlinable public mutating func cancel(_ token: Token) { current[token] = nil }

    /// The earliest armed instant.
    @inlinable public mutating func next() -> Instant? {
        while let head = heap.min {
            if current[head.token] == head.sequence { return head.at }
            heap.removeMin()
        }
        return nil
    }

    /// Removes and returns the earliest token that is due at `now`, or nil.
    @inlinable public mutating func popDue(now: Instant) -> Token? {
        while let head = heap.min {
            guard current[head.token] == head.sequence else {
                heap.removeMin()
                continue
            }
            guard head.at <= now else { return nil }
            heap.removeMin()
            current[head.token] = nil
            return head.token
        }
        return nil
    }

    @usableFromInline mutating func compact() {
        let live = heap.unordered.filter { current[$0.token] == $0.sequence }
        heap = Heap(live)
    }
}

/// A map of a few tokens, looked through from end to end while it is small: a node has about ten timers, and asks for
/// them several times in each turn.
@usableFromInline struct SmallMap<Token: Hashable & Sendable>: Sendable {
    @usableFromInline var few: [(token: Token, sequence: UInt64)] = []
    /// In use when there are more.
    @usableFromInline var many: [Token: UInt64] = [:]
    @usableFromInline static var mostFew: Int { 12 }

    @inlinable init() {}

    @inlinable var count: Int { few.count + many.count }

    @inlinable subscript(token: Token) -> UInt64? {
        get {
            for index in 0..<few.count where few[index].token == token { return few[index].sequence }
            return many.isEmpty ? nil : many[token]
        }
        set {
            for index in 0..<few.count where few[index].token == token {
                if let newValue {
                    few[index].sequence = newValue
                } else {
                    few.swapAt(index, few.count - 1)
                    few.removeLast()
                }
                return
            }
            if let newValue, few.count < Self.mostFew, many.isEmpty || many[token] == nil {
                few.append((token, newValue))
            } else if newValue != nil || !many.isEmpty {
                many[token] = newValue
            }
        }
    }
}
