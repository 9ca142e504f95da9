/// A place in a slab and the generation it was given out in, so that a late reference is recognised.
public struct SlabKey: Hashable, Sendable {
    public var index: UInt32
    public var generation: UInt32
    @inlinable public init(index: UInt32, generation: UInt32) {
        self.index = index
        self.generation = generation
    }
    @inlinable public init(rawValue: UInt64) {
        self.init(index: UInt32(truncatingIfNeeded: rawValue), generation: UInt32(truncatingIfNeeded: rawValue >> 32))
    }
    @inlinable public var rawValue: UInt64 { UInt64(generation) << 32 | UInt64(index) }
}

/// Values addressed by a key that goes stale when its value is removed. Insert and remove are O(1) and do not
/// allocate once the slab has grown; it holds at most `limit` values.
public struct Slab<Value> {
    @usableFromInline struct Entry {
        /// First: the value lies where its entry begins.
        @usableFromInline var value: Value?
        @usableFromInline var generation: UInt32
        /// The next of the free ones, -1 at their end; `taken` of one that holds a value, so that nobody looks at the value itself to
        /// know: it may be large.
        @usableFromInline var nextFree: Int32
        @inlinable static var taken: Int32 { -2 }
        @inlinable init(generation: UInt32, nextFree: Int32, value: Value?) {
            self.generation = generation
            self.nextFree = nextFree
            self.value = value
        }
    }
    /// The first holds nothing, for keys that are stale; that of a key is one behind its index.
    @usableFromInline var entries: [Entry] = [Entry(generation: 0, nextFree: -1, value: nil)]
    @usableFromInline var firstFree: Int32 = -1
    public private(set) var limit: Int
    @usableFromInline var used = 0

    public init(limit: Int) {
        precondition(limit > 0 && limit < Int(Int32.max))
        self.limit = limit
    }

    @inlinable public var count: Int { used }
    @inlinable public var isFull: Bool { used >= limit }

    /// Nil when the slab is full.
    @inlinable public mutating func insert(_ value: Value) -> SlabKey? {
        guard used < limit else { return nil }
        used += 1
        if firstFree >= 0 {
            let place = Int(firstFree)
            firstFree = entries[place].nextFree
            entries[place].nextFree = Entry.taken
            entries[place].value = value
            return SlabKey(index: UInt32(place - 1), generation: entries[place].generation)
        }
        entries.append(Entry(generation: 1, nextFree: Entry.taken, value: value))
        return SlabKey(index: UInt32(entries.count - 2), generation: 1)
    }

    /// Where a key's value lies; 0 for a stale one.
    @inlinable @inline(__always) func place(of key: SlabKey) -> Int {
        let place = Int(key.index) + 1
        return entries.withUnsafeBufferPointer { entries in
            guard place < entries.count else { return 0 }
            let entry = entries.baseAddress! + place
            return entry.pointee.generation == key.generation && entry.pointee.nextFree == Entry.taken ? place : 0
        }
    }

    @inlinable public func contains(_ key: SlabKey) -> Bool { place(of: key) > 0 }

    /// Nil for a stale key. Setting through a stale key does nothing; setting nil removes the value.
    @inlinable public subscript(key: SlabKey) -> Value? {
        // The value in its place: whoever asks for a member of a large one copies that alone.
        @inline(__always) unsafeAddress {
            let place = place(of: key)
            return entries.withUnsafeBufferPointer { entries in
                UnsafeRawPointer(entries.baseAddress! + place).assumingMemoryBound(to: Value?.self)
            }
        }
        _modify {
            let place = place(of: key)
            if place > 0 {
                defer { if entries[place].value == nil { free(place) } }
                yield &entries[place].value
            } else {
                var none: Value? = nil
                yield &none
            }
        }
    }

    @discardableResult
    @inlinable public mutating func remove(_ key: SlabKey) -> Value? {
        let place = place(of: key)
        guard place > 0 else { return nil }
        let value = entries[place].value.take()
        free(place)
        return value
    }

    @inlinable mutating func free(_ place: Int) {
        entries[place].generation &+= 1
        entries[place].nextFree = firstFree
        firstFree = Int32(place)
        used -= 1
    }

    /// The live keys, in order of their index.
    public var keys: [SlabKey] {
        var keys: [SlabKey] = []
        keys.reserveCapacity(used)
        for place in entries.indices where entries[place].nextFree == Entry.taken {
            keys.append(SlabKey(index: UInt32(place - 1), generation: entries[place].generation))
        }
        return keys
    }
}
