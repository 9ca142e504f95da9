import MeshBase
import Topology

/// All that one process must know of faults on its disk and on its clock.
package struct MachineRules: Sendable, Equatable {
    /// Faults that fill its disk, by their ids in their order; empty while there is room.
    package private(set) var filled: [String] = []
    /// How far its wall clock is ahead; those of several faults add up.
    package private(set) var ahead = TimeAmount.zero
    /// The faults that have a part in these rules, in their order.
    package private(set) var ids: [String] = []

    /// Nothing is done to anything.
    package init() {}

    /// - Parameters:
    ///   - node: the process.
    ///   - hasDisk: whether it keeps anything that a full disk would keep from it.
    ///   - faults: those in force.
    package init(_ node: WireNodes.Node, hasDisk: Bool, faults: [Fault]) {
        for fault in faults where fault.targets.contains(where: { Self.means($0, node) }) {
            switch fault.action {
            case .disk(.fill) where hasDisk: filled.append(fault.id)
            case .clock(.skew(let amount)): ahead = min(ahead + amount, Self.farthest)
            default: continue
            }
            ids.append(fault.id)
        }
    }

    /// A year: a file may say anything.
    private static let farthest = TimeAmount.hours(24 * 365)

    /// A place means its cells, as with kills.
    private static func means(_ target: TargetSelector, _ node: WireNodes.Node) -> Bool {
        if let name = target.nodeName, target.process?.role ?? node.role == node.role { return name == node.name }
        return node.role == .cell
            && target.contains(ProcessName(node.role, node.name), region: node.region, zone: node.zone)
    }
}
