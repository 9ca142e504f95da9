import MeshBase

/// Which faults of the mesh were in force when, as one process knows it: traces tell by it what struck a request, also one
/// that nobody followed while it went on. Bounded; what ended first leaves first.
package struct FaultHistory: Sendable {
    /// A stretch of time in which a fault was in force.
    package struct Stretch: Sendable, Equatable {
        /// As it was injected.
        package var fault: Fault
        /// When this process began to apply it.
        package var from: Instant
        /// Nil while it is in force.
        package var to: Instant?
    }

    /// Stretches that are kept: as many as there can be faults at once, and as many that have ended.
    package static let most = FaultSchedule.most * 2

    /// Those that have ended in the order in which they did, then those in force.
    private var ended: [Stretch] = []
    private var inForce: [Stretch] = []

    /// Nothing was ever in force.
    package init() {}

    /// From now on these are in force, and no others.
    package mutating func note(_ faults: [Fault], now: Instant) {
        var going: [Stretch] = []
        for stretch in inForce {
            if faults.contains(stretch.fault) {
                going.append(stretch)
            } else {
                ended.append(Stretch(fault: stretch.fault, from: stretch.from, to: now))
            }
        }
        for fault in faults.prefix(FaultSchedule.most) where !going.contains(where: { $0.fault == fault }) {
            going.append(Stretch(fault: fault, from: now, to: nil))
        }
        inForce = going
        ended.removeFirst(max(0, ended.count + inForce.count - Self.most))
    }

    /// What was in force at any time of these, the ends included.
    package func during(_ from: Instant, _ to: Instant) -> [Stretch] {
        (ended + inForce).filter { $0.from <= to && ($0.to ?? .distantFuture) >= from }
    }
}

extension FaultHistory.Stretch {
    /// Of these nodes those whose paths to or from a node it strikes.
    package func struck(of names: some Sequence<String>, from own: String, _ nodes: WireNodes) -> [String] {
        guard fault.isOnWire, let own = nodes.number(of: own) else { return [] }
        return names.filter { name in
            guard let peer = nodes.number(of: name), peer != own else { return false }
            return WireRules.strikes(fault.spec, from: own, to: peer, nodes)
                || WireRules.strikes(fault.spec, from: peer, to: own, nodes)
        }
    }

    /// Of these services of a cell those whose work it strikes.
    package func struck(services: some Sequence<String>, of cell: String) -> [String] {
        guard fault.isOnServices else { return [] }
        return services.filter { service in
            ServiceRules(cell: cell, services: [service], faults: [fault]).ids.isEmpty == false
        }
    }
}
