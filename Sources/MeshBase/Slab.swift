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
        @usableFromInline var generation: UInt32
        @usableFromInline var nextFree: Int32
        @usableFromInline var value: Value?
        @inlinable init(generation: UInt32, nextFree: Int32, value: Value?) {
            self.generation = generation
            self.nextFree = nextFree
            self.value = value
        }
    }
    @usableFromInline var entries: [Entry] = []
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
            let index = Int(firstFree)
            firstFree = entries[index].nextFree
            entries[index].value = value
            return SlabKey(index: UInt32(index), generation: entries[index].generation)
        }
        entries.append(Entry(generation: 1, nextFree: -1, value: value))
        return SlabKey(index: UInt32(entries.count - 1), generation: 1)
    }

    @inlinable public func contains(_ key: SlabKey) -> Bool {
        let index = Int(key.index)
        return index < entries.count && entries[index].generation == key.generation && entries[index].value != nil
    }

    /// Nil for a stale key. Setting through a stale key does nothing; setting nil removes the value.
    @inlinable public subscript(key: SlabKey) -> Value? {
        get { contains(key) ? entries[Int(key.index)].value : nil }
        _modify {
            if contains(key) {
                defer { if entries[Int(key.index)].value == nil { free(Int(key.index)) } }
                yield &entries[Int(key.index)].value
            } else {
                var none: Value? = nil
                yield &none
            }
        }
    }

    @discardableResult
    @inlinable public mutating func remove(_ key: SlabKey) -> Value? {
        guard contains(key) else { return nil }
        let index = Int(key.index)
        let value = entries[index].value.take()
        free(index)
        return value
    }

    @inlinable mutating func free(_ index: Int) {
        entries[index].generation &+= 1
        entries[index].nextFree = firstFree
        firstFree = Int32(index)
        used -= 1
    }

    /// The live keys, in order of their index.
    public var keys: [SlabKey] {
        var keys: [SlabKey] = []
        keys.reserveCapacity(used)
        for (index, entry) in entries.enumerated() where entry.value != nil {
            keys.append(SlabKey(index: UInt32(index), generation: entry.generation))
        }
        return keys
    }
}
