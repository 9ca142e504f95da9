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
    /// What was promised and accepted, by decree.
    struct Shelf: DecreeShelf {
        private var blobs: [UInt32: [UInt8]] = [:]
        func decree(_ number: UInt32) -> [UInt8]? { blobs[number] }
        mutating func keep(_ blob: [UInt8], as number: UInt32) { blobs[number] = blob }
    }
    struct Record {
        var version: RecordVersion
        var value: [UInt8]
        var tombstone: Bool
    }

    /// Cohorts of the placement table.
    private let cohorts: Int
    var records: [Key: Record] = [:]
    /// Records that some member may not have yet.
    private(set) var hints: [Key: (version: RecordVersion, at: Int64)] = [:]
    private(set) var stored: [StoredCohort]
    /// What was promised of claims, and until when that is kept.
    private var promises: [Key: (ballot: RecordVersion, until: Int64)] = [:]
    private let table: PlacementTable
    private(set) var decrees = Shelf()
    private(set) var commits: UInt64 = 0
    /// A broken build: the epoch is compared on arrival alone, not in the transaction.
    var ignoresEpochs = false
    /// A broken build: what the cell must not keep is kept.
    var keepsAll = false
    /// A broken build of a cell; see `CellDefect`.
    var cellDefect: CellDefect?
    /// By `trustsNumbers`: the highest number of a request, by cohort.
    private var raised: [Int: Epoch] = [:]
    /// A broken build: what it alone has acknowledged is nobody's worry.
    var dropsHints = false
    /// A broken build: no floor stays of what is collected, or none comes with a fill.
    var forgetsFloor = false
    var fillsWithoutFloor = false
    /// Tombstones collected so far.
    private(set) var swept = 0
    /// Who the store is; nil before a cell has opened it.
    private(set) var identity: StoreIdentity?

    /// Which keys keep siblings.
    let tiers: TierRules?
    /// There is no room: nothing is kept until there is.
    var isFull = false
    /// A broken build: of siblings that come together only the newest is kept.
    var dropsSibling = false

    init(cohorts: Int, tiers: TierRules? = nil) {
        self.cohorts = cohorts
        self.tiers = tiers
        table = PlacementTable(cohortCount: cohorts)
        stored = table.entries.map { StoredCohort(entry: $0) }
    }

    /// A disk that was lost.
    func wipe() {
        records.removeAll()
        hints.removeAll()
        promises.removeAll()
        stored = table.entries.map { StoredCohort(entry: $0) }
        decrees = Shelf()
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
    var deciders: DeciderSet? { DecreeDesk.deciders(at: decrees) }

    /// Carries out a batch in one transaction, in order, as the database does.
    func run(_ orders: [StoreOrder]) -> [StoreAnswer] {
        commits += 1
        return orders.map { order in
            let isRefused = isFull && order.operation.changes
            return StoreAnswer(ticket: order.ticket, outcome: isRefused ? .failed(.full) : outcome(of: order))
        }
    }

    private func outcome(of order: StoreOrder) -> StoreAnswer.Outcome {
        guard let life = identity?.life, life.admits(order.operation) || admitsWrongly(order) else {
            return .noVote(identity?.life ?? .unborn)
        }
        if let outcome = betweenStores(order, life) { return outcome }
        let hash = order.customer.withUnsafeBytes { CustomerHash($0) }
        let cohort = PlacementTable.cohort(of: hash, count: cohorts)
        if cellDefect == .trustsNumbers, order.epoch >= max(raised[cohort] ?? .first, stored[cohort].entry.epoch) {
            raised[cohort] = order.epoch
        } else if !ignoresEpochs, !acceptsWrongly(order, epoch: stored[cohort].entry.epoch(of: hash)),
            let refusal = stored[cohort].refusal(of: hash, epoch: order.epoch)
        {
            return refusal
        }
        let key = Key(customer: order.customer, hash: hash, key: order.key)
        let known = records[key]
        switch order.operation {
        case .version:
            return .version(
                known?.version ?? .none, tombstone: known?.tombstone ?? false,
                absent: known == nil ? stored[cohort].floor : 0)
        case .read:
            guard let known else {
                return .record(version: .none, value: [], tombstone: false, absent: stored[cohort].floor)
            }
            return .record(version: known.version, value: known.value, tombstone: known.tombstone, absent: 0)
        case .write(let version, let value, let tombstone) where keepsSiblings(key):
            let row = keep(
                StoredRecord(
                    line: RecordLine(position: Self.position(key), version: version, tombstone: tombstone), value: value
                ))
            if order.hintedAt > 0, row.isChanged, !dropsHints { hints[key] = (row.version, order.hintedAt) }
            return .written(row.version)
        case .add(let dot, let value, let tombstone, let dots):
            let writer = SiblingRule.writer(store: identity?.id ?? 0, entry: stored[cohort].entry)
            let row = SiblingRule(known: stored(key)).write(
                dot, value: value, tombstone: tombstone, superseding: dots, writer: writer)
            set(key, row)
            if order.hintedAt > 0, row.isChanged, !dropsHints { hints[key] = (row.version, order.hintedAt) }
            return .added(row.version, set: records[key]?.value ?? row.value)
        case .write(let version, let value, let tombstone):
            if let known, known.version >= version { return .written(known.version) }
            records[key] = Record(version: version, value: tombstone ? [] : value, tombstone: tombstone)
            if order.hintedAt > 0, !dropsHints { hints[key] = (version, order.hintedAt) }
            return .written(version)
        case .promise(let ballot, let until):
            var slot = ClaimSlot(promised: promises[key]?.ballot ?? .none, accepted: known?.version ?? .none)
            guard slot.promise(ballot) else { return .outdated(by: slot.promised) }
            promises[key] = (ballot, until)
            return .promised(accepted: known?.version ?? .none, value: known?.value ?? [])
        case .accept(let ballot, let value):
            var slot = ClaimSlot(promised: promises[key]?.ballot ?? .none, accepted: known?.version ?? .none)
            guard slot.accept(ballot) else { return .outdated(by: slot.promised) }
            records[key] = Record(version: ballot, value: value, tombstone: false)
            return .accepted
        default:
            preconditionFailure("an order between stores has no epoch")
        }
    }

    private func acceptsWrongly(_ order: StoreOrder, epoch: Epoch) -> Bool {
        guard cellDefect == .acceptsOldClaims, case .accept = order.operation else { return false }
        return order.epoch < epoch
    }

    private func admitsWrongly(_ order: StoreOrder) -> Bool {
        switch order.operation {
        case .list, .fetch: cellDefect == .listsWithoutVote
        default: false
        }
    }

    /// The orders between stores, as the database carries them out; nil for all others.
    private func betweenStores(_ order: StoreOrder, _ life: StoreLife) -> StoreAnswer.Outcome? {
        switch order.operation {
        case .version, .read, .write, .add, .promise, .accept:
            return nil
        case .expireClaims(let before, let most, let limit):
            return expire(before: before, keeping: most, limit: limit)
        case .room: return .settled(0)
        case .queuedClaims(let limit): return queued(limit: limit)
        case .list(let fence, let after, let limit, let fingerprints):
            if cellDefect != .listsUnfenced, let refusal = refusal(fence) { return refusal }
            let lines = lines(of: fence.hashes, after: max(after, fence.start), fingerprints: fingerprints)
            return .listed(
                Array(lines.prefix(limit)), isLast: lines.count <= limit, floor: stored[fence.cohort].floor)
        case .fetch(let fence, let positions, let bytes):
            if cellDefect != .listsUnfenced, let refusal = refusal(fence) { return refusal }
            var found: [StoredRecord] = []
            var taken = 0
            var sum = 0
            for position in positions where sum < bytes {
                taken += 1
                guard let record = records[Self.key(position)] else { continue }
                sum += record.value.count
                let line = RecordLine(position: position, version: record.version, tombstone: record.tombstone)
                found.append(StoredRecord(line: line, value: record.value))
            }
            return .fetched(found, taken: taken)
        case .fill(let page):
            if let refusal = refusal(page.fence) { return refusal }
            for record in page.records {
                let key = Self.key(record.line.position)
                if keepsSiblings(key) {
                    _ = keep(record)
                    continue
                }
                if let known = records[key], known.version >= record.line.version { continue }
                records[key] = Record(
                    version: record.line.version, value: record.value, tombstone: record.line.tombstone)
            }
            let cohort = page.fence.cohort
            if !fillsWithoutFloor { stored[cohort].floor = max(stored[cohort].floor, page.floor) }
            if let filled = page.filled { stored[cohort].filled = max(stored[cohort].filled, filled) }
            if life.isRefilled {
                identity?.cursor = page.upTo
                if page.isLastOfStore { identity?.life = .votes }
            }
        case .install(let entry, let keeper):
            guard stored.indices.contains(entry.cohort) else { return .otherEntry(version: 0) }
            if stored[entry.cohort].install(entry, purges: keeper != nil && !keepsAll), let keeper {
                _ = purge(keeper, .start, StoredCohort.purgeLimit)
            }
            let now = stored[entry.cohort]
            return .installed(version: now.entry.version, isPurging: now.isPurging)
        case .purge(let keeper, let after, let limit):
            return purge(keeper, after, limit)
        case .drop(let fence, let lines):
            if let refusal = refusal(fence) { return refusal }
            return drop(lines, fence.cohort)
        case .hints(let after, let until, let limit):
            let lines = hints.filter { $0.value.at <= until }.map { key, hint in
                RecordLine(
                    position: RecordPosition(hash: key.hash, customer: key.customer, key: key.key),
                    version: hint.version, tombstone: false)
            }
            let sorted = lines.filter { $0.position > after }.sorted { $0.position < $1.position }
            return .hinted(
                Array(sorted.prefix(limit)), total: hints.count, oldest: hints.values.map(\.at).min() ?? 0)
        case .lacks(let lines):
            return .compared(
                lines.map { line in
                    let cohort = PlacementTable.cohort(of: line.position.hash, count: cohorts)
                    let key = Self.key(line.position)
                    return RecordLack(
                        of: line.version, known: records[key]?.version ?? .none, floor: stored[cohort].floor,
                        hasSiblings: keepsSiblings(key))
                })
        case .settle(let lines):
            for line in lines where hints[Self.key(line.position)]?.version == line.version {
                hints[Self.key(line.position)] = nil
            }
            return .settled(lines.count)
        case .count(let cohort):
            guard stored.indices.contains(cohort) else { return .counted(0) }
            return .counted(lines(of: table.hashes(of: cohort), after: .start).count)
        case .decree(let bytes, let cell):
            guard let question = DecreeQuestion(decoding: bytes), let id = identity?.id else { return .decree(nil) }
            return .decree(DecreeDesk.answer(question, by: Decider(cell: cell, store: id), at: &decrees).encoded())
        case .life:
            break
        case .becomes(let next, let peers):
            guard life.mayBecome(next) else { break }
            if !peers.isEmpty { identity?.peers = peers }
            identity?.life = next
        }
        return .life(identity?.life ?? life)
    }

    private func refusal(_ fence: CohortFence) -> StoreAnswer.Outcome? {
        guard stored.indices.contains(fence.cohort) else { return .otherEntry(version: 0) }
        return stored[fence.cohort].refusal(fence)
    }

    /// Sorted, so that the order of the dictionary does not matter.
    private func lines(
        of hashes: ClosedRange<UInt64>, after: RecordPosition, fingerprints: Bool = false
    ) -> [RecordLine] {
        records.filter { hashes.contains($0.key.hash.rawValue) }.map { key, record in
            RecordLine(
                position: RecordPosition(hash: key.hash, customer: key.customer, key: key.key),
                version: record.version, tombstone: record.tombstone,
                fingerprint: fingerprints ? record.value.withUnsafeBytes { RecordLine.fingerprint($0) } : 0)
        }
        .filter { $0.position > after }.sorted { $0.position < $1.position }
    }

    private func purge(_ keeper: RecordKeeper, _ after: RecordPosition, _ limit: Int) -> StoreAnswer.Outcome {
        let cohort = keeper.cohort
        guard stored.indices.contains(cohort), stored[cohort].isPurging,
            stored[cohort].entry.version == keeper.version
        else { return .otherEntry(version: stored.indices.contains(cohort) ? stored[cohort].entry.version : 0) }
        let lines = lines(of: keeper.hashes, after: after).prefix(limit)
        var dropped = 0
        for line in lines where !keeper.keeps(line.position.hash) {
            records[Self.key(line.position)] = nil
            dropped += 1
        }
        guard lines.count < limit else { return .purged(upTo: lines.last?.position, dropped: dropped) }
        stored[cohort].previous = nil
        return .purged(upTo: nil, dropped: dropped)
    }

    /// As the database does it.
    private func queued(limit: Int) -> StoreAnswer.Outcome {
        let found = records.filter { ClaimKey.isClaim($0.key.key) && ClaimValue($0.value.value)?.job != nil }.map {
            key, record in
            StoredRecord(
                line: RecordLine(
                    position: RecordPosition(hash: key.hash, customer: key.customer, key: key.key),
                    version: record.version, tombstone: false), value: record.value)
        }.sorted { $0.line.position < $1.line.position }
        return .fetched(Array(found.prefix(limit)), taken: min(found.count, limit))
    }

    private func expire(before: Int64, keeping most: Int, limit: Int) -> StoreAnswer.Outcome {
        for (key, promise) in promises where promise.until < before && records[key] == nil { promises[key] = nil }
        let claims = records.filter { ClaimKey.isClaim($0.key.key) }.map { key, record in
            (key: key, value: ClaimValue(record.value), version: record.version)
        }.sorted { ($0.value?.expires ?? 0, $0.version) < ($1.value?.expires ?? 0, $1.version) }
        let over = claims.prefix(limit).filter {
            $0.value?.job == nil && max($0.value?.expires ?? 0, promises[$0.key]?.until ?? 0) < before
        }
        let left = claims.count - over.count
        let settled = claims.dropFirst(over.count).filter { $0.value?.isSettled == true }
        let tooMany = settled.prefix(max(0, min(limit, left - most)))
        for claim in over + tooMany {
            records[claim.key] = nil
            promises[claim.key] = nil
        }
        return .expired(over.count, evicted: tooMany.count, left: left - tooMany.count)
    }

    private func drop(_ lines: [RecordLine], _ cohort: Int) -> StoreAnswer.Outcome {
        var dropped = 0
        for line in lines {
            guard let known = records[Self.key(line.position)], known.tombstone, known.version == line.version else {
                continue
            }
            records[Self.key(line.position)] = nil
            if !forgetsFloor { stored[cohort].floor = max(stored[cohort].floor, line.version.counter) }
            dropped += 1
        }
        swept += dropped
        return .dropped(dropped)
    }

    private static func key(_ position: RecordPosition) -> Key {
        Key(customer: position.customer, hash: position.hash, key: position.key)
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
