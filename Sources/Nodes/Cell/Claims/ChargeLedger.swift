import MeshBase
import Replication

/// How often each idempotency key was carried out in this life of a cell, for whoever asks afterwards whether it was once.
///
/// It counts beside the claims, not through them: what it says does not depend on their being right. The oldest keys go
/// first.
package struct ChargeLedger: Sendable {
    /// Keys at most.
    package static let most = 100_000

    private var times: [RecordPosition: UInt32] = [:]
    /// A ring of the keys in the order in which they came.
    private var order: [RecordPosition] = []
    private var oldest = 0
    /// Keys that are known no more.
    package private(set) var forgotten: UInt64 = 0
    private let limit: Int

    /// - Parameter limit: keys at most, at least 1.
    package init(limit: Int = ChargeLedger.most) { self.limit = max(1, limit) }

    /// The work of a key begins, or was turned away before it did.
    package mutating func note(_ position: RecordPosition, hasBegun: Bool) {
        guard let known = times[position] else {
            if hasBegun { add(position) }
            return
        }
        times[position] = hasBegun ? known &+ 1 : known > 0 ? known - 1 : 0
    }

    private mutating func add(_ position: RecordPosition) {
        if order.count < limit {
            order.append(position)
        } else {
            times[order[oldest]] = nil
            forgotten += 1
            order[oldest] = position
            oldest = (oldest + 1) % limit
        }
        times[position] = 1
    }

    /// How often each key was carried out that a service knows by these first bytes, with what follows them.
    package func charges(of prefix: [UInt8]) -> [(rest: [UInt8], times: UInt32)] {
        times.compactMap { position, count in
            guard count > 0, let key = ClaimKey.key(of: position.key), key.starts(with: prefix) else { return nil }
            return (Array(key.dropFirst(prefix.count)), count)
        }
    }
}
