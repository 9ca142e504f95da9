import MeshBase
import Resilience

/// The processor time that the services of one cell ask for, given out to a few threads: what finds neither a thread nor
/// a place in the line is turned away, and so is what has waited past its deadline. Pure: the driver owns the threads.
package struct ProcessorQueue: Sendable {
    /// One call's processor time.
    package struct Order: Sendable, Equatable {
        package var ticket: UInt64
        package var amount: TimeAmount
        /// Not begun at this instant or later.
        package var deadline: Instant

        package init(ticket: UInt64, amount: TimeAmount, deadline: Instant = .distantFuture) {
            self.ticket = ticket
            self.amount = amount
            self.deadline = deadline
        }
    }

    /// Threads that use processor time at once. libuv's pool has four: the store must not wait behind the services.
    package static let threads = 3
    /// Orders that wait for a thread.
    package static let limit = 4096

    private var pool = WorkerPool<Order>(workers: threads, queueLimit: limit)
    private var refused: [UInt64] = []
    /// Orders turned away since the start, those past their deadline among them.
    package private(set) var refusals: UInt64 = 0

    package init() {}

    /// Something was turned away and has not been reported.
    package var hasRefused: Bool { !refused.isEmpty }

    /// Takes an order; returned when a thread begins on it now.
    package mutating func add(_ order: Order, now: Instant) -> Order? {
        switch pool.admit(order, rank: 0, now: now) {
        case .run: return order
        case .queued: return nil
        case .rejected: refuse(order)
        case .displaced(let other): refuse(other)
        }
        return nil
    }

    /// A thread is free again: what it begins on next.
    package mutating func finished(now: Instant) -> Order? {
        while let next = pool.release(now: now).next {
            if next.deadline > now { return next }
            refuse(next)
        }
        return nil
    }

    /// The tickets turned away since the last call, for `CellNode.burnRefused`.
    package mutating func takeRefused() -> [UInt64] {
        guard !refused.isEmpty else { return [] }
        defer { refused.removeAll(keepingCapacity: true) }
        return refused
    }

    private mutating func refuse(_ order: Order) {
        refusals += 1
        refused.append(order.ticket)
    }
}
