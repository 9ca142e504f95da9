import MeshBase

/// The faults that have been injected, each with its lease. Bounded; ordered by when they end.
package struct FaultSchedule: Sendable, Equatable {
    /// By expiry, then in the order in which they were added.
    package private(set) var faults: [Fault] = []

    /// Most faults at a time.
    package static let most = 256

    /// Why a fault was not added; nothing has changed then.
    package enum Refusal: Error, Equatable {
        /// There are `most` faults already.
        case full
        /// There is a fault with this id.
        case taken
    }

    /// No faults.
    package init() {}

    /// Takes over what was written down; what is beyond the bound is left out.
    package init(_ faults: [Fault]) {
        for fault in faults { try? add(fault) }
    }

    /// Adds a fault in the place that its expiry gives it.
    ///
    /// - Throws: where there are `most` already, or one with its id.
    package mutating func add(_ fault: Fault) throws(Refusal) {
        guard faults.count < Self.most else { throw .full }
        guard !faults.contains(where: { $0.id == fault.id }) else { throw .taken }
        let position = faults.firstIndex { $0.expires > fault.expires } ?? faults.count
        faults.insert(fault, at: position)
    }

    /// The fault with this id; nil where there is none.
    package subscript(id: String) -> Fault? { faults.first { $0.id == id } }

    /// Nil if there is none with this id.
    package mutating func remove(_ id: String) -> Fault? {
        faults.firstIndex { $0.id == id }.map { faults.remove(at: $0) }
    }

    /// Takes out all faults, and gives them back by expiry.
    package mutating func removeAll() -> [Fault] {
        defer { faults.removeAll() }
        return faults
    }

    /// Takes out the faults whose lease has ended, the one that ended first at the front.
    ///
    package mutating func expire(now: ClockReading) -> [Fault] {
        let ended = faults.filter { !$0.isActive(at: now) }
        faults.removeAll { !$0.isActive(at: now) }
        return ended
    }

    /// How long until the next lease ends; nil where none does.
    package func nextExpiry(at now: ClockReading) -> TimeAmount? {
        faults.lazy.compactMap { $0.remaining(at: now) }.min()
    }

    /// The faults in force.
    package func active(at now: ClockReading) -> [Fault] { faults.filter { $0.isActive(at: now) } }
}
