import MeshBase

/// What a store has in a range of its records, in two words: equal for two stores that have the same versions, tombstones
/// and values there, in whatever order they came.
public struct RangeDigest: Sendable, Hashable {
    /// The sum of a hash of each line.
    public private(set) var sum: UInt64 = 0
    /// How many lines there are.
    public private(set) var count: UInt64 = 0

    /// Of no record.
    public init() {}
    /// As it came from another store.
    public init(sum: UInt64, count: UInt64) {
        self.sum = sum
        self.count = count
    }

    /// The range was longer than one look: it counts as another one.
    public static let unknown = RangeDigest(sum: 0, count: .max)

    /// - Parameter line: with its fingerprint.
    public mutating func add(_ line: RecordLine) {
        let key = line.position.key.withUnsafeBytes { StableHash.hash($0, seed: line.position.hash.rawValue) }
        let name = line.position.customer.withUnsafeBytes { StableHash.hash($0, seed: key) }
        let version = StableHash.combine(line.version.counter, line.version.writer)
        let state = StableHash.combine(line.fingerprint, line.tombstone ? 1 : 0)
        sum &+= StableHash.combine(StableHash.combine(name, version), state)
        count += 1
    }
}
