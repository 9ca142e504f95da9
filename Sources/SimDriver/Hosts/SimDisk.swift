import MeshBase
import Replication

/// The records of one cell, as its database file holds them: what is here survives a kill.
final class SimDisk {
    struct Key: Hashable {
        let customer: [UInt8]
        let key: [UInt8]
        private let digest: UInt64

        init(customer: [UInt8], hash: CustomerHash, key: [UInt8]) {
            self.customer = customer
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

    /// Cohorts of the placement table.
    private let cohorts: Int
    private(set) var records: [Key: Record] = [:]
    private var epochs: [Epoch]
    private(set) var commits: UInt64 = 0
    /// Who the store is; nil before a cell has opened it.
    private(set) var identity: StoreIdentity?

    init(cohorts: Int) {
        self.cohorts = cohorts
        epochs = [Epoch](repeating: Epoch(0), count: cohorts)
    }

    /// A disk that was lost.
    func wipe() {
        records.removeAll()
        epochs = [Epoch](repeating: Epoch(0), count: cohorts)
        identity = nil
    }

    /// Opens the store as a starting cell does, and makes it where there is none.
    func open(_ birth: StoreBirth) -> StoreIdentity {
        let opened = birth.opened(identity ?? StoreIdentity(id: birth.storeID, life: birth.ofNewStore))
        identity = opened
        return opened
    }

    var votes: Bool { identity?.life == .votes }

    /// Carries out a batch in one transaction, in order, as the database does.
    func run(_ orders: [StoreOrder]) -> [StoreAnswer] {
        commits += 1
        return orders.map { StoreAnswer(ticket: $0.ticket, outcome: outcome(of: $0)) }
    }

    private func outcome(of order: StoreOrder) -> StoreAnswer.Outcome {
        guard let life = identity?.life, life.admits(order.operation) else { return .noVote(identity?.life ?? .unborn) }
        if let outcome = ofRefill(order, life) { return outcome }
        let hash = order.customer.withUnsafeBytes { CustomerHash($0) }
        let cohort = Int(hash.rawValue.multipliedFullWidth(by: UInt64(cohorts)).high)
        if order.epoch < epochs[cohort] { return .staleEpoch(current: epochs[cohort]) }
        let key = Key(customer: order.customer, hash: hash, key: order.key)
        let known = records[key]
        switch order.operation {
        case .version:
            return .version(known?.version ?? .none, tombstone: known?.tombstone ?? false)
        case .read:
            guard let known else { return .record(version: .none, value: [], tombstone: false) }
            return .record(version: known.version, value: known.value, tombstone: known.tombstone)
        case .write(let version, let value, let tombstone):
            epochs[cohort] = order.epoch
            if let known, known.version >= version { return .written(known.version) }
            records[key] = Record(version: version, value: tombstone ? [] : value, tombstone: tombstone)
            return .written(version)
        case .list, .fetch, .fill, .life, .becomes:
            preconditionFailure("an order between stores has no epoch")
        }
    }

    /// The orders between stores, as the database carries them out; nil for all others.
    private func ofRefill(_ order: StoreOrder, _ life: StoreLife) -> StoreAnswer.Outcome? {
        let position = RecordPosition(customer: order.customer, key: order.key)
        switch order.operation {
        case .version, .read, .write:
            return nil
        case .list(let limit):
            // Sorted, so that the order of the dictionary does not matter.
            let lines = records.map { key, record in
                RecordLine(
                    position: RecordPosition(customer: key.customer, key: key.key), version: record.version,
                    tombstone: record.tombstone)
            }
            .filter { $0.position > position }.sorted { $0.position < $1.position }
            return .listed(Array(lines.prefix(limit)), isLast: lines.count <= limit)
        case .fetch(let positions, let bytes):
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
        case .fill(let page, let isLast):
            for record in page {
                let key = Self.key(record.line.position)
                if let known = records[key], known.version >= record.line.version { continue }
                records[key] = Record(
                    version: record.line.version, value: record.value, tombstone: record.line.tombstone)
            }
            identity?.cursor = position
            if isLast { identity?.life = .votes }
        case .life:
            break
        case .becomes(let next, let peers):
            guard life.mayBecome(next) else { break }
            if !peers.isEmpty { identity?.peers = peers }
            identity?.life = next
        }
        return .life(identity?.life ?? life)
    }

    private static func key(_ position: RecordPosition) -> Key {
        Key(
            customer: position.customer, hash: position.customer.withUnsafeBytes { CustomerHash($0) },
            key: position.key)
    }

    func copy() -> SimDisk {
        let copy = SimDisk(cohorts: cohorts)
        copy.records = records
        copy.epochs = epochs
        copy.identity = identity
        return copy
    }

    /// What is kept of one record.
    func record(customer: [UInt8], key: [UInt8]) -> Record? {
        let hash = customer.withUnsafeBytes { CustomerHash($0) }
        return records[Key(customer: customer, hash: hash, key: key)]
    }
}
