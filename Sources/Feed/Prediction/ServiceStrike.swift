import Chaos
import MeshBase
import Sharding
import Topology

/// What a fault on services does: the cells of which one does not answer whole, and the calls that come too late.
package struct ServiceStrike {
    /// Customers of these cells fare worse, and none is lost.
    package private(set) var cells = CellSet()
    /// From a service, or from routers where that is nil.
    private(set) var lateCalls: [(from: String?, to: String)] = []

    /// Nothing, where the fault is on the wire.
    package init(_ fault: FaultSpec, _ topology: MeshTopology) {
        guard case .service(let action) = fault.action else { return }
        for case .service(let name, let only) in fault.targets {
            for (position, cell) in topology.cells.enumerated() where only == nil || only == cell.name {
                let services = topology.blueprints[cell.blueprint].services
                guard let number = services.firstIndex(where: { $0.name == name }) else { continue }
                guard case .latency(let delay) = action else {
                    cells.insert(CellIndex(position))
                    continue
                }
                let time = services[number].ownTime + delay.base + delay.jitter
                for service in services {
                    for call in service.calls where call.to == number && time >= call.attemptTimeout ?? call.timeout {
                        cells.insert(CellIndex(position))
                        lateCalls.append((service.name, name))
                    }
                }
                if time >= services[number].attemptTimeout ?? topology.routing.attemptTimeout {
                    cells.insert(CellIndex(position))
                    lateCalls.append((nil, name))
                }
            }
        }
    }

    /// The cells that some of several faults impair.
    package static func cells(of faults: some Sequence<Fault>, _ topology: MeshTopology) -> CellSet {
        var cells = CellSet()
        for fault in faults { cells.formUnion(ServiceStrike(fault.spec, topology).cells) }
        return cells
    }
}
