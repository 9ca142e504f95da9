/// Where a record stands in the order of a store: by customer, then by key, both as bytes.
public struct RecordPosition: Sendable, Hashable, Comparable {
    /// The customer's name in UTF-8; empty only before every record.
    public var customer: [UInt8]
    /// The record's key in UTF-8.
    public var key: [UInt8]

    /// Both are taken as they are; a store's are at most 8 KiB together.
    public init(customer: [UInt8], key: [UInt8]) {
        self.customer = customer
        self.key = key
    }

    /// Before every record.
    public static let start = RecordPosition(customer: [], key: [])

    /// By customer, then by key, byte by byte.
    public static func < (a: RecordPosition, b: RecordPosition) -> Bool {
        if a.customer != b.customer { return a.customer.lexicographicallyPrecedes(b.customer) }
        return a.key.lexicographicallyPrecedes(b.key)
    }
}

/// What a store holds of one record, without its value.
public struct RecordLine: Sendable, Hashable {
    /// Whose record it is, and its key.
    public var position: RecordPosition
    /// The one that is stored.
    public var version: RecordVersion
    /// The record was deleted by this version.
    public var tombstone: Bool

    /// What one store knows of one record.
    public init(position: RecordPosition, version: RecordVersion, tombstone: Bool) {
        self.position = position
        self.version = version
        self.tombstone = tombstone
    }
}

/// A record on its way from one store to another.
public struct StoredRecord: Sendable, Hashable {
    /// Everything but the value.
    public var line: RecordLine
    /// Empty for a tombstone.
    public var value: [UInt8]

    /// The value belongs to the line's version.
    public init(line: RecordLine, value: [UInt8]) {
        self.line = line
        self.value = value
    }
}
