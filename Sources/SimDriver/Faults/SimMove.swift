import MeshBase
import Topology

/// What an operator has the control plane do in the midst of a run. The command is lost where it is down.
package enum SimMove: Sendable, Hashable {
    case evacuate(String)
    /// As `evacuate`, and customers without a majority go too: what only dead cells have of them is given up.
    case evacuateWithLoss(String)
    case restore(String)
    case abort
    /// A further cell of a region, or an idle one of it, comes into use.
    case add(String)
    /// A cell is drained.
    case drain(String)
    /// A customer, by number, to cells by position.
    case customer(Int, [Int])
    /// The customer goes back to the shard that it would have.
    case home(Int)
    /// What only dead cells have of the customer is given up.
    case giveUp(Int)

    /// Why a mesh cannot be asked for this, in words; nil when it can.
    func problem(in topology: MeshTopology) -> String? {
        switch self {
        case .evacuate(let region), .evacuateWithLoss(let region), .restore(let region):
            return topology.regions.contains { $0.name == region } ? nil : "there is no region \(region)"
        case .abort: return nil
        case .add(let region):
            guard let position = topology.regions.firstIndex(where: { $0.name == region }) else {
                return "there is no region \(region)"
            }
            return topology.cells.contains { $0.region == position } ? nil : "region \(region) has no cell to go by"
        case .drain(let cell):
            return topology.cellIndex(named: cell) != nil ? nil : "there is no cell \(cell)"
        case .home(let number), .giveUp(let number):
            return number >= 1 && number <= topology.customers.count ? nil : "there is no customer c\(number)"
        case .customer(let number, let cells):
            guard number >= 1, number <= topology.customers.count else { return "there is no customer c\(number)" }
            guard (1...16).contains(cells.count), Set(cells).count == cells.count,
                cells.allSatisfy({ topology.cells.indices.contains($0) })
            else { return "a customer is moved to 1 to 16 different cells" }
            return nil
        }
    }
}
