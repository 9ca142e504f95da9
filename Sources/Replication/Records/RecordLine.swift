import MeshBase

/// Where a record stands in the order of a store: by the customer's hash, then by customer and key, both as bytes. So
/// the records of a cohort, and those of a customer, lie next to each other.
public struct RecordPosition: Sendable, Hashable, Comparable {
    /// The stable hash of `customer`; of a bound between records any hash.
    public let hash: CustomerHash
    /// The customer's name in UTF-8; empty only before every record of this hash.
    public let customer: [UInt8]
    /// The record's key in UTF-8.
    public let key: [UInt8]

    /// Both are taken as they are; a store's are at most 8 KiB together.
    public init(customer: [UInt8], key: [UInt8]) {
        self.init(hash: customer.withUnsafeBytes { CustomerHash($0) }, customer: customer, key: key)
    }

    /// Where the hash is known already.
    public init(hash: CustomerHash, customer: [UInt8], key: [UInt8]) {
        self.hash = hash
        self.customer = customer
        self.key = key
    }

    /// Before every record of this hash and of higher ones.
    public init(before hash: UInt64) { self.init(hash: CustomerHash(rawValue: hash), customer: [], key: []) }

    /// Before every record.
    public static let start = RecordPosition(before: 0)

    /// By hash, then by customer, then by key, byte by byte.
    public static func < (a: RecordPosition, b: RecordPosition) -> Bool {
        if a.hash != b.hash { return a.hash.rawValue < b.hash.rawValue }
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
    /// Of the value, to compare two stores by; 0 where it was not asked for.
    public var fingerprint: UInt64

    /// What one store knows of one record.
    public init(position: RecordPosition, version: RecordVersion, tombstone: Bool, fingerprint: UInt64 = 0) {
        self.position = position
        self.version = version
        self.tombstone = tombstone
        self.fingerprint = fingerprint
    }

    /// The fingerprint of a value; never 0.
    public static func fingerprint(_ value: UnsafeRawBufferPointer) -> UInt64 { max(StableHash.hash(value), 1) }
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
