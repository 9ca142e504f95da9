import MeshBase
import Topology

/// The nodes of a topology as the ends of links: cells in their order, then routers, then the control plane.
package struct WireNodes: Sendable {
    package struct Node: Sendable, Equatable {
        package var name: String
        package var role: NodeRole
        package var region: String
        package var zone: String
    }

    package let all: [Node]
    private let numbers: [String: Int]

    package static let control = "control"

    /// Routers and the control plane are in the first zone of their region, as they tell the membership.
    package init(_ topology: MeshTopology) {
        var nodes: [Node] = []
        for cell in topology.cells {
            let region = topology.regions[cell.region]
            nodes.append(Node(name: cell.name, role: .cell, region: region.name, zone: region.zones[cell.zone]))
        }
        for router in topology.routers {
            let region = topology.regions[router.region]
            nodes.append(
                Node(name: router.name, role: .router, region: region.name, zone: region.zones.first ?? ""))
        }
        let region = topology.regions[topology.control.region]
        nodes.append(
            Node(name: Self.control, role: .control, region: region.name, zone: region.zones.first ?? ""))
        all = nodes
        numbers = Dictionary(nodes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func number(of name: String) -> Int? { numbers[name] }

    package func isNode(_ number: Int, in target: FaultTarget) -> Bool {
        let node = all[number]
        return switch target {
        case .cell(let name): node.role == .cell && node.name == name
        case .router(let name): node.role == .router && node.name == name
        case .control: node.role == .control
        case .zone(let region, let zone): node.region == region && node.zone == zone
        case .region(let name): node.region == name
        }
    }
}
