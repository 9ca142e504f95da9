import MeshBase

/// The last good answer of each edge and customer, the least recently used given up for a new one. What a customer
/// saw is never shown to another: the customer is part of the key.
///
/// Bounded in entries and in bytes; after it has filled, keeping and finding allocate nothing of their own.
public struct LastGoodAnswers<Answer: Sendable>: Sendable {
    private struct Key: Hashable {
        let edge: UInt32
        let customer: CustomerHash
    }

    private struct Entry {
        var key: Key
        /// Nil in a slot that is free.
        var answer: Answer?
        var bytes: Int
        var at: Instant
        /// Slots of the next more and next less recently used; -1 for none.
        var newer: Int32
        var older: Int32
    }

    /// An answer and how old it is.
    public struct Found {
        /// As it was kept.
        public let answer: Answer
        /// Since it was kept; at least 0.
        public let age: TimeAmount
    }

    /// What was found, not found and given up since the start.
    public struct Counters: Sendable, Equatable {
        /// Answers that were found and still good.
        public var hits: UInt64 = 0
        /// Looks that found none.
        public var misses: UInt64 = 0
        /// Looks that found one past its time.
        public var expired: UInt64 = 0
        /// Answers past their time that were used all the same, because `stale` was chosen.
        public var stale: UInt64 = 0
        /// Answers given up for newer ones.
        public var evicted: UInt64 = 0
        /// Answers too large to be kept: more than an eighth of all bytes.
        public var oversized: UInt64 = 0
    }

    /// Entries, time and bytes.
    public let policy: AnswerCachePolicy
    /// See `Counters`.
    public private(set) var counters = Counters()
    /// Bytes of all answers, at most `policy.bytes`.
    public private(set) var bytes = 0
    private var slots: [Key: Int32] = [:]
    private var entries: [Entry] = []
    private var newest: Int32 = -1
    private var oldest: Int32 = -1
    /// Free slots, linked by `older`.
    private var free: Int32 = -1

    /// Nothing kept.
    public init(_ policy: AnswerCachePolicy = .local) { self.policy = policy }

    /// How many answers are kept, at most `policy.entries`.
    public var count: Int { slots.count }

    /// Keeps a good answer in place of the one before.
    ///
    /// - Parameters:
    ///   - edge: a number of the edge, or of the entry service, that is its own within the holder.
    ///   - bytes: how large the answer is; at least 0. One above an eighth of `policy.bytes` is not kept, and what was
    ///     kept before it goes: it is no longer the last good answer.
    public mutating func keep(_ answer: Answer, edge: UInt32, customer: CustomerHash, bytes: Int, now: Instant) {
        let key = Key(edge: edge, customer: customer)
        let size = max(bytes, 0)
        guard size <= max(policy.bytes / 8, 1) else {
            counters.oversized += 1
            if let slot = slots[key] { drop(slot) }
            return
        }
        if let slot = slots[key] {
            self.bytes += size - entries[Int(slot)].bytes
            entries[Int(slot)].answer = answer
            entries[Int(slot)].bytes = size
            entries[Int(slot)].at = now
            touch(slot)
        } else {
            if slots.count >= policy.entries { evict() }
            let slot = take(Entry(key: key, answer: answer, bytes: size, at: now, newer: -1, older: -1))
            slots[key] = slot
            self.bytes += size
            link(slot)
        }
        // The one just kept is the newest and fits alone, so this ends before it.
        while self.bytes > policy.bytes { evict() }
    }

    /// The last good answer, if it is still good.
    public mutating func fresh(edge: UInt32, customer: CustomerHash, now: Instant) -> Found? {
        guard let slot = slots[Key(edge: edge, customer: customer)], let found = found(slot, now) else {
            counters.misses += 1
            return nil
        }
        guard found.age <= policy.ttl else {
            counters.expired += 1
            return nil
        }
        counters.hits += 1
        touch(slot)
        return found
    }

    /// The last good answer, however old.
    public mutating func last(edge: UInt32, customer: CustomerHash, now: Instant) -> Found? {
        guard let slot = slots[Key(edge: edge, customer: customer)], let found = found(slot, now) else {
            counters.misses += 1
            return nil
        }
        if found.age > policy.ttl { counters.stale += 1 } else { counters.hits += 1 }
        touch(slot)
        return found
    }

    private func found(_ slot: Int32, _ now: Instant) -> Found? {
        let entry = entries[Int(slot)]
        return entry.answer.map { Found(answer: $0, age: max(now - entry.at, .zero)) }
    }

    // MARK: Slots and their order of use

    private mutating func evict() {
        guard oldest >= 0 else { return }
        counters.evicted += 1
        drop(oldest)
    }

    private mutating func drop(_ slot: Int32) {
        unlink(slot)
        bytes -= entries[Int(slot)].bytes
        slots[entries[Int(slot)].key] = nil
        // What it held is released now and not when the slot is used again.
        entries[Int(slot)].answer = nil
        entries[Int(slot)].older = free
        free = slot
    }

    private mutating func take(_ entry: Entry) -> Int32 {
        guard free >= 0 else {
            entries.append(entry)
            return Int32(entries.count - 1)
        }
        let slot = free
        free = entries[Int(slot)].older
        entries[Int(slot)] = entry
        return slot
    }

    private mutating func touch(_ slot: Int32) {
        guard slot != newest else { return }
        unlink(slot)
        link(slot)
    }

    private mutating func link(_ slot: Int32) {
        entries[Int(slot)].newer = -1
        entries[Int(slot)].older = newest
        if newest >= 0 { entries[Int(newest)].newer = slot } else { oldest = slot }
        newest = slot
    }

    private mutating func unlink(_ slot: Int32) {
        let newer = entries[Int(slot)].newer
        let older = entries[Int(slot)].older
        if newer >= 0 { entries[Int(newer)].older = older } else { newest = older }
        if older >= 0 { entries[Int(older)].newer = newer } else { oldest = newer }
    }
}
