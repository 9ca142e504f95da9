import Consensus
import MeshBase
import Sharding

/// How a store carries out an order, inside its transaction: the rules of every store, of the database as of the simulator's
/// disk. Who asks runs the orders of a batch one after the other, and answers none before the transaction is committed.
public enum StoreDesk {
    /// What an order has to pass before it is carried out.
    public struct Check: OptionSet, Sendable {
        /// One bit for each check.
        public let rawValue: UInt8
        /// From its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// The store has a vote, or the order needs none.
        public static let vote = Check(rawValue: 1)
        /// The order is of the epoch, or of the entry, that is installed.
        public static let fence = Check(rawValue: 2)
    }

    /// Carries one order out.
    ///
    /// - Parameter omitted: checks that a broken build of the simulator leaves out.
    public static func outcome<Shelf: RecordShelf>(
        of order: StoreOrder, at shelf: inout Shelf, omitting omitted: Check = []
    ) throws(Shelf.Failure) -> StoreAnswer.Outcome {
        guard shelf.life.admits(order.operation) || omitted.contains(.vote) else { return .noVote(shelf.life) }
        switch order.operation {
        case .version, .read, .write, .add, .promise, .accept:
            return try record(order, at: &shelf, omitting: omitted)
        default:
            return try betweenStores(order, at: &shelf, omitting: omitted)
        }
    }

    /// Orders about one record of a customer.
    private static func record<Shelf: RecordShelf>(
        _ order: StoreOrder, at shelf: inout Shelf, omitting omitted: Check
    ) throws(Shelf.Failure) -> StoreAnswer.Outcome {
        let position = RecordPosition(customer: order.customer, key: order.key)
        let cohort = PlacementTable.cohort(of: position.hash, count: shelf.stored.count)
        if !omitted.contains(.fence),
            let refusal = shelf.stored[cohort].refusal(of: position.hash, epoch: order.epoch)
        {
            return refusal
        }
        switch order.operation {
        case .version:
            let (version, tombstone) = try shelf.version(position)
            return .version(version, tombstone: tombstone, absent: version == .none ? shelf.stored[cohort].floor : 0)
        case .read:
            guard let record = try shelf.record(position) else {
                return .record(version: .none, value: [], tombstone: false, absent: shelf.stored[cohort].floor)
            }
            return .record(
                version: record.line.version, value: record.value, tombstone: record.line.tombstone, absent: 0)
        case .write(let version, let value, let tombstone):
            guard value.count <= shelf.recordBytes else { return .failed(.full) }
            let line = RecordLine(position: position, version: version, tombstone: tombstone)
            let (kept, isKept) = try keep(StoredRecord(line: line, value: value), at: &shelf)
            if order.hintedAt > 0, isKept { try shelf.hint(position, kept, at: order.hintedAt) }
            return .written(kept)
        case .add(let dot, let value, let tombstone, let dots):
            guard value.count <= shelf.recordBytes else { return .failed(.full) }
            let writer = SiblingRule.writer(store: shelf.storeID, entry: shelf.stored[cohort].entry)
            let row = SiblingRule(known: try shelf.record(position)).write(
                dot, value: value, tombstone: tombstone, superseding: dots, writer: writer)
            if row.isChanged { try shelf.replace(position, row) }
            if order.hintedAt > 0, row.isChanged { try shelf.hint(position, row.version, at: order.hintedAt) }
            return .added(row.version, set: row.value)
        case .promise(let ballot, let until):
            let record = try shelf.record(position)
            var slot = ClaimSlot(promised: try shelf.promised(position), accepted: record?.line.version ?? .none)
            guard slot.promise(ballot) else { return .outdated(by: slot.promised) }
            try shelf.promise(position, slot.promised, until: until)
            return .promised(accepted: record?.line.version ?? .none, value: record?.value ?? [])
        case .accept(let ballot, let value):
            guard value.count <= shelf.recordBytes else { return .failed(.full) }
            var slot = ClaimSlot(
                promised: try shelf.promised(position), accepted: try shelf.version(position).version)
            guard slot.accept(ballot) else { return .outdated(by: slot.promised) }
            let line = RecordLine(position: position, version: ballot, tombstone: false)
            _ = try shelf.write(StoredRecord(line: line, value: value))
            return .accepted
        default:
            preconditionFailure("an order between stores has no epoch")
        }
    }

    /// Keeps what another store or a router has, where it is newer, or merges it.
    /// - Returns: the version that is stored now, and whether this record has changed what is stored.
    static func keep<Shelf: RecordShelf>(
        _ record: StoredRecord, at shelf: inout Shelf
    ) throws(Shelf.Failure) -> (version: RecordVersion, isKept: Bool) {
        let line = record.line
        guard hasSiblings(line.position, at: shelf) else { return try shelf.write(record) }
        let row = SiblingRule(known: try shelf.record(line.position))
            .merge(line.version, value: record.value, tombstone: line.tombstone)
        if row.isChanged { try shelf.replace(line.position, row) }
        return (row.version, row.isChanged)
    }

    static func hasSiblings(_ position: RecordPosition, at shelf: some RecordShelf) -> Bool {
        shelf.tiers?.hasSiblings(position.key) ?? false
    }
}
