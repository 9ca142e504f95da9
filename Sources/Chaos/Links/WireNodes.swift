import MeshBase
import Topology

/// The nodes of a topology as the ends of links: the founding cells in their order, routers, the control plane, and then
/// the cells that were added, so that no node's number ever changes.
package struct WireNodes: Sendable {
    /// A process of the mesh as faults name it.
    package struct Node: Sendable, Equatable {
        /// Unique in the mesh.
        package var name: String
        /// Cell, router or control plane.
        package var role: NodeRole
        /// Where it runs; empty for the control plane.
        package var region: String
        /// The zone within the region.
        package var zone: String
    }

    /// A position is a node's number.
    package let all: [Node]
    private let numbers: [String: Int]
    private let foundingCells: Int

    /// The name of the control plane.
    package static let control = "control"

    /// Routers and the control plane are in the first zone of their region, as they tell the membership.
    package init(_ topology: MeshTopology) {
        var nodes: [Node] = []
        func append(_ cells: some Sequence<Cell>) {
            for cell in cells {
                let region = topology.regions[cell.region]
                nodes.append(Node(name: cell.name, role: .cell, region: region.name, zone: region.zones[cell.zone]))
            }
        }
        foundingCells = topology.foundingCells
        append(topology.cells.prefix(foundingCells))
        for router in topology.routers {
            let region = topology.regions[router.region]
            nodes.append(
                Node(name: router.name, role: .router, region: region.name, zone: region.zones.first ?? ""))
        }
        let region = topology.regions[topology.control.region]
        nodes.append(
            Node(name: Self.control, role: .control, region: region.name, zone: region.zones.first ?? ""))
        append(topology.cells.dropFirst(foundingCells))
        all = nodes
        numbers = Dictionary(nodes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The number of a cell.
    package func number(of cell: CellIndex) -> Int {
        cell.position < foundingCells ? cell.position : cell.position + all.count(where: { $0.role != .cell })
    }

    /// The position of a node in `all`; nil for an unknown name.
    package func number(of name: String) -> Int? { numbers[name] }

    /// Whether a node is one of those that a target names.
    package func isNode(_ number: Int, in target: TargetSelector) -> Bool {
        let node = all[number]
        return target.contains(ProcessName(node.role, node.name), region: node.region, zone: node.zone)
    }
}
