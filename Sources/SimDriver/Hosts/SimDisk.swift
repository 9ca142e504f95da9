import MeshBase
import Replication

/// The records of one cell, as its database file holds them: what is here survives a kill.
final class SimDisk {
    struct Key: Hashable {
        var customer: [UInt8]
        var key: [UInt8]
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
        let cohort = Int(order.customer.withUnsafeBytes { CustomerHash($0) }.rawValue >> 58)
        if order.epoch < epochs[cohort] { return .staleEpoch(current: epochs[cohort]) }
        epochs[cohort] = order.epoch
        let key = Key(customer: order.customer, key: order.key)
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
    func record(customer: [UInt8], key: [UInt8]) -> Record? { records[Key(customer: customer, key: key)] }
}
