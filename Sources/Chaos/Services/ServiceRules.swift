import Topology

/// All that one cell must know of faults on services: what becomes of the work of each of its own.
package struct ServiceRules: Sendable, Equatable {
    /// By the position of the service in the cell's blueprint.
    package private(set) var effects: [ServiceEffect]
    /// The faults that have a part in these rules, in their order.
    package private(set) var ids: [String] = []
    /// Of each of these: what it does, and to which services.
    private var parts: [Part] = []

    private struct Part: Sendable, Equatable {
        var kind: FaultKind
        var services: [Int]
    }

    /// - Parameters:
    ///   - cell: the name of the cell.
    ///   - services: the names of its services, in the order of its blueprint.
    ///   - faults: those in force.
    package init(cell: String, services: [String], faults: [Fault]) {
        effects = Array(repeating: .none, count: services.count)
        for fault in faults {
            guard case .service(let action) = fault.action else { continue }
            var struck: [Int] = []
            for (index, service) in services.enumerated()
            where fault.targets.contains(where: { Self.means($0, service, cell) }) {
                effects[index].add(action)
                struck.append(index)
            }
            guard !struck.isEmpty else { continue }
            ids.append(fault.id)
            parts.append(Part(kind: fault.kind, services: struck))
        }
    }

    /// Adds to what each fault has struck what was counted of the services meanwhile. Of several faults of a kind on one
    /// service each is taken to have struck.
    ///
    /// - Parameters:
    ///   - struck: by the position of the service, calls that were delayed, hung and failed.
    ///   - hits: by the id of a fault.
    package func count(_ struck: [(delayed: UInt64, hung: UInt64, failed: UInt64)], in hits: inout [String: UInt64]) {
        for (id, part) in zip(ids, parts) {
            var sum: UInt64 = hits[id] ?? 0
            for service in part.services where service < struck.count {
                switch part.kind {
                case .latency: sum &+= struck[service].delayed
                case .hang: sum &+= struck[service].hung
                case .errors: sum &+= struck[service].failed
                default: break
                }
            }
            hits[id] = sum
        }
    }

    private static func means(_ target: TargetSelector, _ service: String, _ cell: String) -> Bool {
        guard case .service(service, let place) = target else { return false }
        return place == nil || place == cell
    }
}
