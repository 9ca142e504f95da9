import MeshBase
import Topology

/// What a fault on services, or on the memory that they need, does: the cells of which one does not answer whole, and the calls that come too late.
package struct ServiceStrike {
    /// Customers of these cells fare worse: who calls the service itself is refused, and others get less; where it hangs and holds
    /// connections that all cells share, so do those of all that need them. In the order of the topology.
    package var cells: [CellIndex] { isStruck.indices.filter { isStruck[$0] }.map { CellIndex($0) } }
    private var isStruck: [Bool]
    /// From a service, or from routers where that is nil.
    package private(set) var lateCalls: [(from: String?, to: String)] = []

    /// Nothing, where the fault is on the wire.
    package init(_ fault: FaultSpec, _ topology: MeshTopology) {
        isStruck = Array(repeating: false, count: topology.cells.count)
        if fault.kind == .fillMemory {
            for cell in CellMemory.struck(by: fault, topology) { isStruck[cell.position] = true }
        }
        guard case .service(let action) = fault.action else { return }
        for case .service(let name, let only) in fault.targets {
            for (position, cell) in topology.cells.enumerated() where only == nil || only == cell.name {
                let services = topology.blueprints[cell.blueprint].services
                guard let number = services.firstIndex(where: { $0.name == name }) else { continue }
                guard case .latency(let delay) = action else {
                    isStruck[position] = true
                    if action == .hang, let use = services[number].connection { strike(use, topology) }
                    continue
                }
                let time = services[number].ownTime + delay.base + delay.jitter
                for service in services {
                    for call in service.calls where call.to == number && time >= call.attemptTimeout ?? call.timeout {
                        isStruck[position] = true
                        lateCalls.append((service.name, name))
                    }
                }
                if time >= services[number].attemptTimeout ?? topology.routing.attemptTimeout {
                    isStruck[position] = true
                    lateCalls.append((nil, name))
                }
            }
        }
    }

    /// Those who hang hold all of a pool that all cells take from.
    private mutating func strike(_ use: String, _ topology: MeshTopology) {
        guard topology.shared?.contains(where: { $0.name == use }) ?? false else { return }
        for (position, cell) in topology.cells.enumerated()
        where topology.blueprints[cell.blueprint].services.contains(where: { $0.connection == use }) {
            isStruck[position] = true
        }
    }

    /// The cells that some of several faults impair, full disks among them, in the order of the topology.
    package static func cells(of faults: some Sequence<Fault>, _ topology: MeshTopology) -> [CellIndex] {
        Set(faults.flatMap { ServiceStrike($0.spec, topology).cells })
            .union(FullDisks(faults.map(\.spec), topology).harmful).sorted()
    }
}
