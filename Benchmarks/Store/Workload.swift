import MeshBase
import Replication

/// Seeded writes: the same ones for both sides of the comparison.
struct Workload {
    struct Write {
        var customer: [UInt8]
        var key: [UInt8]
        var counter: UInt64
        var value: [UInt8]
    }
    struct Batch {
        var writes: [Write]
        var orders: [StoreOrder]
    }

    var batches: [Batch] = []

    init(seed: UInt64, batches count: Int, size: Int, valueBytes: Int, customers: UInt64, keys: UInt64) {
        var rng = Generator(seed: seed, concern: "store-benchmark")
        var counter: UInt64 = 0
        for _ in 0..<count {
            var batch = Batch(writes: [], orders: [])
            for ticket in 0..<size {
                counter += 1
                let write = Write(
                    customer: Array("customer-\(rng.below(customers))".utf8),
                    key: Array("order/\(rng.below(keys))".utf8), counter: counter,
                    value: (0..<valueBytes).map { _ in UInt8(truncatingIfNeeded: rng.next()) })
                batch.writes.append(write)
                batch.orders.append(
                    StoreOrder(
                        ticket: UInt64(ticket), customer: write.customer, key: write.key, epoch: .first,
                        operation: .write(
                            version: RecordVersion(counter: counter, writer: 1), value: write.value, tombstone: false)))
            }
            batches.append(batch)
        }
    }
}
