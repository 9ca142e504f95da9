import Glibc
import MeshBase
import Replication
import Testing
import Topology

@testable import Store

/// A directory of its own for one test, removed at the end.
final class Scratch {
    let directory: String

    init() {
        var template = Array("/tmp/cellmesh-store-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("mkdtemp failed: \(errno)") }
        directory = String(cString: made)
    }

    deinit {
        for name in ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"] { unlink(path(name)) }
        for name in ["other.sqlite", "other.sqlite-wal", "other.sqlite-shm"] { unlink(path(name)) }
        rmdir(directory)
    }

    func path(_ name: String = "store.sqlite") -> String { "\(directory)/\(name)" }

    func open(
        _ name: String = "store.sqlite", cell: String = "eu-1", storeID: UInt64 = 0xFEDC_BA98_7654_3210,
        cohorts: Int = 64, tiers: TierRules? = nil, limits: RecordStoreLimits = RecordStoreLimits()
    ) throws -> RecordStore {
        try RecordStore(
            path: path(name), cell: cell, birth: StoreBirth(storeID: storeID, isFounding: true), durability: .process,
            cohorts: cohorts, tiers: tiers, limits: limits)
    }

    func open(
        _ name: String = "store.sqlite", cell: String = "eu-1", birth: StoreBirth,
        limits: RecordStoreLimits = RecordStoreLimits()
    ) throws -> RecordStore {
        try RecordStore(path: path(name), cell: cell, birth: birth, durability: .process, limits: limits)
    }

    func write(_ bytes: [UInt8], to name: String = "store.sqlite", at offset: Int = 0) {
        let file = Glibc.open(path(name), O_WRONLY | O_CREAT, 0o600)
        #expect(file >= 0)
        #expect(pwrite(file, bytes, bytes.count, off_t(offset)) == bytes.count)
        close(file)
    }
}

extension StoreOrder {
    static func write(
        _ ticket: UInt64, _ key: String, _ counter: UInt64, _ value: String = "", writer: UInt64 = 1,
        customer: String = "acme", epoch: UInt32 = 1, tombstone: Bool = false
    ) -> StoreOrder {
        StoreOrder(
            ticket: ticket, customer: Array(customer.utf8), key: Array(key.utf8), epoch: Epoch(epoch),
            operation: .write(
                version: RecordVersion(counter: counter, writer: writer), value: Array(value.utf8),
                tombstone: tombstone))
    }
    static func read(_ ticket: UInt64, _ key: String, customer: String = "acme", epoch: UInt32 = 1) -> StoreOrder {
        StoreOrder(
            ticket: ticket, customer: Array(customer.utf8), key: Array(key.utf8), epoch: Epoch(epoch),
            operation: .read)
    }
    static func version(_ ticket: UInt64, _ key: String, customer: String = "acme", epoch: UInt32 = 1) -> StoreOrder {
        StoreOrder(
            ticket: ticket, customer: Array(customer.utf8), key: Array(key.utf8), epoch: Epoch(epoch),
            operation: .version)
    }
}

extension StoreAnswer.Outcome {
    static func found(_ counter: UInt64, _ value: String, writer: UInt64 = 1) -> Self {
        .record(
            version: RecordVersion(counter: counter, writer: writer), value: Array(value.utf8), tombstone: false,
            absent: 0)
    }
    static let absent = Self.record(version: .none, value: [], tombstone: false, absent: 0)
}

extension RecordStore {
    func outcomes(_ orders: StoreOrder...) -> [StoreAnswer.Outcome] { run(orders).map(\.outcome) }
}
