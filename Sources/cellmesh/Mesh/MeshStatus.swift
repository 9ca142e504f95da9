import ControlPlane
import MeshBase
import Sharding
import Topology

/// The states of a mesh's cells, as its control plane sees them.
struct MeshStatus {
    let document: JSONValue

    init(_ document: JSONValue) { self.document = document }

    init(_ api: APIClient) throws { document = try api.get("/v1/status") }

    /// The status of the mesh where its control plane answers; nil where it does not.
    static func ifRunning(_ mesh: DataDirectory) -> MeshStatus? {
        guard mesh.controlHolder != nil, let api = try? APIClient(mesh) else { return nil }
        return try? MeshStatus(api)
    }

    var state: String { document["state"].text ?? "unknown" }

    struct CellState {
        var name: String
        var state: String
        /// The routers that reach it; nil where that is not known.
        var reachedBy: [String]?
        /// Whether it is one of the cells that take traffic: not drained or evacuated.
        var takesCustomers: Bool
        /// Whether a router may send customers there.
        var serves: Bool {
            ["serving", "degraded", "refilling", "evacuated"].contains(state) && reachedBy != []
        }
    }

    var cells: [CellState] {
        document["cells"].elements.compactMap { cell in
            guard let name = cell["name"].text, let state = cell["state"].text else { return nil }
            let reached = cell["reached_by"]
            return CellState(
                name: name, state: state, reachedBy: reached.isNull ? nil : reached.elements.compactMap(\.text),
                takesCustomers: cell["takes_customers"].flag ?? !["drained", "evacuated"].contains(state))
        }
    }

    /// How many cells there are, of each kind.
    var count: CellCount {
        var count = CellCount()
        let evacuated = Set(document["evacuated"].elements.compactMap(\.text))
        for (cell, answer) in zip(cells, document["cells"].elements) {
            if cell.takesCustomers {
                count.taking += 1
            } else if cell.state == "drained" {
                // Of whichever region.
                count.drained += 1
            } else if evacuated.contains(answer["region"].text ?? "") || cell.state == "evacuated" {
                count.evacuated += 1
            } else {
                count.drained += 1
            }
            if cell.takesCustomers, cell.state == "serving" { count.serving += 1 }
        }
        return count
    }

    struct RouterState {
        var name: String
        var state: String
        /// Whether clients get answers there.
        var runs: Bool { state == "serving" || state == "degraded" || state == "starting" }
    }

    var routers: [RouterState] {
        document["routers"].elements.compactMap { router in
            router["name"].text.map { RouterState(name: $0, state: router["state"].text ?? "unknown") }
        }
    }

    func serves(_ cell: String) -> Bool { state(of: cell)?.serves ?? false }

    /// Whether customers of one router are served by the cell.
    func reaches(_ router: String, _ cell: String) -> Bool {
        guard let state = state(of: cell), state.serves else { return false }
        return state.reachedBy?.contains(router) ?? true
    }

    func state(of cell: String) -> CellState? { cells.first { $0.name == cell } }

    /// The cells that are to serve customers, and do not.
    func dead(_ topology: MeshTopology) -> CellSet {
        var dead = CellSet()
        for cell in cells where cell.takesCustomers && !cell.serves {
            if let index = topology.cellIndex(named: cell.name) { dead.insert(index) }
        }
        return dead
    }
}
