import MeshBase
import Sharding

/// What becomes of the row of a key that keeps siblings: the one rule of every store, asked inside the transaction.
public struct SiblingRule: Sendable {
    /// A row after an order.
    public struct Row: Sendable, Hashable {
        /// `SiblingSet.version`.
        public var version: RecordVersion
        /// The set, encoded.
        public var value: [UInt8]
        /// Nothing but deletions is left.
        public var tombstone: Bool
        /// There is something to be chosen from.
        public var isConflicted: Bool
        /// It is another row than before.
        public var isChanged: Bool
        /// Values that went because there were too many.
        public var evicted = 0
    }

    private var set: SiblingSet
    private let isNew: Bool

    /// - Parameter known: the row as it is stored; nil where there is none.
    public init(known: StoredRecord?) {
        set = known.map { Self.set($0.line.version, $0.value, tombstone: $0.line.tombstone) } ?? SiblingSet()
        isNew = known == nil
    }

    /// A record's bytes as a set: those of one that was written before its key kept siblings are its one value.
    public static func set(_ version: RecordVersion, _ value: [UInt8], tombstone: Bool) -> SiblingSet {
        SiblingSet(value) ?? SiblingSet(version: version, value: value, tombstone: tombstone)
    }

    /// Takes up a client's write; see `SiblingSet.write`.
    public func write(
        _ version: RecordVersion, value: [UInt8], tombstone: Bool, superseding dots: [RecordVersion], writer: UInt64
    ) -> Row {
        var set = set
        let isChanged = set.write(version, value: value, tombstone: tombstone, superseding: dots, writer: writer)
        return row(set, isChanged: isChanged)
    }

    /// Takes over what another store has.
    public func merge(_ version: RecordVersion, value: [UInt8], tombstone: Bool) -> Row {
        let merged = set.merged(with: Self.set(version, value, tombstone: tombstone))
        return row(merged, isChanged: isNew || merged != set)
    }

    private func row(_ next: SiblingSet, isChanged: Bool) -> Row {
        var bounded = next
        let evicted = bounded.bound()
        return Row(
            version: bounded.version, value: bounded.encoded(), tombstone: bounded.isDeleted,
            isConflicted: bounded.isConflicted, isChanged: isChanged && (isNew || bounded != set), evicted: evicted)
    }

    /// Whether a store that has one version lacks what another has: they differ. What is the same, or less, changes nothing
    /// where it arrives, and what is more comes back by the hint of the other.
    public static func lacks(_ own: RecordVersion, _ other: RecordVersion) -> Bool { own != other }

    /// Who marks writes: a store, in one stay among the members of a cohort. A cell that left and came back has dropped
    /// what it had marked, and begins with another name.
    public static func writer(store: UInt64, entry: PlacementEntry) -> UInt64 {
        StableHash.combine(store, UInt64(entry.fillMove.rawValue))
    }
}
