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

    static let cohorts = 64
    private(set) var records: [Key: Record] = [:]
    private var epochs = [Epoch](repeating: Epoch(0), count: SimDisk.cohorts)
    private(set) var commits: UInt64 = 0

    /// A disk that was lost.
    func wipe() {
        records.removeAll()
        epochs = [Epoch](repeating: Epoch(0), count: Self.cohorts)
    }

    /// Carries out a batch in one transaction, in order, as the database does.
    func run(_ orders: [StoreOrder]) -> [StoreAnswer] {
        commits += 1
        return orders.map { StoreAnswer(ticket: $0.ticket, outcome: outcome(of: $0)) }
    }

    private func outcome(of order: StoreOrder) -> StoreAnswer.Outcome {
        let hash = order.customer.withUnsafeBytes { CustomerHash($0) }
        let cohort = Int(hash.rawValue >> 58)
        if order.epoch < epochs[cohort] { return .staleEpoch(current: epochs[cohort]) }
        epochs[cohort] = order.epoch
        let key = Key(customer: order.customer, hash: hash, key: order.key)
        let known = records[key]
        switch order.operation {
        case .version:
            return .version(known?.version ?? .none)
        case .read:
            guard let known else { return .record(version: .none, value: [], tombstone: false) }
            return .record(version: known.version, value: known.value, tombstone: known.tombstone)
        case .write(let version, let value, let tombstone):
            if let known, known.version >= version { return .written(known.version) }
            records[key] = Record(version: version, value: tombstone ? [] : value, tombstone: tombstone)
            return .written(version)
        }
    }

    func copy() -> SimDisk {
        let copy = SimDisk()
        copy.records = records
        copy.epochs = epochs
        return copy
    }

    /// What is kept of one record.
    func record(customer: [UInt8], key: [UInt8]) -> Record? {
        let hash = customer.withUnsafeBytes { CustomerHash($0) }
        return records[Key(customer: customer, hash: hash, key: key)]
    }
}
