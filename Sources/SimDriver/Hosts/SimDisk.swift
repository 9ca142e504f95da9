import Consensus
import MeshBase
import Nodes
import Replication
import Sharding

/// The records of one cell, as its database file holds them: what is here survives a kill.
final class SimDisk {
    struct Key: Hashable {
        let customer: [UInt8]
        let hash: CustomerHash
        let key: [UInt8]
        private let digest: UInt64

        init(customer: [UInt8], hash: CustomerHash, key: [UInt8]) {
            self.customer = customer
            self.hash = hash
            self.key = key
            digest = key.withUnsafeBytes { StableHash.hash($0, seed: hash.rawValue) }
        }

        static func == (a: Key, b: Key) -> Bool {
            a.digest == b.digest && a.customer == b.customer && a.key == b.key
        }
        func hash(into hasher: inout Hasher) { hasher.combine(digest) }
    }
    struct Record {
        var version: RecordVersion
        var value: [UInt8]
        var tombstone: Bool
    }

    /// Of the placement table.
    private let cohorts: Int
    var records: SimRows
    /// Records that some member may not have yet.
    var hints: [Key: (version: RecordVersion, at: Int64)] = [:]
    var stored: [StoredCohort]
    /// What was promised of claims, and until when that is kept.
    var promises: [Key: (ballot: RecordVersion, until: Int64)] = [:]
    /// What was promised and accepted, by decree.
    var decrees: [UInt32: [UInt8]] = [:]
    private(set) var commits: UInt64 = 0
    /// A broken build: the epoch is compared on arrival alone, not in the transaction.
    var ignoresEpochs = false
    /// A broken build: what the cell must not keep is kept.
    var keepsAll = false
    /// A broken build of a cell; see `CellDefect`.
    var cellDefect: CellDefect?
    /// By `trustsNumbers`: the highest number of a request, by cohort.
    var raised: [Int: Epoch] = [:]
    /// A broken build: what it alone has acknowledged is nobody's worry.
    var dropsHints = false
    /// A broken build: no floor stays of what is collected, or none comes with a fill.
    var forgetsFloor = false
    var fillsWithoutFloor = false
    /// Tombstones collected so far.
    private(set) var swept = 0
    /// Who the store is; nil before a cell has opened it.
    var identity: StoreIdentity?

    /// Which keys keep siblings.
    let tiers: TierRules?
    /// There is no room: nothing is kept until there is.
    var isFull = false
    /// A broken build: of siblings that come together only the newest is kept.
    var dropsSibling = false

    init(cohorts: Int, tiers: TierRules? = nil) {
        self.cohorts = cohorts
        self.tiers = tiers
        records = SimRows(cohorts: cohorts)
        stored = Self.founding(cohorts)
    }

    private static func founding(_ cohorts: Int) -> [StoredCohort] {
        PlacementTable(cohortCount: cohorts).entries.map { StoredCohort(entry: $0) }
    }

    /// A disk that was lost.
    func wipe() {
        records.removeAll()
        hints.removeAll()
        promises.removeAll()
        stored = Self.founding(cohorts)
        decrees = [:]
        identity = nil
    }

    /// A third of the rows, with nothing that says so: which ones follows from what they are.
    func loseRows() {
        for (key, record) in records where Self.lot(key, record) % 3 == 0 { records[key] = nil }
    }

    /// One record of those that both have gets another value here, with nothing that says so.
    func damage(where isShared: (Key) -> Bool) {
        guard
            let (key, record) = records.filter({ isShared($0.key) && !$0.value.tombstone })
                .min(by: { Self.lot($0.key, $0.value) < Self.lot($1.key, $1.value) })
        else { return }
        records[key]?.value = record.value + [0]
    }

    private static func lot(_ key: Key, _ record: Record) -> UInt64 {
        StableHash.combine(StableHash.combine(key.hash.rawValue, record.version.counter), record.version.writer)
    }

    /// Opens the store as a starting cell does, and makes it where there is none.
    func open(_ birth: StoreBirth) -> StoreIdentity {
        var opened = birth.opened(identity ?? StoreIdentity(id: birth.storeID, life: birth.ofNewStore))
        opened.cohorts = stored.filter { $0 != StoredCohort(entry: PlacementEntry(cohort: $0.entry.cohort)) }
        identity = opened
        return opened
    }

    var votes: Bool { identity?.life == .votes }

    /// The newest deciders that the store was told of.
    var deciders: DeciderSet? { DecreeDesk.deciders(at: self) }

    /// Carries out a batch in one transaction, in order, as the database does.
    func run(_ orders: [StoreOrder]) -> [StoreAnswer] {
        commits += 1
        return orders.withUnsafeBufferPointer { orders in
            orders.indices.map { answer(orders[$0]) }
        }
    }

    private func answer(_ order: StoreOrder) -> StoreAnswer {
        let isRefused = isFull && order.operation.changes
        let outcome = isRefused ? .failed(.full) : isBroken ? carryOutWrongly(order) : carryOut(order)
        if case .dropped(let count) = outcome { swept += count }
        return StoreAnswer(ticket: order.ticket, outcome: outcome)
    }

    func carryOut(_ order: StoreOrder, omitting checks: StoreDesk.Check = []) -> StoreAnswer.Outcome {
        var shelf = self
        return StoreDesk.outcome(of: order, at: &shelf, omitting: checks)
    }

    func copy() -> SimDisk {
        let copy = SimDisk(cohorts: cohorts, tiers: tiers)
        copy.dropsSibling = dropsSibling
        copy.isFull = isFull
        copy.records = records
        copy.hints = hints
        copy.promises = promises
        copy.stored = stored
        copy.decrees = decrees
        copy.ignoresEpochs = ignoresEpochs
        copy.keepsAll = keepsAll
        copy.dropsHints = dropsHints
        copy.cellDefect = cellDefect
        copy.forgetsFloor = forgetsFloor
        copy.fillsWithoutFloor = fillsWithoutFloor
        copy.identity = identity
        return copy
    }

    /// Another disk has what should be here. A tombstone may have been collected.
    func lacks(_ record: Record, _ key: Key) -> Bool {
        if let known = records[key] {
            return keepsSiblings(key) ? known.version != record.version : known.version < record.version
        }
        let cohort = PlacementTable.cohort(of: key.hash, count: cohorts)
        return !record.tombstone || stored[cohort].floor < record.version.counter
    }

    /// What is kept of one record.
    func record(customer: [UInt8], key: [UInt8]) -> Record? {
        let hash = customer.withUnsafeBytes { CustomerHash($0) }
        return records[Key(customer: customer, hash: hash, key: key)]
    }
}
