import MeshBase
import Reports
import Sharding
import Topology

/// The customers of a mesh in the order of their hashes, with their shards; for so many that each has a mark of its own.
package struct CustomerTable: Sendable {
    /// Their numbers, from 1 on.
    package let numbers: [Int]
    /// Of each, in this order.
    package let shards: [Shard]

    /// Nil for more customers than there are marks.
    package init?(_ topology: MeshTopology, _ placement: Placement) {
        guard let sorted = Self.customers(topology.customers.count) else { return nil }
        numbers = sorted.map(\.number)
        shards = sorted.map { placement.shard(of: $0.hash) }
    }

    /// So many customers in the order of their hashes; nil for more than there are marks.
    package static func customers(_ count: Int) -> [(hash: CustomerHash, number: Int)]? {
        guard count <= CustomerMarks.most else { return nil }
        return (0..<max(count, 0)).map { (hash: CustomerHash(number: $0 + 1), number: $0 + 1) }
            .sorted { ($0.hash.rawValue, $0.number) < ($1.hash.rawValue, $1.number) }
    }

    /// As of `FeedShape.Customers.order`.
    package var orderText: String {
        Self.text(numbers.map { UInt16(truncatingIfNeeded: $0) })
    }

    /// As of `FeedShape.Customers.shards`.
    ///
    /// - Parameter size: k; what is missing of a shard is 65535.
    package func shardsText(size: Int) -> String {
        var words: [UInt16] = []
        words.reserveCapacity(shards.count * size)
        for shard in shards {
            let cells = shard.map(\.rawValue).prefix(size)
            words += cells
            words += repeatElement(.max, count: size - cells.count)
        }
        return Self.text(words)
    }

    private static func text(_ words: [UInt16]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(words.count * 2)
        for word in words {
            bytes.append(UInt8(truncatingIfNeeded: word))
            bytes.append(UInt8(truncatingIfNeeded: word >> 8))
        }
        return String(decoding: Base64Text.bytes(bytes), as: UTF8.self)
    }
}
