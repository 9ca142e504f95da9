import MeshBase
import Sharding

/// What traffic saw of a fault, customer by customer: opens when a cell stops serving and notes the worst that
/// happened to every customer that asked from then on. It closes when all cells serve again, and what it holds then
/// stays readable until the next fault.
package struct ImpactObserver: Sendable {
    package enum Impact: UInt8, Sendable, Comparable {
        case untouched = 0
        /// Answered while some cell of its shard did not serve.
        case degraded = 1
        /// Refused because no cell of its shard served.
        case lost = 2
        package static func < (a: Impact, b: Impact) -> Bool { a.rawValue < b.rawValue }
    }

    package struct Summary: Sendable, Equatable {
        package var customers = 0
        package var lost = 0
        package var degraded = 0
        package var untouched = 0
        package var window = TimeAmount.zero
        package var open = false
    }

    /// At most this many customers are noted; further ones are counted only.
    package let limit: Int
    package private(set) var overflow: UInt64 = 0
    private var worst: [UInt64: Impact] = [:]
    private var opened: Instant?
    private var closed: Instant?
    /// Every cell that did not serve at some time of this window.
    package private(set) var cells = CellSet()

    package init(limit: Int = 1_000_000) { self.limit = limit }

    package var isOpen: Bool { opened != nil && closed == nil }

    /// A cell stopped serving.
    package mutating func faultBegan(_ cell: CellIndex, now: Instant) {
        defer { cells.insert(cell) }
        guard !isOpen else { return }
        cells = CellSet()
        worst.removeAll(keepingCapacity: true)
        overflow = 0
        opened = now
        closed = nil
    }

    package mutating func faultEnded(now: Instant) {
        if isOpen { closed = now }
    }

    package mutating func note(_ customer: CustomerHash, _ impact: Impact) {
        guard isOpen else { return }
        if let known = worst[customer.rawValue] {
            if impact > known { worst[customer.rawValue] = impact }
        } else if worst.count < limit {
            worst[customer.rawValue] = impact
        } else {
            overflow += 1
        }
    }

    package func summary(now: Instant) -> Summary {
        guard let opened else { return Summary() }
        var summary = Summary(window: (closed ?? now) - opened, open: isOpen)
        // Sums do not depend on the order of the dictionary.
        for impact in worst.values {
            summary.customers += 1
            switch impact {
            case .untouched: summary.untouched += 1
            case .degraded: summary.degraded += 1
            case .lost: summary.lost += 1
            }
        }
        return summary
    }

    /// All customers noted in this window, in order of their hashes.
    package func entries() -> [(customer: CustomerHash, impact: Impact)] {
        worst.sorted { $0.key < $1.key }.map { (CustomerHash(rawValue: $0.key), $0.value) }
    }

    /// What is known of one customer in this window; nil when it was not seen.
    package func impact(on customer: CustomerHash) -> Impact? { worst[customer.rawValue] }
}
