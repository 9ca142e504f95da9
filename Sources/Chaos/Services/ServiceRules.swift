import Topology

/// All that one cell must know of faults on services: what becomes of the work of each of its own.
package struct ServiceRules: Sendable, Equatable {
    /// By the position of the service in the cell's blueprint.
    package private(set) var effects: [ServiceEffect]
    /// The faults that have a part in these rules, in their order.
    package private(set) var ids: [String] = []

    /// - Parameters:
    ///   - cell: the name of the cell.
    ///   - services: the names of its services, in the order of its blueprint.
    ///   - faults: those in force.
    package init(cell: String, services: [String], faults: [Fault]) {
        effects = Array(repeating: .none, count: services.count)
        for fault in faults where fault.isOnServices {
            var hasPart = false
            for (index, service) in services.enumerated()
            where fault.targets.contains(where: { Self.means($0, service, cell) }) {
                effects[index].add(fault)
                hasPart = true
            }
            if hasPart { ids.append(fault.id) }
        }
    }

    private static func means(_ target: FaultTarget, _ service: String, _ cell: String) -> Bool {
        guard case .service(service, let place) = target else { return false }
        return place == nil || place == cell
    }
}
