import MeshBase
import Sharding

/// What a store keeps of one cohort beside its records.
public struct StoredCohort: Sendable, Equatable {
    /// The entry in whose epochs the cohort's customers are served.
    public var entry: PlacementEntry
    /// The entry before, while records are being dropped that the cell must not keep; nil when nothing is.
    public var previous: PlacementEntry?
    /// The newest move that the cell is filled for; see `PlacementEntry.fillMove`.
    public var filled: Epoch
    /// The highest counter of a tombstone that was collected.
    public var floor: UInt64

    /// As a store has it that was told of an entry, or read back from one.
    public init(entry: PlacementEntry, previous: PlacementEntry? = nil, filled: Epoch = Epoch(0), floor: UInt64 = 0) {
        self.entry = entry
        self.previous = previous
        self.filled = filled
        self.floor = floor
    }

    /// Rows that one transaction looks at while it drops what must not be kept.
    public static let purgeLimit = 512

    /// Records are being dropped: the cohort is silent.
    public var isPurging: Bool { previous != nil }

    /// Takes over a newer entry. Who still drops what an earlier one forbids takes none: the cell asks again later.
    /// - Returns: whether anything is another now.
    public mutating func install(_ newer: PlacementEntry, purges: Bool) -> Bool {
        guard newer.version > entry.version, !isPurging else { return false }
        if purges { previous = entry }
        entry = newer
        return true
    }

    /// Whether an order on a record of a customer may be carried out: the one rule of every store, looked at inside the
    /// transaction. Nil where it may.
    @inline(__always) public func refusal(of customer: CustomerHash, epoch: Epoch) -> StoreAnswer.Outcome? {
        if isPurging { return .purging }
        let current = entry.epoch(of: customer)
        return epoch == current ? nil : .otherEpoch(current)
    }

    /// Whether an order between stores may be carried out. Nil where it may.
    public func refusal(_ fence: CohortFence) -> StoreAnswer.Outcome? {
        if isPurging { return .purging }
        return fence.version == entry.version ? nil : .otherEntry(version: entry.version)
    }
}

/// The entry at which an order between stores holds: no other version of it may be installed.
public struct CohortFence: Sendable, Hashable {
    /// The cohort's number.
    public var cohort: Int
    /// Of its entry.
    public var version: UInt64
    /// The hashes of its customers.
    public var hashes: ClosedRange<UInt64>

    /// The fence of one entry of a table.
    public init(cohort: Int, version: UInt64, hashes: ClosedRange<UInt64>) {
        self.cohort = cohort
        self.version = version
        self.hashes = hashes
    }

    /// The fence of a cohort as the table has it.
    public init(_ table: PlacementTable, cohort: Int) {
        self.init(cohort: cohort, version: table.entries[cohort].version, hashes: table.hashes(of: cohort))
    }

    /// Before the cohort's first record.
    public var start: RecordPosition { RecordPosition(before: hashes.lowerBound) }
}

/// Records on their way into a store that lacks them.
public struct FillPage: Sendable, Equatable {
    /// They were read at this entry, and are kept at no other.
    public var fence: CohortFence
    /// In order of their positions.
    public var records: [StoredRecord]
    /// How far the fill has come with them.
    public var upTo: RecordPosition
    /// The highest counter of a tombstone that a source has collected.
    public var floor: UInt64
    /// The last page of the cohort: it is filled for this move from then on; nil for any other page.
    public var filled: Epoch?
    /// The last page of a store that lost its disk: it votes from then on.
    public var isLastOfStore: Bool

    /// A page of a cohort's fill.
    public init(
        fence: CohortFence, records: [StoredRecord], upTo: RecordPosition, floor: UInt64 = 0, filled: Epoch? = nil,
        isLastOfStore: Bool = false
    ) {
        self.fence = fence
        self.records = records
        self.upTo = upTo
        self.floor = floor
        self.filled = filled
        self.isLastOfStore = isLastOfStore
    }
}

extension PlacementEntry {
    /// The latest begin or reverse of the cohort and its pins: who is filled for it is filled for each of them. 0 where
    /// nothing ever moved.
    public var fillMove: Epoch { pins.reduce(move) { max($0, $1.move) } }
}
